DROP TABLE contact_files;
DROP TABLE app_passwords;
