-- Which node runs a job of src/jobs.rs now, and how the last runs ended.
CREATE TABLE job_leases (
    name TEXT NOT NULL PRIMARY KEY,
    -- The node that runs it; empty for none. A node that vanished stands here until another one takes over.
    holder TEXT NOT NULL DEFAULT '',
    -- Goes up with every sign of life, so that a node's own clock tells whether the holder still lives.
    turn BIGINT NOT NULL DEFAULT 0,
    due_at BIGINT NOT NULL DEFAULT 0,
    succeeded_at BIGINT,
    failed_at BIGINT
);

-- Letters that wait to be sent by e-mail, each written in the transaction of its cause; gone once it is sent or given up.
CREATE TABLE outbox (
    -- Who receives it; 0 where that is found out only when it is sent.
    member_id BIGINT NOT NULL,
    id BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    -- When it is tried next. Whoever tries moves this on first, so that nobody else tries at the same time.
    due_at BIGINT NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0,
    -- What it says, as JSON (src/mail/letter.rs).
    letter TEXT NOT NULL,
    PRIMARY KEY (member_id, id)
);
-- What is due is asked for on every machine at once.
CREATE INDEX outbox_by_due ON outbox (due_at);

-- Links that were sent: 0 confirms an address, 1 sets a new password. Used once, and kept as a hash.
CREATE TABLE tokens (
    member_id BIGINT NOT NULL REFERENCES members (id),
    token_hash TEXT NOT NULL,
    kind SMALLINT NOT NULL,
    -- The address that it was sent to, and so proves.
    email TEXT NOT NULL,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (member_id, token_hash)
);

-- An address belongs to the one account that has confirmed it, which stands in emails. Any number may claim it: nobody who
-- signs up is told whether it has an account.
CREATE TABLE email_claims (
    email_key TEXT COLLATE "C" NOT NULL,
    member_id BIGINT NOT NULL,
    PRIMARY KEY (email_key, member_id)
);
INSERT INTO email_claims (email_key, member_id) SELECT email_key, member_id FROM emails;
DELETE FROM emails;

-- The address that gets mail: the one that was confirmed last; empty for none.
ALTER TABLE members ADD COLUMN confirmed_email TEXT NOT NULL DEFAULT '';
-- Stands in the links that end mail of a kind; empty until the first is sent.
ALTER TABLE members ADD COLUMN mail_secret TEXT NOT NULL DEFAULT '';
-- When the next weekly digest is due; NULL for none.
ALTER TABLE members ADD COLUMN digest_due_at BIGINT;
CREATE INDEX members_by_digest ON members (digest_due_at) WHERE digest_due_at IS NOT NULL;

-- The browsers in which a member has signed in, each known by a word in its cookie.
CREATE TABLE browsers (
    member_id BIGINT NOT NULL REFERENCES members (id),
    browser_hash TEXT NOT NULL,
    seen_at BIGINT NOT NULL,
    PRIMARY KEY (member_id, browser_hash)
);
