"""The planners: which tasks a mode wants, and where their inputs come from. Pure."""
