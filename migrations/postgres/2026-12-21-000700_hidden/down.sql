DROP INDEX members_by_hiding;
