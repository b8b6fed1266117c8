-- State 6 is Lost, which no list shows: a disconnect need not enter the other side here.
DROP INDEX relationships_by_state;
CREATE INDEX relationships_by_state ON relationships (owner_id, state, changed_at, other_id) WHERE state <> 4 AND state <> 6;
