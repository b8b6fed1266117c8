-- The limits that an administrator has changed; the program has the others.
CREATE TABLE limits (
    name TEXT NOT NULL PRIMARY KEY,
    number INTEGER NOT NULL,
    seconds BIGINT NOT NULL
) WITHOUT ROWID;

-- How often somebody did something in the period that ends then. They are a member, a network, or the hash of an address.
CREATE TABLE limit_counts (
    subject TEXT NOT NULL,
    name TEXT NOT NULL,
    number INTEGER NOT NULL,
    ends_at BIGINT NOT NULL,
    PRIMARY KEY (subject, name)
) WITHOUT ROWID;
-- What is over is removed by it.
CREATE INDEX limit_counts_by_end ON limit_counts (ends_at);
