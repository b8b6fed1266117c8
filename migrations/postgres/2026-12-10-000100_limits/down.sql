DROP TABLE limit_counts;
DROP TABLE limits;
