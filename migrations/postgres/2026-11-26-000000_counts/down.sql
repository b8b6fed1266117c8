DROP VIEW connection_counts;
