-- Addresses that are called when something happens on the site: a handful.
CREATE TABLE webhooks (
    id BIGINT NOT NULL PRIMARY KEY,
    address TEXT NOT NULL,
    -- What signs each call.
    secret TEXT NOT NULL,
    -- Of what it is told: names with spaces between.
    events TEXT NOT NULL,
    is_on BOOLEAN NOT NULL,
    created_at BIGINT NOT NULL,
    -- When it is called next, if anything waits, and how often that has failed in turn.
    due_at BIGINT NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0
);

-- What a webhook is told, written in the transaction of its cause, and told in this order.
CREATE TABLE webhook_deliveries (
    webhook_id BIGINT NOT NULL,
    id BIGINT NOT NULL,
    event TEXT NOT NULL,
    -- As JSON.
    data TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0,
    -- How the last attempt was answered.
    tried_at BIGINT,
    status INTEGER,
    answer TEXT NOT NULL DEFAULT '',
    -- When it was told, or given up.
    done_at BIGINT,
    PRIMARY KEY (webhook_id, id)
);
CREATE INDEX webhook_deliveries_waiting ON webhook_deliveries (webhook_id, id) WHERE done_at IS NULL;
