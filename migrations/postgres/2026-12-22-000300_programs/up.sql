-- Begun by a program: the pages go on with what was selected on them alone.
ALTER TABLE removals ADD COLUMN by_program BOOLEAN NOT NULL DEFAULT FALSE;
