-- An entry of its owner's address book, as lists show, sort and filter it; all of it is in contact_cards. What was deleted
-- stays for a while: it can be brought back, and who synchronises learns that it went.
CREATE TABLE contacts (
    owner_id BIGINT NOT NULL,
    -- A later one is greater.
    id BIGINT NOT NULL,
    -- By which phones know the card.
    uid TEXT COLLATE "C" NOT NULL,
    -- Where it came from; src/contacts/source.rs says what each number means.
    source SMALLINT NOT NULL,
    -- The import that brought it.
    import_id BIGINT,
    full_name TEXT NOT NULL,
    company TEXT NOT NULL,
    position TEXT NOT NULL,
    -- The first of each.
    email TEXT NOT NULL,
    phone TEXT NOT NULL,
    -- The keys by which lists sort; an empty company is the last.
    sort_first TEXT COLLATE "C" NOT NULL,
    sort_last TEXT COLLATE "C" NOT NULL,
    sort_company TEXT COLLATE "C" NOT NULL,
    created_at BIGINT NOT NULL,
    changed_at BIGINT NOT NULL,
    -- The version of the book in which it was changed last.
    version BIGINT NOT NULL,
    deleted_at BIGINT,
    -- The removal that deleted it.
    removal_id BIGINT,
    PRIMARY KEY (owner_id, id)
);
CREATE INDEX contacts_live ON contacts (owner_id, id) WHERE deleted_at IS NULL;
CREATE UNIQUE INDEX contacts_by_uid ON contacts (owner_id, uid) WHERE deleted_at IS NULL;
CREATE INDEX contacts_by_first_name ON contacts (owner_id, sort_first, id) WHERE deleted_at IS NULL;
CREATE INDEX contacts_by_last_name ON contacts (owner_id, sort_last, id) WHERE deleted_at IS NULL;
CREATE INDEX contacts_by_company ON contacts (owner_id, sort_company, id) WHERE deleted_at IS NULL;
CREATE INDEX contacts_by_source ON contacts (owner_id, source, id) WHERE deleted_at IS NULL;
CREATE INDEX contacts_by_import ON contacts (owner_id, import_id, id) WHERE import_id IS NOT NULL AND deleted_at IS NULL;
CREATE INDEX contacts_by_version ON contacts (owner_id, version, id);
CREATE INDEX contacts_by_removal ON contacts (owner_id, removal_id, id) WHERE removal_id IS NOT NULL;
-- What can no longer be brought back is asked for on every machine at once.
CREATE INDEX contacts_by_deletion ON contacts (deleted_at) WHERE deleted_at IS NOT NULL;

-- All that a contact says (src/contacts/card.rs), and the card as another program sent it.
CREATE TABLE contact_cards (
    owner_id BIGINT NOT NULL,
    contact_id BIGINT NOT NULL,
    -- As JSON.
    card TEXT NOT NULL,
    -- Empty for none.
    raw TEXT NOT NULL,
    PRIMARY KEY (owner_id, contact_id)
);

-- The words by which a contact is found, folded; those of its company once more behind a '='. Of those that are not deleted.
CREATE TABLE contact_words (
    owner_id BIGINT NOT NULL,
    contact_id BIGINT NOT NULL,
    word TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (owner_id, contact_id, word)
);
CREATE INDEX contact_words_by_word ON contact_words (owner_id, word, contact_id);

-- By what two contacts are one and the same person: 0 an e-mail address, 1 a phone, 2 a link, 3 name and company, each in one
-- way of writing. Of those that are not deleted.
CREATE TABLE contact_keys (
    owner_id BIGINT NOT NULL,
    contact_id BIGINT NOT NULL,
    kind SMALLINT NOT NULL,
    key TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (owner_id, contact_id, kind, key)
);
CREATE INDEX contact_keys_by_key ON contact_keys (owner_id, kind, key, contact_id);

-- Of those that are not deleted.
CREATE TABLE contact_tags (
    owner_id BIGINT NOT NULL,
    contact_id BIGINT NOT NULL,
    tag TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (owner_id, contact_id, tag)
);
CREATE INDEX contact_tags_by_name ON contact_tags (owner_id, tag, contact_id);

-- The address book as a whole. No row: it never had a contact.
CREATE TABLE contact_books (
    owner_id BIGINT NOT NULL PRIMARY KEY,
    -- Goes up with every change.
    version BIGINT NOT NULL,
    -- How many contacts are in it.
    number INTEGER NOT NULL,
    -- What was deleted up to this version is forgotten, so who synchronised before it must begin anew.
    forgotten_version BIGINT NOT NULL DEFAULT 0
);

-- What was deleted at once, which *Undo* brings back; of a bulk removal, before that, the draft.
CREATE TABLE contact_removals (
    owner_id BIGINT NOT NULL,
    id BIGINT NOT NULL,
    -- 0 a contact, 1 a bulk removal, 2 duplicates that were merged, 3 an import that was taken back, 4 by another program.
    kind SMALLINT NOT NULL,
    created_at BIGINT NOT NULL,
    confirmed_at BIGINT,
    undone_at BIGINT,
    removed INTEGER NOT NULL DEFAULT 0,
    restored INTEGER NOT NULL DEFAULT 0,
    -- Of a merge: the contact that got the values of the others, its card before, and its version after.
    kept_id BIGINT,
    kept_card TEXT NOT NULL DEFAULT '',
    kept_raw TEXT NOT NULL DEFAULT '',
    kept_version BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (owner_id, id)
);
-- Drafts and deletions that are over are asked for on every machine at once.
CREATE INDEX contact_removals_by_age ON contact_removals (created_at);

-- What is selected in a bulk removal, while it is a draft.
CREATE TABLE contact_selections (
    owner_id BIGINT NOT NULL,
    removal_id BIGINT NOT NULL,
    contact_id BIGINT NOT NULL,
    sort_first TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (owner_id, removal_id, contact_id)
);
CREATE INDEX contact_selections_by_name ON contact_selections (owner_id, removal_id, sort_first, contact_id);

-- Contacts that look alike and that the owner says are two people.
CREATE TABLE contacts_kept_apart (
    owner_id BIGINT NOT NULL,
    one_id BIGINT NOT NULL,
    other_id BIGINT NOT NULL,
    PRIMARY KEY (owner_id, one_id, other_id)
);

-- "Members who have my e-mail address among their contacts can find me."
ALTER TABLE members ADD COLUMN found_by_email BOOLEAN NOT NULL DEFAULT FALSE;
