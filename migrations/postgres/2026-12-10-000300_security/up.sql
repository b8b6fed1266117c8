-- What names a session to its member, whatever its token is.
ALTER TABLE sessions ADD COLUMN id BIGINT NOT NULL DEFAULT 0;
UPDATE sessions SET id = FLOOR(RANDOM() * 9000000000000000)::BIGINT;
-- When its member last showed, by password or passkey, that it is them.
ALTER TABLE sessions ADD COLUMN confirmed_at BIGINT NOT NULL DEFAULT 0;
-- What is too old is asked for on every machine at once, to be removed.
CREATE INDEX sessions_by_last_seen ON sessions (last_seen);
CREATE INDEX sessions_by_age ON sessions (created_at);

-- What happened to an account's security, kept for 90 days (src/accounts/events.rs).
CREATE TABLE security_events (
    member_id BIGINT NOT NULL REFERENCES members (id),
    id BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    kind SMALLINT NOT NULL,
    -- With what or to what, as the member knows it: a device, the name of a passkey, an address.
    detail TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (member_id, id)
);
CREATE INDEX security_events_by_date ON security_events (created_at);

-- What a sign-in asks for after the password.
CREATE TABLE second_factors (
    member_id BIGINT NOT NULL PRIMARY KEY REFERENCES members (id),
    -- The secret shared with the authenticator app, sealed with the key of the site; empty for no app.
    secret TEXT NOT NULL DEFAULT '',
    -- The newest step of 30 seconds whose code was used: no code of it or of an older one works again.
    last_step BIGINT NOT NULL DEFAULT 0,
    -- Whether a passkey is asked for where there is no app.
    asks_passkey BOOLEAN NOT NULL DEFAULT FALSE
);

-- Each signs in once without the app or the passkey; kept as a hash, gone once it is used.
CREATE TABLE recovery_codes (
    member_id BIGINT NOT NULL REFERENCES members (id),
    code_hash TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (member_id, code_hash)
);

-- The passkeys of a member. A browser names the member along with the passkey, so nothing is unique over all of them.
CREATE TABLE passkeys (
    member_id BIGINT NOT NULL REFERENCES members (id),
    id BIGINT NOT NULL,
    name TEXT NOT NULL,
    -- What names it to the browser.
    credential_id TEXT COLLATE "C" NOT NULL,
    -- Its public key, counter and flags, as JSON of the crate webauthn-rs.
    credential TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    used_at BIGINT,
    PRIMARY KEY (member_id, id),
    UNIQUE (member_id, credential_id)
);

-- What a browser was asked to sign with a passkey: answered once, within five minutes, at any node.
CREATE TABLE passkey_challenges (
    token_hash TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    -- Whose passkey is asked for; 0 for whoever signs in with it.
    member_id BIGINT NOT NULL,
    -- 0 adds a passkey, 1 signs in, 2 confirms that it is the member.
    purpose SMALLINT NOT NULL,
    state TEXT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX passkey_challenges_by_expiry ON passkey_challenges (expires_at);

-- Sign-ins that wait for the second step: the password was right. They open nothing, and end after ten minutes.
CREATE TABLE begun_sign_ins (
    member_id BIGINT NOT NULL REFERENCES members (id),
    token_hash TEXT COLLATE "C" NOT NULL,
    expires_at BIGINT NOT NULL,
    -- Codes that were wrong.
    tries INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (member_id, token_hash)
);
CREATE INDEX begun_sign_ins_by_expiry ON begun_sign_ins (expires_at);
