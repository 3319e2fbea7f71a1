"""The interpreter of scripts for which the settings name none."""

from __future__ import annotations

import os
import sys
from pathlib import Path

VARIABLE = "SCRIPTCHECK_PYTHON"
"""Names it, where scripts are not to run in ours; as a job does that has made one for them."""


def default_interpreter() -> str:
    """Give its path, absolute and with no link followed."""
    named = os.environ.get(VARIABLE)
    return str(Path(named).absolute()) if named else sys.executable
