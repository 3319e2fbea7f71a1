"""Run the command as `python -m ci_scriptcheck`."""

from __future__ import annotations

import sys

from ci_scriptcheck.cli.main import entry

if __name__ == "__main__":
    sys.exit(entry())
