ALTER TABLE contact_removals DROP COLUMN kept_before;
