"""What belongs to the server and is shared by all visitors: models, runs, caches, the host's choices."""
