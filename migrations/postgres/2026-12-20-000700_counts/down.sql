ALTER TABLE members ADD COLUMN connection_count INTEGER NOT NULL DEFAULT 0;
ALTER TABLE members ADD COLUMN connection_version INTEGER NOT NULL DEFAULT 0;
UPDATE members SET connection_count = number, connection_version = version
    FROM connection_counts WHERE member_id = members.id;
DROP TABLE connection_counts;
CREATE VIEW connection_counts AS
    SELECT id AS member_id, connection_count AS number, connection_version AS version FROM members;
