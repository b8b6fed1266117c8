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
