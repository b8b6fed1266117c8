-- These rows are made again as they are needed.
DELETE FROM email_claims WHERE member_id = 0;
