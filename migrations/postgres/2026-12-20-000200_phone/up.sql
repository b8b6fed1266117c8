-- What a change of many tags took away and put on, for its *Undo*. Kept for a day.
CREATE TABLE tag_changes (
    owner_id BIGINT NOT NULL,
    id BIGINT NOT NULL,
    other_id BIGINT NOT NULL,
    tag TEXT NOT NULL,
    -- Taken away, rather than put on.
    removed BOOLEAN NOT NULL,
    PRIMARY KEY (owner_id, id, other_id, tag)
);
