-- Where two met who claimed an address, with the address itself; from now on these rows have a hash, and are removed.
DELETE FROM email_claims WHERE member_id = 0;
