-- What lets a program act for a member: a random secret, kept as its hash, and what it may do.
CREATE TABLE api_tokens (
    member_id BIGINT NOT NULL REFERENCES members (id),
    id BIGINT NOT NULL,
    name TEXT NOT NULL,
    token_hash TEXT NOT NULL,
    scopes TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT,
    last_used_at BIGINT,
    PRIMARY KEY (member_id, id)
);
-- Each request of a program is let in by it.
CREATE UNIQUE INDEX api_tokens_by_hash ON api_tokens (member_id, token_hash);

-- What was answered to a program under an idempotency key, for a day.
CREATE TABLE api_answers (
    member_id BIGINT NOT NULL REFERENCES members (id),
    token_id BIGINT NOT NULL,
    key_hash TEXT NOT NULL,
    -- Of what was asked: the same key with another request is refused.
    request_hash TEXT NOT NULL,
    status INTEGER NOT NULL,
    body TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (member_id, token_id, key_hash)
);
-- What is older than a day is removed.
CREATE INDEX api_answers_by_age ON api_answers (created_at);
