"""Seeded faults and harmless edits, and how many of each are reported."""
