DROP INDEX relationships_by_return;
ALTER TABLE relationships DROP COLUMN left_at;
