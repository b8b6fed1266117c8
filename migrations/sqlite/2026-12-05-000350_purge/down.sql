DROP INDEX message_deletions_by_date;
