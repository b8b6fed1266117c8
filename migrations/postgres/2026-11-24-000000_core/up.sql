-- Dates are unix seconds. Text that sorts or is looked up is compared by code point, as in SQLite.
--
-- Spread by owner (docs/scaling.md): every table that grows has its owner's id first in its primary key and in every
-- unique index; what is unique over all members stands in a table keyed by it; no sequences; a foreign key stays
-- with its owner. tests/spread.rs holds the migrations to it.

CREATE TABLE settings (
    name TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
);

-- Whoever asks again after a commit that was never answered learns here whether it happened; see src/db/postgres.rs.
CREATE TABLE receipts (
    id UUID NOT NULL PRIMARY KEY,
    written_at TIMESTAMPTZ NOT NULL DEFAULT now()
);

CREATE TABLE members (
    id BIGINT NOT NULL PRIMARY KEY,
    email TEXT NOT NULL,
    email_key TEXT COLLATE "C" NOT NULL,
    password_hash TEXT NOT NULL,
    handle TEXT COLLATE "C" NOT NULL,
    full_name TEXT NOT NULL,
    sort_first TEXT COLLATE "C" NOT NULL,
    sort_last TEXT COLLATE "C" NOT NULL,
    headline TEXT NOT NULL DEFAULT '',
    location TEXT NOT NULL DEFAULT '',
    about TEXT NOT NULL DEFAULT '',
    company TEXT NOT NULL DEFAULT '',
    folded TEXT NOT NULL DEFAULT '',
    created_at BIGINT NOT NULL,
    is_admin BOOLEAN NOT NULL DEFAULT FALSE,
    suspended_at BIGINT,
    who_may_invite SMALLINT NOT NULL DEFAULT 0,
    connections_seen_by SMALLINT NOT NULL DEFAULT 0,
    accepts_automatically BOOLEAN NOT NULL DEFAULT FALSE,
    asks_before_return BOOLEAN NOT NULL DEFAULT FALSE,
    connection_count INTEGER NOT NULL DEFAULT 0,
    notifications_seen BIGINT NOT NULL DEFAULT 0
) WITH (fillfactor = 85);
CREATE INDEX members_by_age ON members (created_at, id);

-- What is searched of a member, apart from the rest: a row that changes moves, and the order in which people are found
-- must not tell that somebody's number of connections has changed.
CREATE TABLE member_search (
    member_id BIGINT NOT NULL PRIMARY KEY REFERENCES members (id),
    words TSVECTOR NOT NULL
);
CREATE INDEX member_search_by_word ON member_search USING gin (words);

CREATE TABLE handles (
    handle TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    member_id BIGINT NOT NULL,
    is_former BOOLEAN NOT NULL DEFAULT FALSE
);

CREATE TABLE emails (
    email_key TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    member_id BIGINT NOT NULL
);

CREATE TABLE sessions (
    member_id BIGINT NOT NULL REFERENCES members (id),
    token_hash TEXT COLLATE "C" NOT NULL,
    device TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    last_seen BIGINT NOT NULL,
    PRIMARY KEY (member_id, token_hash)
);

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
);

CREATE TABLE links (
    member_id BIGINT NOT NULL REFERENCES members (id),
    id BIGINT NOT NULL,
    place INTEGER NOT NULL,
    label TEXT NOT NULL,
    url TEXT NOT NULL,
    PRIMARY KEY (member_id, id)
);

-- One row per side. The other's sort names are kept on the row, so that a list sorts by an index of its owner.
CREATE TABLE relationships (
    owner_id BIGINT NOT NULL,
    other_id BIGINT NOT NULL,
    state SMALLINT NOT NULL,
    may_return BOOLEAN NOT NULL DEFAULT FALSE,
    behind SMALLINT NOT NULL DEFAULT 0,
    changed_at BIGINT NOT NULL,
    connected_at BIGINT,
    invited_at BIGINT,
    sent_at BIGINT,
    paused_until BIGINT,
    declined_until BIGINT,
    removal_id BIGINT,
    sort_first TEXT COLLATE "C" NOT NULL,
    sort_last TEXT COLLATE "C" NOT NULL,
    invitation_note TEXT NOT NULL DEFAULT '',
    private_note TEXT NOT NULL DEFAULT '',
    private_reason TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (owner_id, other_id)
);
-- State 4 is Connected, 6 is Lost, which no list shows. Partial, so that a disconnect leaves three of them and enters
-- one on the own side, none on the other.
CREATE INDEX connections_by_date ON relationships (owner_id, connected_at, other_id) WHERE state = 4;
CREATE INDEX connections_by_first_name ON relationships (owner_id, sort_first, other_id) WHERE state = 4;
CREATE INDEX connections_by_last_name ON relationships (owner_id, sort_last, other_id) WHERE state = 4;
CREATE INDEX relationships_by_state ON relationships (owner_id, state, changed_at, other_id) WHERE state <> 4 AND state <> 6;
CREATE INDEX relationships_by_invitation ON relationships (owner_id, sent_at) WHERE sent_at IS NOT NULL;
CREATE INDEX relationships_by_removal ON relationships (owner_id, removal_id, other_id) WHERE removal_id IS NOT NULL;

CREATE TABLE tags (
    owner_id BIGINT NOT NULL,
    other_id BIGINT NOT NULL,
    tag TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (owner_id, other_id, tag)
);
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
);
