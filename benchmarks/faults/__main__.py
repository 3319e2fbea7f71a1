"""`python -m benchmarks.faults`: break projects as pull requests do, and count what is found."""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.faults import table
from benchmarks.faults.edit import edits
from benchmarks.faults.trial import trials

if TYPE_CHECKING:
    from benchmarks.faults.trial import Trial


def main() -> None:
    """Try the edits that the command line names."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.faults", description=__doc__)
    parser.add_argument(
        "names", nargs="*", help="patterns of edits, as 'claims/*'; all by default"
    )
    parser.add_argument("--abreast", type=int, default=os.cpu_count() or 1, help="runs at a time")
    parser.add_argument("--output", type=Path, default=Path(".cache") / "faults")
    given = parser.parse_args()
    chosen = edits(tuple(given.names))
    if not chosen:
        parser.error(f"no edit is called {', '.join(given.names)}")
    began = time.perf_counter()
    tried = trials(chosen, abreast=given.abreast, ended=_tell)
    seconds = time.perf_counter() - began
    text = table.as_text(tried)
    print(f"\n{text}\nIn {seconds / 60:.1f} minutes.")  # noqa: T201  (a command)
    given.output.mkdir(parents=True, exist_ok=True)
    (given.output / "faults.md").write_text(f"{text}\n{table.as_classes(tried)}\n", "utf-8")
    data = {
        "totals": asdict(table.totals(tried)),
        "seconds": seconds,
        "edits": table.as_json(tried),
    }
    (given.output / "faults.json").write_text(json.dumps(data, indent=2) + "\n", "utf-8")


def _tell(trial: Trial) -> None:
    said = ", ".join(trial.rules) or "nothing"
    print(f"{trial.seconds:5.1f} s  {trial.edit.name}: {said}", file=sys.stderr)  # noqa: T201  (a command)


if __name__ == "__main__":
    main()
