-- Dates are unix seconds. Text that sorts or is looked up is compared by code point, as in SQLite.
--
-- Spread by owner (docs/scaling.md): every table that grows has its owner's id first in its primary key and in every
-- unique index; what is unique over all members stands in a table keyed by it; no sequences; a foreign key stays
-- with its owner. tests/spread.rs holds the migrations to it.

CREATE TABLE settings (
    name TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
);

-- The receipt of a change: a node that lost its connection before the answer to COMMIT learns here whether it happened
-- (src/db/postgres.rs). Swept after an hour.
CREATE TABLE receipts (
    id UUID NOT NULL PRIMARY KEY,
    written_at TIMESTAMPTZ NOT NULL DEFAULT now()
);

CREATE TABLE members (
    id BIGINT NOT NULL PRIMARY KEY,
    email TEXT NOT NULL,
    -- The address as it is looked up: in lower case.
    email_key TEXT COLLATE "C" NOT NULL,
    password_hash TEXT NOT NULL,
    handle TEXT COLLATE "C" NOT NULL,
    full_name TEXT NOT NULL,
    -- How the member stands in a list by last name, where that is not guessed from the name; empty for the guess.
    sort_as TEXT NOT NULL DEFAULT '',
    -- The keys by which lists sort, made from the name by src/members/sorting.rs.
    sort_first TEXT COLLATE "C" NOT NULL,
    sort_last TEXT COLLATE "C" NOT NULL,
    headline TEXT NOT NULL DEFAULT '',
    location TEXT NOT NULL DEFAULT '',
    about TEXT NOT NULL DEFAULT '',
    -- The organisation of the newest position.
    company TEXT NOT NULL DEFAULT '',
    -- The text in which searches look, folded by src/text/fold.rs.
    folded TEXT NOT NULL DEFAULT '',
    created_at BIGINT NOT NULL,
    is_admin BOOLEAN NOT NULL DEFAULT FALSE,
    suspended_at BIGINT,
    -- 0 everyone, 1 members who share a connection, 2 nobody.
    who_may_invite SMALLINT NOT NULL DEFAULT 0,
    -- 0 the member alone, 1 their connections.
    connections_seen_by SMALLINT NOT NULL DEFAULT 0,
    -- An open networker: an invitation connects at once.
    accepts_automatically BOOLEAN NOT NULL DEFAULT FALSE,
    -- "Ask me before somebody who left comes back": their re-invite needs an invitation.
    asks_before_reinvite BOOLEAN NOT NULL DEFAULT FALSE,
    -- The id of the newest notification that was looked at.
    notifications_seen BIGINT NOT NULL DEFAULT 0,
    -- The language the member chose, e.g. 'de'; empty for the browser's.
    language TEXT NOT NULL DEFAULT '',
    -- The name by content of the member's photo; empty for none.
    photo TEXT NOT NULL DEFAULT '',
    -- How many connections the member has, and a version that grows whenever they change. PostgreSQL writes rows, not
    -- pages, so these stand here; on SQLite connection_counts is a table.
    connection_count INTEGER NOT NULL DEFAULT 0,
    connection_version INTEGER NOT NULL DEFAULT 0
) WITH (fillfactor = 85);
CREATE INDEX members_by_age ON members (created_at, id);

CREATE VIEW connection_counts AS
    SELECT id AS member_id, connection_count AS number, connection_version AS version FROM members;

-- What is searched of a member, apart from the rest: a row that changes moves, and the order in which people are found
-- must not tell that somebody's number of connections has changed.
CREATE TABLE member_search (
    member_id BIGINT NOT NULL PRIMARY KEY REFERENCES members (id),
    words TSVECTOR NOT NULL
);
CREATE INDEX member_search_by_word ON member_search USING gin (words);

-- A photo in every size that pages show, encoded anew. Rows are never changed: another photo has another name.
CREATE TABLE photos (
    member_id BIGINT NOT NULL REFERENCES members (id),
    name TEXT NOT NULL,
    -- Pixels of a side.
    side SMALLINT NOT NULL,
    jpeg BYTEA NOT NULL,
    PRIMARY KEY (member_id, name, side)
);

-- What is unique over all members stands in tables keyed by it, so that no index needs every member in one place.
CREATE TABLE handles (
    handle TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    member_id BIGINT NOT NULL,
    -- Until when a former handle leads to its member, and nobody else can take it; NULL for the one they have.
    kept_until BIGINT
);

CREATE TABLE emails (
    email_key TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    member_id BIGINT NOT NULL
);

-- When a member changed their handle, and from which. Kept for a year.
CREATE TABLE handle_changes (
    member_id BIGINT NOT NULL REFERENCES members (id),
    id BIGINT NOT NULL,
    changed_at BIGINT NOT NULL,
    former TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (member_id, id)
);

CREATE TABLE sessions (
    member_id BIGINT NOT NULL REFERENCES members (id),
    token_hash TEXT COLLATE "C" NOT NULL,
    -- The browser and system, as the browser named them at the sign-in.
    device TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    last_seen BIGINT NOT NULL,
    PRIMARY KEY (member_id, token_hash)
);

CREATE TABLE positions (
    member_id BIGINT NOT NULL REFERENCES members (id),
    id BIGINT NOT NULL,
    -- 0 a position, 1 education.
    kind SMALLINT NOT NULL,
    -- Where it stands on the profile, from the top.
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

-- One side of a relationship a row: how its owner stands to the other. No row: they are strangers to the owner.
CREATE TABLE relationships (
    owner_id BIGINT NOT NULL,
    other_id BIGINT NOT NULL,
    -- 0 Stranger, 1 Invited, 2 Received, 3 Declined, 4 Connected, 5 Disconnected, 6 WasDisconnected, 7 Blocked,
    -- 8 BlockedBy; src/relationship says what each means.
    state SMALLINT NOT NULL,
    -- "They may invite me again": of the owner's disconnect, also while an invitation or a block hides it.
    may_invite_again BOOLEAN NOT NULL DEFAULT FALSE,
    -- What the state hides, or says besides:
    --   0  nothing;
    --   5  the owner's disconnect from a connection (in state 7: the two were connected before the block);
    --  10  the owner's disconnect from nobody connected, which is what unblocking a stranger leaves (also in state 5);
    --   1, 9, 11  in state 8: the owner's pending invitation, and under it 0, 5 or 10.
    prior SMALLINT NOT NULL DEFAULT 0,
    -- When the side came into its state by what its owner did or was told.
    changed_at BIGINT NOT NULL,
    -- Since when connected; kept after a disconnect, so that a re-invite restores it.
    connected_at BIGINT,
    -- When the pending invitation was sent, on both sides.
    invited_at BIGINT,
    -- When the owner last spent one of their weekly invitations on the other.
    sent_at BIGINT,
    -- The owner withdrew an invitation, and may invite again from then.
    paused_until BIGINT,
    -- The owner declined an invitation, which counts until then.
    declined_until BIGINT,
    -- When the owner disconnected, while an invitation hides that: it comes back with the invitation's end.
    disconnected_at BIGINT,
    -- The bulk removal that disconnected the other.
    removal_id BIGINT,
    -- The other's sort keys, kept here so that a list sorts by an index of its owner.
    sort_first TEXT COLLATE "C" NOT NULL,
    sort_last TEXT COLLATE "C" NOT NULL,
    -- The note of the invitation that is still open, on both sides.
    invitation_note TEXT NOT NULL DEFAULT '',
    private_note TEXT NOT NULL DEFAULT '',
    -- Why the owner disconnected or blocked.
    private_reason TEXT NOT NULL DEFAULT '',
    -- The notes of the invitation that the connection came of: what the owner wrote and what they received, each with its
    -- day. They stay with the connection.
    sent_note TEXT NOT NULL DEFAULT '',
    sent_note_at BIGINT,
    received_note TEXT NOT NULL DEFAULT '',
    received_note_at BIGINT,
    PRIMARY KEY (owner_id, other_id)
);
-- The list of connections in its three orders. Partial, so that a disconnect leaves them on the own side.
CREATE INDEX connections_by_date ON relationships (owner_id, connected_at, other_id) WHERE state = 4;
CREATE INDEX connections_by_first_name ON relationships (owner_id, sort_first, other_id) WHERE state = 4;
CREATE INDEX connections_by_last_name ON relationships (owner_id, sort_last, other_id) WHERE state = 4;
-- The lists other than the connections. No list shows state 6, so a disconnect need not enter the other side here.
CREATE INDEX relationships_by_state ON relationships (owner_id, state, changed_at, other_id)
    WHERE state <> 4 AND state <> 6;
CREATE INDEX relationships_by_invitation ON relationships (owner_id, sent_at) WHERE sent_at IS NOT NULL;
CREATE INDEX relationships_by_removal ON relationships (owner_id, removal_id, other_id) WHERE removal_id IS NOT NULL;
CREATE INDEX relationships_by_disconnect ON relationships (owner_id, disconnected_at, other_id)
    WHERE disconnected_at IS NOT NULL;

CREATE TABLE tags (
    owner_id BIGINT NOT NULL,
    other_id BIGINT NOT NULL,
    tag TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (owner_id, other_id, tag)
);
CREATE INDEX tags_by_name ON tags (owner_id, tag, other_id);

-- A bulk removal: a draft until it is confirmed, then perhaps undone.
CREATE TABLE removals (
    owner_id BIGINT NOT NULL,
    id BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    -- Ids of members who were chosen, but whom the owner had disconnected or blocked before the confirmation.
    skipped TEXT NOT NULL DEFAULT '',
    -- How many were disconnected, and of them how many *Undo* brought back.
    removed INTEGER NOT NULL DEFAULT 0,
    restored INTEGER NOT NULL DEFAULT 0,
    confirmed_at BIGINT,
    undone_at BIGINT,
    -- What is typed on the review, and then said of the removal.
    private_reason TEXT NOT NULL DEFAULT '',
    may_invite_again BOOLEAN NOT NULL DEFAULT FALSE,
    PRIMARY KEY (owner_id, id)
);

-- Whom a removal is about: chosen while it is a draft, disconnected once it is confirmed. The key is kept here so that a
-- review of thousands is read by it, a page at a time.
CREATE TABLE removal_members (
    owner_id BIGINT NOT NULL,
    removal_id BIGINT NOT NULL,
    other_id BIGINT NOT NULL,
    sort_first TEXT NOT NULL,
    PRIMARY KEY (owner_id, removal_id, other_id)
);
CREATE INDEX removal_members_by_name ON removal_members (owner_id, removal_id, sort_first, other_id);

CREATE TABLE notifications (
    owner_id BIGINT NOT NULL,
    id BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    -- 0 the other invites the owner, 1 the other accepted, 2 the other invited and was accepted in the owner's name.
    kind SMALLINT NOT NULL,
    other_id BIGINT NOT NULL,
    -- What the other wrote with it.
    note TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (owner_id, id)
);
