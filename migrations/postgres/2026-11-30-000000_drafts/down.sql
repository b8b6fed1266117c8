ALTER TABLE removals DROP COLUMN may_invite_again;
ALTER TABLE removals DROP COLUMN private_reason;
ALTER TABLE removals ADD COLUMN chosen TEXT NOT NULL DEFAULT '';
DROP TABLE removal_members;
