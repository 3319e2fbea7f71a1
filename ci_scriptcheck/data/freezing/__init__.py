"""A small sample that looks like real tables and holds no row of them."""
