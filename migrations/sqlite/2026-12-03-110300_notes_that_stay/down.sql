ALTER TABLE notifications DROP COLUMN note;
ALTER TABLE relationships DROP COLUMN received_note_at;
ALTER TABLE relationships DROP COLUMN received_note;
ALTER TABLE relationships DROP COLUMN sent_note_at;
ALTER TABLE relationships DROP COLUMN sent_note;
