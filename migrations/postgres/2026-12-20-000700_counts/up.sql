-- How many connections a member has, and a version that grows whenever they change. A table as on SQLite: a view cannot be
-- changed where tables are spread over machines.
DROP VIEW connection_counts;
CREATE TABLE connection_counts (
    member_id BIGINT NOT NULL PRIMARY KEY REFERENCES members (id),
    number INTEGER NOT NULL DEFAULT 0,
    version INTEGER NOT NULL DEFAULT 0
) WITH (fillfactor = 50);
INSERT INTO connection_counts SELECT id, connection_count, connection_version FROM members;
ALTER TABLE members DROP COLUMN connection_count;
ALTER TABLE members DROP COLUMN connection_version;
