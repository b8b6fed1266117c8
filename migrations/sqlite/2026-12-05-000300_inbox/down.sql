DROP TABLE message_search;
DROP TABLE message_search_rows;
DROP TABLE message_deletions;
DROP TABLE conversations;
DROP TABLE message_copies;
DROP TABLE messages;
