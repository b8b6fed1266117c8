-- The words of a member, folded, and those of the name once more behind a '=': so that a search in names reads the index of
-- names alone, where a column filter would read every match and look where it stands. Beginnings of up to 12 letters have
-- lists of their own, of which the first matches are read; those of a longer one are put together from all words that begin
-- so. Filled by the program, a batch at a time (src/members/search/mod.rs).
DROP TABLE member_search;
CREATE VIRTUAL TABLE member_search USING fts5(
    words, content = '', contentless_delete = 1, detail = none, prefix = '1 2 3 4 5 6 7 8 9 10 11 12', tokenize = "ascii tokenchars '='"
);
