-- What was written, once, however many keep a copy: the text belongs to whoever wrote it.
CREATE TABLE messages (
    writer_id BIGINT NOT NULL,
    id BIGINT NOT NULL,
    text TEXT NOT NULL,
    PRIMARY KEY (writer_id, id)
) WITHOUT ROWID;

-- A copy of a message: a row for whoever wrote it and one for whoever received it, which each deletes alone.
CREATE TABLE message_copies (
    owner_id BIGINT NOT NULL,
    other_id BIGINT NOT NULL,
    -- The same for both copies. A later message has a greater one, also where a clock went back.
    id BIGINT NOT NULL,
    -- Whether the owner wrote it.
    is_mine BOOLEAN NOT NULL,
    sent_at BIGINT NOT NULL,
    -- When the owner deleted it, and in which deletion: for an hour it can be taken back, then the row goes.
    deleted_at BIGINT,
    deletion_id BIGINT,
    PRIMARY KEY (owner_id, other_id, id)
) WITHOUT ROWID;
CREATE INDEX message_copies_deleted ON message_copies (owner_id, deletion_id, other_id, id) WHERE deletion_id IS NOT NULL;

-- A conversation as its owner has it. The row stays when everything in it is deleted.
CREATE TABLE conversations (
    owner_id BIGINT NOT NULL,
    other_id BIGINT NOT NULL,
    -- Where it stands in the list: the id of the newest message that is not deleted; where there is only a draft, an id made
    -- for it. NULL where there is nothing to show.
    place BIGINT,
    is_unread BOOLEAN NOT NULL DEFAULT FALSE,
    draft TEXT NOT NULL DEFAULT '',
    -- When the last message came or went; NULL where there never was one.
    last_at BIGINT,
    -- When the owner began it, by the first message in it.
    begun_at BIGINT,
    -- By which a second press of the same form is known: a digest of the form and the text that were sent last.
    last_press TEXT NOT NULL DEFAULT '',
    -- The draft that a deletion took away, and which one.
    deletion_id BIGINT,
    deleted_draft TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (owner_id, other_id)
) WITHOUT ROWID;
CREATE INDEX conversations_by_place ON conversations (owner_id, place) WHERE place IS NOT NULL;
CREATE INDEX conversations_unread ON conversations (owner_id, other_id) WHERE is_unread AND place IS NOT NULL;
CREATE INDEX conversations_begun ON conversations (owner_id, begun_at) WHERE begun_at IS NOT NULL;
CREATE INDEX conversations_deleted ON conversations (owner_id, deletion_id) WHERE deletion_id IS NOT NULL;

-- What a member deleted at once, which *Undo* takes back for an hour.
CREATE TABLE message_deletions (
    owner_id BIGINT NOT NULL,
    id BIGINT NOT NULL,
    deleted_at BIGINT NOT NULL,
    -- 0 a message, 1 a conversation, 2 everything in one before a day, 3 a selection of conversations.
    kind SMALLINT NOT NULL,
    -- Of whom; of a selection, of the first.
    other_id BIGINT NOT NULL,
    -- How many messages, or of a selection how many conversations.
    number INTEGER NOT NULL,
    PRIMARY KEY (owner_id, id)
) WITHOUT ROWID;

-- The words of each copy, folded, each behind the number of its owner: so that a search reads what its owner has and nothing
-- of anybody else. Filled by the program (src/inbox/search).
CREATE TABLE message_search_rows (
    id INTEGER NOT NULL PRIMARY KEY,
    owner_id BIGINT NOT NULL,
    other_id BIGINT NOT NULL,
    message_id BIGINT NOT NULL
);
CREATE UNIQUE INDEX message_search_rows_by_copy ON message_search_rows (owner_id, other_id, message_id);
CREATE VIRTUAL TABLE message_search USING fts5(
    words, content = '', contentless_delete = 1, detail = none, tokenize = "ascii tokenchars '='"
);
