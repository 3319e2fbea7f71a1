"""What the name of a file or of a variable may be, where a wrong one would do harm."""

from __future__ import annotations


def path_inside(path: str) -> str:
    """Check that a path leads to something in the folder that it is relative to.

    Raises:
        ValueError: it leads out: what is written or read there is not what the port holds.
    """
    if not path or path.startswith("/") or ".." in path.split("/") or "\0" in path:
        raise ValueError("must be a path inside the port's folder")
    return path


def variable_name(name: str) -> str:
    """Check the name of a variable.

    Raises:
        ValueError: no process can have a variable of this name.
    """
    if not name or "=" in name or "\0" in name:
        raise ValueError("must have names without `=`")
    return name


def variable_value(value: str | None) -> str | None:
    """Check the value of a variable.

    Raises:
        ValueError: no process can have a variable of this value.
    """
    if value is not None and "\0" in value:
        raise ValueError("must have no zero byte in it")
    return value
