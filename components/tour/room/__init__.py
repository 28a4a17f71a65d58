"""A beat's question, put to a room of phones: ask, reveal, ask again, and compare the two."""
