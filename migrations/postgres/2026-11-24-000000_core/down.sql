DROP TABLE notifications, removals, tags, relationships, links, positions, sessions, emails, handles, member_search, members, receipts, settings;
