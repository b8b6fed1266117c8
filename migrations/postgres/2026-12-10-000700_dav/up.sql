-- What opens a member's address book to a device: a random secret, kept as its hash.
CREATE TABLE app_passwords (
    member_id BIGINT NOT NULL REFERENCES members (id),
    id BIGINT NOT NULL,
    name TEXT NOT NULL,
    secret_hash TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    last_used_at BIGINT,
    PRIMARY KEY (member_id, id)
);
-- Each request of a device is let in by it.
CREATE UNIQUE INDEX app_passwords_by_secret ON app_passwords (member_id, secret_hash);

-- A contact as a device sent it, under the name that the device chose. One without a row has its id for a name.
CREATE TABLE contact_files (
    owner_id BIGINT NOT NULL,
    contact_id BIGINT NOT NULL,
    name TEXT COLLATE "C" NOT NULL,
    -- What was sent, byte by byte, and how much it is.
    body TEXT NOT NULL,
    size INTEGER NOT NULL,
    -- The version of the contact that it was; with any other the contact has been changed on a page since.
    version BIGINT NOT NULL,
    PRIMARY KEY (owner_id, contact_id)
);
CREATE UNIQUE INDEX contact_files_by_name ON contact_files (owner_id, name);
-- How much a member's files take.
CREATE INDEX contact_files_by_size ON contact_files (owner_id, size);
