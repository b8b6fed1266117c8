-- Whom a removal is about, a row each: chosen while it is a draft, removed once it is confirmed. The name is kept so that a
-- review of thousands is read by it, a page at a time.
CREATE TABLE removal_members (
    owner_id BIGINT NOT NULL,
    removal_id BIGINT NOT NULL,
    other_id BIGINT NOT NULL,
    sort_first TEXT NOT NULL,
    PRIMARY KEY (owner_id, removal_id, other_id)
) WITHOUT ROWID;
CREATE INDEX removal_members_by_name ON removal_members (owner_id, removal_id, sort_first, other_id);
INSERT INTO removal_members (owner_id, removal_id, other_id, sort_first)
    SELECT owner_id, removal_id, other_id, sort_first FROM relationships WHERE removal_id IS NOT NULL;
DELETE FROM removals WHERE confirmed_at IS NULL;
ALTER TABLE removals DROP COLUMN chosen;
-- What is typed on the review, and then said of the removal.
ALTER TABLE removals ADD COLUMN private_reason TEXT NOT NULL DEFAULT '';
ALTER TABLE removals ADD COLUMN may_invite_again BOOLEAN NOT NULL DEFAULT FALSE;
