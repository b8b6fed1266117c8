-- How many connections a member has, and how often they have changed. PostgreSQL writes rows, not pages, so they stay
-- where they are, and nodes of the version before go on with the column; on SQLite this is a table of its own.
ALTER TABLE members ADD COLUMN connection_changes INTEGER NOT NULL DEFAULT 0;
CREATE VIEW connection_counts AS SELECT id AS member_id, connection_count AS number, connection_changes AS changes FROM members;
