-- When the owner disconnected, while an invitation covers that: it comes back with the invitation's end. Nodes of the
-- version before neither read nor write it. Both may be made by hand beforehand, the index CONCURRENTLY.
ALTER TABLE relationships ADD COLUMN IF NOT EXISTS left_at BIGINT;
CREATE INDEX IF NOT EXISTS relationships_by_return ON relationships (owner_id, left_at, other_id) WHERE left_at IS NOT NULL;
