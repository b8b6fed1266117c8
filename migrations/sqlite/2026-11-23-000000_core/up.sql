-- Dates are unix seconds. Every table that grows has its owner's id first in its primary key, so that a page
-- reads the rows of one owner, wherever they are kept.

CREATE TABLE settings (
    name TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
) WITHOUT ROWID;

CREATE TABLE members (
    id INTEGER NOT NULL PRIMARY KEY,
    email TEXT NOT NULL,
    email_key TEXT NOT NULL UNIQUE,
    password_hash TEXT NOT NULL,
    handle TEXT NOT NULL UNIQUE,
    full_name TEXT NOT NULL,
    sort_first TEXT NOT NULL,
    sort_last TEXT NOT NULL,
    headline TEXT NOT NULL DEFAULT '',
    location TEXT NOT NULL DEFAULT '',
    about TEXT NOT NULL DEFAULT '',
    company TEXT NOT NULL DEFAULT '',
    folded TEXT NOT NULL DEFAULT '',
    created_at BIGINT NOT NULL,
    is_admin BOOLEAN NOT NULL DEFAULT 0,
    suspended_at BIGINT,
    who_may_invite SMALLINT NOT NULL DEFAULT 0,
    connections_seen_by SMALLINT NOT NULL DEFAULT 0,
    accepts_automatically BOOLEAN NOT NULL DEFAULT 0,
    asks_before_return BOOLEAN NOT NULL DEFAULT 0,
    connection_count INTEGER NOT NULL DEFAULT 0,
    notifications_seen BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX members_by_age ON members (created_at, id);

CREATE TABLE former_handles (
    handle TEXT NOT NULL PRIMARY KEY,
    member_id BIGINT NOT NULL REFERENCES members (id)
) WITHOUT ROWID;

CREATE TABLE sessions (
    member_id BIGINT NOT NULL REFERENCES members (id),
    token_hash TEXT NOT NULL,
    device TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    last_seen BIGINT NOT NULL,
    PRIMARY KEY (member_id, token_hash)
) WITHOUT ROWID;

-- Positions and education; kind 0 and 1.
CREATE TABLE positions (
    member_id BIGINT NOT NULL REFERENCES members (id),
    id BIGINT NOT NULL,
    kind SMALLINT NOT NULL,
    place INTEGER NOT NULL,
    title TEXT NOT NULL,
    organisation TEXT NOT NULL,
    started TEXT NOT NULL,
    ended TEXT NOT NULL,
    description TEXT NOT NULL,
    PRIMARY KEY (member_id, id)
) WITHOUT ROWID;

CREATE TABLE links (
    member_id BIGINT NOT NULL REFERENCES members (id),
    id BIGINT NOT NULL,
    place INTEGER NOT NULL,
    label TEXT NOT NULL,
    url TEXT NOT NULL,
    PRIMARY KEY (member_id, id)
) WITHOUT ROWID;

-- One row per side. The other's sort names are kept on the row, so that a list sorts by an index of its owner.
CREATE TABLE relationships (
    owner_id BIGINT NOT NULL,
    other_id BIGINT NOT NULL,
    state SMALLINT NOT NULL,
    may_return BOOLEAN NOT NULL DEFAULT 0,
    behind SMALLINT NOT NULL DEFAULT 0,
    changed_at BIGINT NOT NULL,
    connected_at BIGINT,
    invited_at BIGINT,
    sent_at BIGINT,
    paused_until BIGINT,
    declined_until BIGINT,
    removal_id BIGINT,
    sort_first TEXT NOT NULL,
    sort_last TEXT NOT NULL,
    invitation_note TEXT NOT NULL DEFAULT '',
    private_note TEXT NOT NULL DEFAULT '',
    private_reason TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (owner_id, other_id)
) WITHOUT ROWID;
-- State 4 is Connected. Partial, so that a disconnect leaves three of them and enters one.
CREATE INDEX connections_by_date ON relationships (owner_id, connected_at, other_id) WHERE state = 4;
CREATE INDEX connections_by_first_name ON relationships (owner_id, sort_first, other_id) WHERE state = 4;
CREATE INDEX connections_by_last_name ON relationships (owner_id, sort_last, other_id) WHERE state = 4;
CREATE INDEX relationships_by_state ON relationships (owner_id, state, changed_at, other_id) WHERE state <> 4;
CREATE INDEX relationships_by_invitation ON relationships (owner_id, sent_at) WHERE sent_at IS NOT NULL;
CREATE INDEX relationships_by_removal ON relationships (owner_id, removal_id, other_id) WHERE removal_id IS NOT NULL;

CREATE TABLE tags (
    owner_id BIGINT NOT NULL,
    other_id BIGINT NOT NULL,
    tag TEXT NOT NULL,
    PRIMARY KEY (owner_id, other_id, tag)
) WITHOUT ROWID;
CREATE INDEX tags_by_name ON tags (owner_id, tag, other_id);

-- A removal is reviewed, then confirmed, then perhaps undone; chosen and skipped are lists of members' ids.
CREATE TABLE removals (
    owner_id BIGINT NOT NULL,
    id BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    chosen TEXT NOT NULL,
    skipped TEXT NOT NULL DEFAULT '',
    removed INTEGER NOT NULL DEFAULT 0,
    confirmed_at BIGINT,
    undone_at BIGINT,
    restored INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (owner_id, id)
);

CREATE TABLE notifications (
    owner_id BIGINT NOT NULL,
    id BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    kind SMALLINT NOT NULL,
    other_id BIGINT NOT NULL,
    PRIMARY KEY (owner_id, id)
) WITHOUT ROWID;

CREATE VIRTUAL TABLE member_search USING fts5(
    full_name, headline, company, location,
    content = '', contentless_delete = 1, prefix = '1 2 3', tokenize = 'unicode61 remove_diacritics 2'
);
