-- What a member chose to read in, e.g. 'de'; empty for what the browser asks for.
ALTER TABLE members ADD COLUMN language TEXT NOT NULL DEFAULT '';
-- The name by content of the member's photo; empty for none.
ALTER TABLE members ADD COLUMN photo TEXT NOT NULL DEFAULT '';
-- A photo in every size that pages show, encoded anew. Rows are never changed: another photo has another name.
CREATE TABLE photos (
    member_id BIGINT NOT NULL REFERENCES members (id),
    name TEXT NOT NULL,
    -- Pixels of a side.
    side SMALLINT NOT NULL,
    jpeg BYTEA NOT NULL,
    PRIMARY KEY (member_id, name, side)
);
