-- Of a merge: the version that the contact had before, so that the merge before it can be taken back after it.
ALTER TABLE contact_removals ADD COLUMN kept_before BIGINT NOT NULL DEFAULT 0;
