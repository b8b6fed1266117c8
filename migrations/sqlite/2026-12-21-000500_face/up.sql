-- What a change of a tag took off contacts and put on them, for its *Undo*. Kept for a day.
CREATE TABLE contact_tag_changes (
    owner_id BIGINT NOT NULL,
    id BIGINT NOT NULL,
    contact_id BIGINT NOT NULL,
    tag TEXT NOT NULL,
    -- Taken away, rather than put on.
    removed BOOLEAN NOT NULL,
    PRIMARY KEY (owner_id, id, contact_id, tag)
);
