-- When a member removed it from the profile; NULL for what stands there. It can be brought back for a day.
ALTER TABLE positions ADD COLUMN removed_at BIGINT;
ALTER TABLE links ADD COLUMN removed_at BIGINT;
ALTER TABLE photos ADD COLUMN removed_at BIGINT;
CREATE INDEX positions_by_removal ON positions (removed_at) WHERE removed_at IS NOT NULL;
CREATE INDEX links_by_removal ON links (removed_at) WHERE removed_at IS NOT NULL;
CREATE INDEX photos_by_removal ON photos (removed_at) WHERE removed_at IS NOT NULL;

-- When a member closed the first steps that the home shows to whoever is new; NULL while they are open.
ALTER TABLE members ADD COLUMN first_steps_closed_at BIGINT;
