CREATE TRIGGER members_are_counted AFTER INSERT ON members
BEGIN
    INSERT INTO connection_counts (member_id) VALUES (NEW.id);
END;
