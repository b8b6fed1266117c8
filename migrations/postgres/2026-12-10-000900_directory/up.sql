-- How each member stands in the directory: by last name, under a letter, and by the company and location they are of.
-- Filled along with the search index, by src/members/directory.rs.
CREATE TABLE directory (
    member_id BIGINT NOT NULL PRIMARY KEY,
    sort_last TEXT COLLATE "C" NOT NULL,
    letter TEXT NOT NULL,
    -- As written alike, so that spellings of one company are one; empty for none.
    company TEXT NOT NULL,
    company_name TEXT NOT NULL,
    location TEXT NOT NULL,
    location_name TEXT NOT NULL
);
CREATE INDEX directory_by_name ON directory (sort_last, member_id);
CREATE INDEX directory_by_letter ON directory (letter, sort_last, member_id);
CREATE INDEX directory_by_company ON directory (company, sort_last, member_id);
CREATE INDEX directory_by_location ON directory (location, sort_last, member_id);

-- Whom a member does not want suggested any more.
CREATE TABLE dismissed_suggestions (
    owner_id BIGINT NOT NULL,
    other_id BIGINT NOT NULL,
    dismissed_at BIGINT NOT NULL,
    PRIMARY KEY (owner_id, other_id)
);
