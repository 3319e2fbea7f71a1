"""One script for each step."""
