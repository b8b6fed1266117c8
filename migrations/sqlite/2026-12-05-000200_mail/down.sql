DROP TABLE browsers;
DROP INDEX members_by_digest;
ALTER TABLE members DROP COLUMN digest_due_at;
ALTER TABLE members DROP COLUMN mail_secret;
ALTER TABLE members DROP COLUMN confirmed_email;
INSERT INTO emails (email_key, member_id)
    SELECT email_key, MIN(member_id) FROM email_claims WHERE email_key NOT IN (SELECT email_key FROM emails) GROUP BY email_key;
DROP TABLE email_claims;
DROP TABLE tokens;
DROP TABLE outbox;
DROP TABLE job_leases;
