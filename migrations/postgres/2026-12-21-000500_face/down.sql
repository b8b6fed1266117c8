DROP TABLE contact_tag_changes;
