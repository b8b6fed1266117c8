-- Until when a former handle leads to its member, and nobody else can take it; NULL for the one they have.
ALTER TABLE handles ADD COLUMN kept_until BIGINT;
UPDATE handles SET kept_until = EXTRACT(EPOCH FROM now())::BIGINT + 31536000 WHERE is_former;
ALTER TABLE handles DROP COLUMN is_former;

-- When a member changed their handle, and from which: for a year.
CREATE TABLE handle_changes (
    member_id BIGINT NOT NULL REFERENCES members (id),
    id BIGINT NOT NULL,
    changed_at BIGINT NOT NULL,
    former TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (member_id, id)
);
