"""Run the public Cursus release with our settings file, and class what came out.

The file is put into the checkout; nothing else there is touched.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING

from tabulate import tabulate

from benchmarks.cursus import classify

if TYPE_CHECKING:
    from collections.abc import Sequence

    from benchmarks.cursus.classify import Class

HERE = Path(__file__).resolve().parent
SETTINGS = HERE / "scriptcheck.yaml"
DEFECTS = HERE.parent / "cursus-defects.md"
SCRIPTS = Path("src/cursus/steps/scripts")
PIPELINES = Path("src/cursus/pipeline_catalog/shared_dags")
GOALS = {"scripts": 95, "links": 90, "nodes": 85}
_NEVER_COUNTED = (classify.NO_IMPORT, classify.NO_SCRIPT)


def run(checkout: Path, python: Path) -> Path:
    """Put our settings into the checkout, run everything, and say where the record lies."""
    settings = re.sub(
        r"^  python: .*$", f"  python: {python}", SETTINGS.read_text(), flags=re.MULTILINE
    )
    (checkout / "scriptcheck.yaml").write_text(settings)
    output = checkout / ".scriptcheck" / "runs" / "benchmark"
    command = [sys.executable, "-m", "ci_scriptcheck", "run", "--all", "-C", str(checkout)]
    command += ["--quiet", "--output", str(output)]
    subprocess.run(command, check=False, stdout=subprocess.DEVNULL)  # noqa: S603  (our own command)
    return output / "record.json"


def classed(checkout: Path, record: Path) -> dict[str, list[Class]]:
    """Class the scripts, links and nodes of a record."""
    pipelines = checkout / PIPELINES
    reading = classify.Reading(
        json.loads(record.read_text()),
        classify.defects(DEFECTS.read_text()),
        (
            str(file.relative_to(pipelines)).removesuffix(".dag.json")
            for file in pipelines.rglob("*.dag.json")
        ),
    )
    files = (checkout / SCRIPTS).glob("*.py")
    scripts = reading.scripts(
        str(SCRIPTS / file.name) for file in files if file.name != "__init__.py"
    )
    return {
        "scripts": scripts,
        "links": reading.links(),
        "nodes": reading.nodes(),
        "errors without running": reading.of_the_project(),
    }


def text(parts: dict[str, list[Class]]) -> str:
    """Write the shares, and all that did not end well with its reason."""
    lines = len(SETTINGS.read_text().splitlines())
    texts = [f"The public Cursus release with {lines} lines of settings:", _table(parts)]
    texts.extend(_listed(name, classes) for name, classes in parts.items())
    return "\n\n".join(texts)


def share(classes: Sequence[Class]) -> tuple[float, int]:
    """Give the share that ended well or at a true defect, and of how many.

    Nothing that could not run here is counted; what lies behind a defect counts against us.
    """
    counts = classify.counted(classes)
    most = sum(counts.values()) - sum(counts[kind] for kind in _NEVER_COUNTED)
    good = counts[classify.PASSED] + counts[classify.DEFECT]
    return (100 * good / most if most else 0.0), most


def _table(parts: dict[str, list[Class]]) -> str:
    kinds = (
        classify.PASSED,
        classify.DEFECT,
        classify.BEHIND,
        classify.LEFT_OUT,
        classify.OPEN,
        *_NEVER_COUNTED,
    )
    rows = []
    for name, classes in parts.items():
        counts = classify.counted(classes)
        good, most = share(classes)
        goal = f">= {GOALS[name]} %" if name in GOALS else ""
        cells = [f"{good:.1f} % of {most}", goal]
        rows.append([name, *(counts[kind] for kind in kinds), *cells])
    headers = ["", *kinds, "well or true defect", "goal"]
    return tabulate(rows, headers, tablefmt="github", disable_numparse=True)


def _listed(name: str, classes: Sequence[Class]) -> str:
    groups: dict[tuple[str, str], list[str]] = defaultdict(list)
    for one in classes:
        if one.kind not in (classify.PASSED, classify.NO_SCRIPT):
            groups[one.kind, one.why].append(one.name)
    lines = [
        f"* {kind}: {why}: {', '.join(names[:3])}{f' and {len(names) - 3} more' * (len(names) > 3)}"
        for (kind, why), names in sorted(groups.items())
    ]
    return "\n".join([f"{name.capitalize()} that did not end well:", "", *lines])
