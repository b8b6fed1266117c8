-- What can no longer be brought back is asked for on every machine at once.
CREATE INDEX message_deletions_by_date ON message_deletions (deleted_at);
-- Room is given back after a fiftieth of the rows is gone, not after a fifth: whoever deletes wants to see it.
ALTER TABLE messages SET (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 1000);
ALTER TABLE message_copies SET (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 1000);
ALTER TABLE message_search SET (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 1000);
