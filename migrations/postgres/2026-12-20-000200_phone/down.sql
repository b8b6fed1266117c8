DROP TABLE tag_changes;
