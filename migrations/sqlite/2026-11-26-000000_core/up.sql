-- Dates are unix seconds. Every table that grows has its owner's id first in its primary key, so that a page reads the
-- rows of one owner, wherever they are kept.

CREATE TABLE settings (
    name TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
) WITHOUT ROWID;

CREATE TABLE members (
    id INTEGER NOT NULL PRIMARY KEY,
    email TEXT NOT NULL,
    -- The address as it is looked up: in lower case.
    email_key TEXT NOT NULL,
    password_hash TEXT NOT NULL,
    handle TEXT NOT NULL UNIQUE,
    full_name TEXT NOT NULL,
    -- How the member stands in a list by last name, where that is not guessed from the name; empty for the guess.
    sort_as TEXT NOT NULL DEFAULT '',
    -- The keys by which lists sort, made from the name by src/members/sorting.rs.
    sort_first TEXT NOT NULL,
    sort_last TEXT NOT NULL,
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
    photo TEXT NOT NULL DEFAULT ''
);
CREATE INDEX members_by_age ON members (created_at, id);

-- How many connections a member has, and a version that grows whenever they change, apart from what seldom changes: SQLite
-- writes whole pages, and some hundred of these rows share one.
CREATE TABLE connection_counts (
    member_id INTEGER NOT NULL PRIMARY KEY,
    number INTEGER NOT NULL DEFAULT 0,
    version INTEGER NOT NULL DEFAULT 0
);
CREATE TRIGGER members_are_counted AFTER INSERT ON members
BEGIN
    INSERT INTO connection_counts (member_id) VALUES (NEW.id);
END;

-- The words of a member, folded, and those of the name once more behind a '=': so that a search in names reads the index of
-- names alone, where a column filter would read every match and look where it stands. Beginnings of up to 12 letters have
-- lists of their own, of which the first matches are read; those of a longer one are put together from all words that begin
-- so. Filled by the program, a batch at a time (src/members/search/mod.rs).
CREATE VIRTUAL TABLE member_search USING fts5(
    words, content = '', contentless_delete = 1, detail = none, prefix = '1 2 3 4 5 6 7 8 9 10 11 12', tokenize = "ascii tokenchars '='"
);

-- A photo in every size that pages show, encoded anew. Rows are never changed: another photo has another name.
CREATE TABLE photos (
    member_id BIGINT NOT NULL REFERENCES members (id),
    name TEXT NOT NULL,
    -- Pixels of a side.
    side SMALLINT NOT NULL,
    jpeg BLOB NOT NULL,
    PRIMARY KEY (member_id, name, side)
);

-- What is unique over all members stands in tables keyed by it, so that no index needs every member in one place.
CREATE TABLE handles (
    handle TEXT NOT NULL PRIMARY KEY,
    member_id BIGINT NOT NULL,
    -- Until when a former handle leads to its member, and nobody else can take it; NULL for the one they have.
    kept_until BIGINT
) WITHOUT ROWID;

CREATE TABLE emails (
    email_key TEXT NOT NULL PRIMARY KEY,
    member_id BIGINT NOT NULL
) WITHOUT ROWID;

-- When a member changed their handle, and from which. Kept for a year.
CREATE TABLE handle_changes (
    member_id BIGINT NOT NULL REFERENCES members (id),
    id BIGINT NOT NULL,
    changed_at BIGINT NOT NULL,
    former TEXT NOT NULL,
    PRIMARY KEY (member_id, id)
) WITHOUT ROWID;

CREATE TABLE sessions (
    member_id BIGINT NOT NULL REFERENCES members (id),
    token_hash TEXT NOT NULL,
    -- The browser and system, as the browser named them at the sign-in.
    device TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    last_seen BIGINT NOT NULL,
    PRIMARY KEY (member_id, token_hash)
) WITHOUT ROWID;

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
) WITHOUT ROWID;

CREATE TABLE links (
    member_id BIGINT NOT NULL REFERENCES members (id),
    id BIGINT NOT NULL,
    place INTEGER NOT NULL,
    label TEXT NOT NULL,
    url TEXT NOT NULL,
    PRIMARY KEY (member_id, id)
) WITHOUT ROWID;

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
    sort_first TEXT NOT NULL,
    sort_last TEXT NOT NULL,
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
) WITHOUT ROWID;
-- The list of connections in its three orders. SQLite takes an entry of a partial index out and puts it in again whenever
-- a column of its condition is set, so the condition names none that a disconnect sets on the other's side: there, one page
-- is written, that of the row. A connection has no removal_id and has a date; statements add `state = 4`.
CREATE INDEX connections_by_date ON relationships (owner_id, connected_at, other_id)
    WHERE removal_id IS NULL AND connected_at IS NOT NULL;
CREATE INDEX connections_by_first_name ON relationships (owner_id, sort_first, other_id)
    WHERE removal_id IS NULL AND connected_at IS NOT NULL;
CREATE INDEX connections_by_last_name ON relationships (owner_id, sort_last, other_id)
    WHERE removal_id IS NULL AND connected_at IS NOT NULL;
-- The lists other than the connections. No list shows state 6, so a disconnect need not enter the other side here.
-- The last column lets sent invitations be counted by the index alone; without it SQLite reads all rows of the owner.
CREATE INDEX relationships_by_state ON relationships (owner_id, state, changed_at, other_id, prior)
    WHERE state <> 4 AND state <> 6;
CREATE INDEX relationships_by_invitation ON relationships (owner_id, sent_at) WHERE sent_at IS NOT NULL;
CREATE INDEX relationships_by_removal ON relationships (owner_id, removal_id, other_id) WHERE removal_id IS NOT NULL;
CREATE INDEX relationships_by_disconnect ON relationships (owner_id, disconnected_at, other_id)
    WHERE disconnected_at IS NOT NULL;

CREATE TABLE tags (
    owner_id BIGINT NOT NULL,
    other_id BIGINT NOT NULL,
    tag TEXT NOT NULL,
    PRIMARY KEY (owner_id, other_id, tag)
) WITHOUT ROWID;
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
) WITHOUT ROWID;
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
) WITHOUT ROWID;
