DROP VIEW connection_counts;
ALTER TABLE members DROP COLUMN connection_changes;
