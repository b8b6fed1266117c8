DROP TABLE photos;
ALTER TABLE members DROP COLUMN photo;
ALTER TABLE members DROP COLUMN language;
