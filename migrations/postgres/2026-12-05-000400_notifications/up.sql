-- What a member is told of each kind, and how; no row is the default. Kinds: 0 invitation, 1 acceptance, 2 message, 3 weekly digest.
CREATE TABLE notification_choices (
    member_id BIGINT NOT NULL REFERENCES members (id),
    kind SMALLINT NOT NULL,
    on_site BOOLEAN NOT NULL,
    by_email BOOLEAN NOT NULL,
    PRIMARY KEY (member_id, kind)
);

-- Each notification is read by itself. A deleted one can be taken back for a day.
ALTER TABLE notifications ADD COLUMN is_read BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE notifications ADD COLUMN deleted_at BIGINT;
UPDATE notifications SET is_read = TRUE
    WHERE id <= (SELECT notifications_seen FROM members WHERE members.id = notifications.owner_id);
ALTER TABLE members DROP COLUMN notifications_seen;
-- The badge counts it; a message looks in it for the one of the same sender.
CREATE INDEX notifications_unread ON notifications (owner_id, other_id, kind) WHERE NOT is_read AND deleted_at IS NULL;
-- What is removed for good is found in it.
CREATE INDEX notifications_deleted ON notifications (owner_id, deleted_at) WHERE deleted_at IS NOT NULL;
