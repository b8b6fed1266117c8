DELETE FROM settings WHERE name IN ('registration', 'members_make_invite_links', 'registrations_told_at', 'form_key');
DELETE FROM settings WHERE name LIKE 'first_administrator:%';
DROP TABLE refused_addresses;
DROP TABLE join_letters;
DROP TABLE invite_joins;
DROP TABLE invite_links;
DROP TABLE applications;
