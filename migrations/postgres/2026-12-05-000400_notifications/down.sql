DROP INDEX notifications_deleted;
DROP INDEX notifications_unread;
ALTER TABLE members ADD COLUMN notifications_seen BIGINT NOT NULL DEFAULT 0;
UPDATE members SET notifications_seen =
    COALESCE((SELECT MAX(id) FROM notifications WHERE notifications.owner_id = members.id AND is_read), 0);
DELETE FROM notifications WHERE deleted_at IS NOT NULL;
ALTER TABLE notifications DROP COLUMN deleted_at;
ALTER TABLE notifications DROP COLUMN is_read;
DROP TABLE notification_choices;
