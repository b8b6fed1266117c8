-- Who is hidden from strangers: a list of members leaves out those few.
CREATE INDEX members_by_hiding ON members (id) WHERE hidden_at IS NOT NULL;
