-- The words of a member, folded, and those of the name once more behind a '=': so that a search in names reads the index of
-- names alone, where a column filter would read every match and look where it stands. Filled by the program, a batch at a
-- time (src/members/search/mod.rs).
DROP TABLE member_search;
CREATE VIRTUAL TABLE member_search USING fts5(
    words, content = '', contentless_delete = 1, detail = none, prefix = '1 2 3 4 5', tokenize = "ascii tokenchars '='"
);
