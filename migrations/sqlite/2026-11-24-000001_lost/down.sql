DROP INDEX relationships_by_state;
CREATE INDEX relationships_by_state ON relationships (owner_id, state, changed_at, other_id) WHERE state <> 4;
