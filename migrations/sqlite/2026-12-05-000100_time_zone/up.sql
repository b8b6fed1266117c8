-- The IANA name of the time zone the member chose, e.g. 'Europe/Berlin'; empty for the site's.
ALTER TABLE members ADD COLUMN time_zone TEXT NOT NULL DEFAULT '';
