"""Settings and data drafted for a person to read, from samples or from runs of a script."""
