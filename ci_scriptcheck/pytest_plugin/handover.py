"""What controllers and workers have in common at the start; imports nothing, as every pytest reads it."""

HANDED_OVER = "scriptcheck"
"""Key of the input that a worker gets from its controller."""
