-- Files of contacts that were chosen: until they are confirmed, drafts; then what one sees of them and takes back.
CREATE TABLE contact_imports (
    owner_id BIGINT NOT NULL,
    -- A later one is greater.
    id BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    -- As the browser called it.
    file_name TEXT NOT NULL,
    -- What wrote it; src/contacts/source.rs says what each number means.
    source SMALLINT NOT NULL,
    -- What people have chosen where the reader was in doubt; empty where they have not. What the columns hold is words with commas between.
    encoding TEXT NOT NULL DEFAULT '',
    targets TEXT NOT NULL DEFAULT '',
    has_header TEXT NOT NULL DEFAULT '',
    -- Goes up each time the file is read anew, so that nobody confirms what they have not seen.
    revision INTEGER NOT NULL DEFAULT 0,
    -- How many rows are of people who are new, who are in the book already, and how many are passed over.
    new_rows INTEGER NOT NULL DEFAULT 0,
    known_rows INTEGER NOT NULL DEFAULT 0,
    skipped_rows INTEGER NOT NULL DEFAULT 0,
    confirmed_at BIGINT,
    imported INTEGER NOT NULL DEFAULT 0,
    undone_at BIGINT,
    -- The removal by which it was taken back.
    removal_id BIGINT,
    PRIMARY KEY (owner_id, id)
);
-- Drafts and imports that are over are asked for on every machine at once.
CREATE INDEX contact_imports_by_age ON contact_imports (created_at);

-- The file of a draft and what was read of it, both compressed.
CREATE TABLE contact_import_files (
    owner_id BIGINT NOT NULL,
    import_id BIGINT NOT NULL,
    upload BYTEA NOT NULL,
    -- As JSON.
    report BYTEA NOT NULL,
    PRIMARY KEY (owner_id, import_id)
);
