"""A task → its result: inputs laid out, the script run, what it left judged and kept."""
