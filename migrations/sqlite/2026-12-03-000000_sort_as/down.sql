ALTER TABLE members DROP COLUMN sort_as;
