-- What can no longer be brought back is asked for on every machine at once.
CREATE INDEX message_deletions_by_date ON message_deletions (deleted_at);
