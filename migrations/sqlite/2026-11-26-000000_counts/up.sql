-- What many others' sides share with a disconnect is one page each: their own row. SQLite writes whole pages, and takes an
-- entry of a partial index out and puts it in again whenever a column of its condition is set, so the condition names
-- none that a disconnect sets on the other side. What is a connection has no removal_id and has a date.
UPDATE relationships SET removal_id = NULL WHERE removal_id IS NOT NULL AND state = 4;
DROP INDEX connections_by_date;
DROP INDEX connections_by_first_name;
DROP INDEX connections_by_last_name;
CREATE INDEX connections_by_date ON relationships (owner_id, connected_at, other_id)
    WHERE removal_id IS NULL AND connected_at IS NOT NULL;
CREATE INDEX connections_by_first_name ON relationships (owner_id, sort_first, other_id)
    WHERE removal_id IS NULL AND connected_at IS NOT NULL;
CREATE INDEX connections_by_last_name ON relationships (owner_id, sort_last, other_id)
    WHERE removal_id IS NULL AND connected_at IS NOT NULL;

-- How many connections a member has, and how often they have changed, apart from what seldom changes: some hundred
-- members to a page.
CREATE TABLE connection_counts (
    member_id INTEGER NOT NULL PRIMARY KEY,
    number INTEGER NOT NULL DEFAULT 0,
    changes INTEGER NOT NULL DEFAULT 0
);
INSERT INTO connection_counts (member_id, number) SELECT id, connection_count FROM members;
CREATE TRIGGER members_are_counted AFTER INSERT ON members
BEGIN
    INSERT INTO connection_counts (member_id) VALUES (NEW.id);
END;
ALTER TABLE members DROP COLUMN connection_count;
