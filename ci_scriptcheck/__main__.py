"""Run the command as `python -m ci_scriptcheck`."""

from __future__ import annotations

import sys

# Python looks first in the folder that we are in, where a pull request may have a module of any name.
_here = None if sys.flags.safe_path else sys.path[0]
if _here is not None and not __file__.startswith(f"{_here}/ci_scriptcheck/"):
    del sys.path[0]

from ci_scriptcheck.cli.main import entry  # noqa: E402  (not before that)

if __name__ == "__main__":
    sys.exit(entry())
