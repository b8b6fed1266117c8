DROP TABLE former_handles;
DROP TABLE deletions;
DROP INDEX members_by_deletion;
ALTER TABLE members DROP COLUMN deletion_due_at;
