DROP INDEX relationships_by_message;
ALTER TABLE relationships DROP COLUMN last_message_at;
