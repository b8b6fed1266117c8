-- How a member stands in a list by last name, where that is not guessed from the name; empty for the guess.
ALTER TABLE members ADD COLUMN sort_as TEXT NOT NULL DEFAULT '';
