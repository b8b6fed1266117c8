-- When the two last wrote to each other, whoever wrote; kept through a disconnect, so that a re-invite restores it, and
-- through deleting the messages.
ALTER TABLE relationships ADD COLUMN last_message_at BIGINT;
-- With whom the owner has exchanged messages lately. It names no column that a disconnect sets on the other's side.
CREATE INDEX relationships_by_message ON relationships (owner_id, last_message_at, other_id)
    WHERE last_message_at IS NOT NULL;
