"""Tells which flights out of New York will be late."""
