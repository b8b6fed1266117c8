-- Words stand in one index, in which an import writes its own in their order. Those of a contact stand beside its card as well, as a
-- JSON array, so that they are taken out again. Empty where they are not known: of what is deleted, and of what an earlier version
-- writes.
ALTER TABLE contact_cards ADD COLUMN words TEXT NOT NULL DEFAULT '';
UPDATE contact_cards SET words = (
    SELECT json_group_array(w.word) FROM contact_words AS w
    WHERE w.owner_id = contact_cards.owner_id AND w.contact_id = contact_cards.contact_id
)
WHERE EXISTS (
    SELECT 1 FROM contact_words AS w
    WHERE w.owner_id = contact_cards.owner_id AND w.contact_id = contact_cards.contact_id
);
CREATE TABLE contact_words_in_order (
    owner_id BIGINT NOT NULL,
    contact_id BIGINT NOT NULL,
    word TEXT NOT NULL,
    PRIMARY KEY (owner_id, word, contact_id)
) WITHOUT ROWID;
INSERT INTO contact_words_in_order (owner_id, contact_id, word)
SELECT owner_id, contact_id, word FROM contact_words ORDER BY owner_id, word, contact_id;
DROP TABLE contact_words;
ALTER TABLE contact_words_in_order RENAME TO contact_words;
-- Nothing was read by it: SQLite takes the primary key, or an index that sorts.
DROP INDEX contacts_live;
