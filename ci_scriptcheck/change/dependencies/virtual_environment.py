"""What a virtual environment says about itself, in its `pyvenv.cfg`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ci_scriptcheck.values import dataclass

if TYPE_CHECKING:
    from pathlib import Path

_VERSION = re.compile(r"^version(?:_info)?\s*=\s*(\d+\.\d+)", re.MULTILINE)
_SYSTEM = re.compile(r"^include-system-site-packages\s*=\s*true", re.MULTILINE | re.IGNORECASE)
_HOME = re.compile(r"^home\s*=\s*(.+)$", re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class VirtualEnvironment:
    """One virtual environment.

    Attributes:
        version: Of its Python, `x.y`, where that is told.
        home: Folder with the Python that it was made of, where that is told.
        sees_system: Whether packages of that Python can be imported, too.
    """

    version: str | None = None
    home: str | None = None
    sees_system: bool = False


def environment_of(python: Path) -> VirtualEnvironment | None:
    """Give the virtual environment that an interpreter belongs to.

    Args:
        python: Its path, absolute; the link that makes the environment's own is not resolved.
    """
    try:
        text = (python.parent.parent / "pyvenv.cfg").read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return None
    version, home = _VERSION.search(text), _HOME.search(text)
    return VirtualEnvironment(
        version=version[1] if version else None,
        home=home[1].strip() if home else None,
        sees_system=_SYSTEM.search(text) is not None,
    )
