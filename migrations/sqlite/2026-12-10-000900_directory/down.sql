DROP TABLE dismissed_suggestions;
DROP TABLE directory;
