-- When the account is removed for good; NULL for one that stays. Until then its member is hidden from everybody. The greatest
-- number for a *Former member*: whom others kept messages of, under an id and a handle that say nothing.
ALTER TABLE members ADD COLUMN deletion_due_at BIGINT;
CREATE INDEX members_by_deletion ON members (deletion_due_at) WHERE deletion_due_at IS NOT NULL;

-- An account that is being removed, and the id of the *Former member* that takes its place in what others keep.
CREATE TABLE deletions (
    member_id BIGINT NOT NULL PRIMARY KEY,
    former_id BIGINT NOT NULL
);

-- Handles of accounts that were removed, as a hash: nobody takes one for a year, so that no link leads to somebody else.
CREATE TABLE former_handles (
    handle_hash TEXT NOT NULL PRIMARY KEY,
    kept_until BIGINT NOT NULL
);
