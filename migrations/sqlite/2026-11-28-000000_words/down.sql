DROP TABLE member_search;
CREATE VIRTUAL TABLE member_search USING fts5(
    full_name, headline, company, location,
    content = '', contentless_delete = 1, prefix = '1 2 3', tokenize = 'unicode61 remove_diacritics 2'
);
