-- Words stand in one index, in which an import writes its own in their order. Those of a contact stand beside its card as well, as a
-- JSON array, so that they are taken out again. Empty where they are not known: of what is deleted, and of what an earlier version
-- writes.
ALTER TABLE contact_cards ADD COLUMN words TEXT NOT NULL DEFAULT '';
UPDATE contact_cards SET words = (
    SELECT json_agg(w.word) FROM contact_words AS w
    WHERE w.owner_id = contact_cards.owner_id AND w.contact_id = contact_cards.contact_id
)::text
WHERE EXISTS (
    SELECT 1 FROM contact_words AS w
    WHERE w.owner_id = contact_cards.owner_id AND w.contact_id = contact_cards.contact_id
);
ALTER TABLE contact_words DROP CONSTRAINT contact_words_pkey;
DROP INDEX contact_words_by_word;
ALTER TABLE contact_words ADD PRIMARY KEY (owner_id, word, contact_id);
