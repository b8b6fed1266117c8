ALTER TABLE removals DROP COLUMN by_program;
