-- How many connections a member has. PostgreSQL writes rows, not pages, so they stay where they are, and nodes of the
-- version before go on with the column; on SQLite this is a table of its own.
CREATE VIEW connection_counts AS SELECT id AS member_id, connection_count AS number FROM members;
