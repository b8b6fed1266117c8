-- Registrations that wait for an administrator. Each becomes the member of the same id, or is gone.
CREATE TABLE applications (
    id BIGINT NOT NULL PRIMARY KEY,
    email TEXT NOT NULL,
    email_key TEXT NOT NULL,
    password_hash TEXT NOT NULL,
    full_name TEXT NOT NULL,
    -- Why they want to join.
    reason TEXT NOT NULL,
    -- The language of the letter with the answer; empty for the site's.
    language TEXT NOT NULL DEFAULT '',
    -- The code of the link that they came by; empty for none.
    code TEXT NOT NULL DEFAULT '',
    created_at BIGINT NOT NULL
) WITHOUT ROWID;
CREATE INDEX applications_by_email ON applications (email_key);
CREATE INDEX applications_by_date ON applications (created_at);

-- Links by which people join. The code stands as it is, since its owner may show it again: whoever can read it here can read
-- everything that a new member could see.
CREATE TABLE invite_links (
    owner_id BIGINT NOT NULL REFERENCES members (id),
    code TEXT NOT NULL,
    -- What it is for, in its owner's words.
    label TEXT NOT NULL DEFAULT '',
    created_at BIGINT NOT NULL,
    -- NULL for no end.
    expires_at BIGINT,
    -- NULL for any number.
    most_uses INTEGER,
    uses INTEGER NOT NULL DEFAULT 0,
    revoked_at BIGINT,
    PRIMARY KEY (owner_id, code)
) WITHOUT ROWID;
-- Administrators see the links of all.
CREATE INDEX invite_links_by_date ON invite_links (created_at);

-- Who joined by a link.
CREATE TABLE invite_joins (
    owner_id BIGINT NOT NULL REFERENCES members (id),
    code TEXT NOT NULL,
    member_id BIGINT NOT NULL,
    joined_at BIGINT NOT NULL,
    PRIMARY KEY (owner_id, code, member_id)
) WITHOUT ROWID;

-- Whom a member has invited to join by e-mail, each address once.
CREATE TABLE join_letters (
    owner_id BIGINT NOT NULL REFERENCES members (id),
    email_key TEXT NOT NULL,
    note TEXT NOT NULL,
    sent_at BIGINT NOT NULL,
    -- Of the code in the letter's link; empty once somebody has joined by it.
    code_hash TEXT NOT NULL,
    PRIMARY KEY (owner_id, email_key)
) WITHOUT ROWID;
CREATE INDEX join_letters_by_code ON join_letters (owner_id, code_hash);

-- Addresses that want no invitation to join, from nobody, kept as a hash alone.
CREATE TABLE refused_addresses (
    email_hash TEXT NOT NULL PRIMARY KEY,
    refused_at BIGINT NOT NULL
) WITHOUT ROWID;

-- A site that has members goes on as it was.
INSERT INTO settings (name, value) SELECT 'registration', 'open' WHERE EXISTS (SELECT 1 FROM members);
