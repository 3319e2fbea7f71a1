"""What is raised where no data can be made."""


class UnmakeableError(Exception):
    """No data can be made for this schema; the message says why, in the user's words."""
