-- Logos of the community: the one that is shown, by the row of the settings that names it, and the one before it.
CREATE TABLE logos (
    -- By content, with its size and its kind.
    name TEXT NOT NULL PRIMARY KEY,
    picture BYTEA NOT NULL
);
