-- The number beside *Inbox* stands on every page: it is counted in this index alone.
DROP INDEX conversations_unread;
CREATE INDEX conversations_unread ON conversations (owner_id, is_unread, place) WHERE is_unread = TRUE AND place IS NOT NULL;
