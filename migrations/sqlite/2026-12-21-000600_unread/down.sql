DROP INDEX conversations_unread;
CREATE INDEX conversations_unread ON conversations (owner_id, other_id) WHERE is_unread AND place IS NOT NULL;
