-- What is unique over all members stands in tables keyed by it, so that no index needs every member in one place.
CREATE TABLE handles (
    handle TEXT NOT NULL PRIMARY KEY,
    member_id BIGINT NOT NULL,
    is_former BOOLEAN NOT NULL DEFAULT FALSE
) WITHOUT ROWID;
INSERT INTO handles (handle, member_id) SELECT handle, id FROM members;
INSERT INTO handles (handle, member_id, is_former) SELECT handle, member_id, TRUE FROM former_handles;
DROP TABLE former_handles;

CREATE TABLE emails (
    email_key TEXT NOT NULL PRIMARY KEY,
    member_id BIGINT NOT NULL
) WITHOUT ROWID;
INSERT INTO emails (email_key, member_id) SELECT email_key, id FROM members;
