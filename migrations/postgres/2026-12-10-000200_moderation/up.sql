-- 0 a member, 1 a moderator, 2 an administrator.
ALTER TABLE members ADD COLUMN role SMALLINT NOT NULL DEFAULT 0;
UPDATE members SET role = 2 WHERE is_admin;
ALTER TABLE members DROP COLUMN is_admin;
-- Until when a suspension lasts, which began at suspended_at; NULL there for one without an end, which is a ban.
ALTER TABLE members ADD COLUMN suspended_until BIGINT;
-- Since when others do not see the profile.
ALTER TABLE members ADD COLUMN hidden_at BIGINT;
-- Those who run the site, a handful.
CREATE INDEX members_by_role ON members (role, id) WHERE role > 0;
-- Those whom a moderator has suspended, banned or hidden.
CREATE INDEX members_by_suspension ON members (suspended_at, id) WHERE suspended_at IS NOT NULL;

-- What those who run the site did, in one chain: rows are only ever added. A row names people in two parts, each with a digest
-- of its own, and the chain holds the digests: so the names of somebody whose account ends can be removed, and the chain
-- still holds.
CREATE TABLE audit_entries (
    -- 1, 2, 3: without a gap.
    number BIGINT NOT NULL PRIMARY KEY,
    done_at BIGINT NOT NULL,
    -- Which act, by the word of src/audit/act.rs.
    act TEXT NOT NULL,
    -- Who did it; NULL for the command line, and where their account has ended.
    actor_id BIGINT,
    actor TEXT NOT NULL,
    -- Empty once the names are removed.
    actor_salt TEXT NOT NULL,
    actor_digest TEXT NOT NULL,
    -- The member whom it concerns; NULL for none, and where their account has ended.
    subject_id BIGINT,
    subject TEXT NOT NULL,
    detail TEXT NOT NULL,
    subject_salt TEXT NOT NULL,
    subject_digest TEXT NOT NULL,
    -- Of this row and the hash of the row before.
    hash TEXT NOT NULL
);
CREATE INDEX audit_entries_by_subject ON audit_entries (subject_id, number) WHERE subject_id IS NOT NULL;
CREATE INDEX audit_entries_by_actor ON audit_entries (actor_id, number) WHERE actor_id IS NOT NULL;
CREATE INDEX audit_entries_by_act ON audit_entries (act, number);

-- The end of the chain, in one row: whoever adds to it holds this row until they commit, on whatever node.
CREATE TABLE audit_head (
    id SMALLINT NOT NULL PRIMARY KEY,
    number BIGINT NOT NULL,
    hash TEXT NOT NULL
);
INSERT INTO audit_head (id, number, hash) VALUES (1, 0, '');

-- What members report, and appeals.
CREATE TABLE reports (
    reported_id BIGINT NOT NULL,
    id BIGINT NOT NULL,
    -- 0 a profile, 1 an invitation, 2 a message, 3 an appeal of the reported.
    kind SMALLINT NOT NULL,
    -- Who reports; NULL once their account has ended.
    reporter_id BIGINT,
    created_at BIGINT NOT NULL,
    -- What is wrong, in the reporter's words.
    reason TEXT NOT NULL,
    -- What it is about as it was then, as JSON (src/moderation/context.rs).
    context TEXT NOT NULL,
    -- 0 open, 1 dismissed, 2 warned, 3 hidden, 4 suspended, 5 banned, 6 lifted.
    decision SMALLINT NOT NULL DEFAULT 0,
    decided_at BIGINT,
    decided_by BIGINT,
    PRIMARY KEY (reported_id, id)
);
CREATE INDEX reports_open ON reports (id, reported_id) WHERE decision = 0;
CREATE INDEX reports_closed ON reports (id, reported_id) WHERE decision <> 0;

CREATE INDEX reports_by_reporter ON reports (reporter_id, created_at) WHERE reporter_id IS NOT NULL;

-- What moderators decided about a member: each stays as their history.
CREATE TABLE sanctions (
    member_id BIGINT NOT NULL REFERENCES members (id),
    id BIGINT NOT NULL,
    -- 2 a warning, 3 hidden, 4 suspended, 5 banned: as reports.decision.
    kind SMALLINT NOT NULL,
    created_at BIGINT NOT NULL,
    -- What the member is told, in the moderator's words.
    reason TEXT NOT NULL,
    -- When it ends by itself; NULL for never.
    until BIGINT,
    decided_by BIGINT,
    lifted_at BIGINT,
    lifted_by BIGINT,
    PRIMARY KEY (member_id, id)
);
