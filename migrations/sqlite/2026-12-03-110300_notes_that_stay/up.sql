-- The note of an invitation stays with the connection that came of it: what the owner wrote and what they received, each
-- with its day. invitation_note is the note of an invitation that is still open.
ALTER TABLE relationships ADD COLUMN sent_note TEXT NOT NULL DEFAULT '';
ALTER TABLE relationships ADD COLUMN sent_note_at BIGINT;
ALTER TABLE relationships ADD COLUMN received_note TEXT NOT NULL DEFAULT '';
ALTER TABLE relationships ADD COLUMN received_note_at BIGINT;
-- What was written with the move that the member is told of.
ALTER TABLE notifications ADD COLUMN note TEXT NOT NULL DEFAULT '';
