"""Which distributions an interpreter has, and which of them a change gives another version."""
