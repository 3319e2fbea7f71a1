"""Results of earlier runs: the key each is found by, and the store that keeps it with its files."""
