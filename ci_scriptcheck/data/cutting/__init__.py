"""A part of a large file as a smaller file of the same kind: whole rows, chosen by seed or by key."""
