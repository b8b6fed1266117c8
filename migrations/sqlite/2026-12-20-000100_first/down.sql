ALTER TABLE members DROP COLUMN first_steps_closed_at;
DROP INDEX photos_by_removal;
DROP INDEX links_by_removal;
DROP INDEX positions_by_removal;
ALTER TABLE photos DROP COLUMN removed_at;
ALTER TABLE links DROP COLUMN removed_at;
ALTER TABLE positions DROP COLUMN removed_at;
