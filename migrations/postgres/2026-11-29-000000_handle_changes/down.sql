DROP TABLE handle_changes;
ALTER TABLE handles ADD COLUMN is_former BOOLEAN NOT NULL DEFAULT FALSE;
UPDATE handles SET is_former = TRUE WHERE kept_until IS NOT NULL;
ALTER TABLE handles DROP COLUMN kept_until;
