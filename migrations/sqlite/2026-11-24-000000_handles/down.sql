CREATE TABLE former_handles (
    handle TEXT NOT NULL PRIMARY KEY,
    member_id BIGINT NOT NULL REFERENCES members (id)
) WITHOUT ROWID;
INSERT INTO former_handles (handle, member_id) SELECT handle, member_id FROM handles WHERE is_former;
DROP TABLE handles;
DROP TABLE emails;
