"""What a run on the release shows: scripts, links and nodes, each in one class.

A failure counts as a true defect only if every error it has is on the list that was written before
the run; all else that does not pass is open, and is printed with its reason.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

Json = Any
_ENDED_WELL = ("passed", "reused")
_MISSING = re.compile(r"^needs .* not installed here$")
_BEHIND = re.compile(r"^needs (\S+?)(?:, not run: .*)?$")

PASSED = "ended well"
DEFECT = "true defect"
BEHIND = "behind a true defect"
LEFT_OUT = "left out by our settings"
NO_IMPORT = "cannot be imported here"
NO_SCRIPT = "has no script"
OPEN = "open"


@dataclass(frozen=True, kw_only=True)
class Defect:
    """One row of the list.

    Attributes:
        line: None is anywhere in the file.
        words: What the message of the finding holds.
    """

    id: str
    rule: str
    file: str
    line: int | None
    words: str

    def explains(self, finding: Json) -> bool:
        """Say whether this is what was found."""
        place = finding["place"] or {}
        return (
            finding["rule"] == self.rule
            and str(place.get("file", "")).endswith(self.file)
            and self.line in (None, place.get("line"))
            and self.words in finding["message"]
        )


def defects(text: str) -> tuple[Defect, ...]:
    """Read the rows of the list's tables."""
    found = []
    for row in text.splitlines():
        cells = [cell.strip() for cell in row.strip("|").split("|")]
        if row.startswith("| ") and re.fullmatch(r"[RS]\d+", cells[0]):
            file, _, line = cells[2].partition(":")
            found.append(
                Defect(
                    id=cells[0],
                    rule=cells[1],
                    file=file,
                    line=int(line) if line else None,
                    words=cells[3],
                )
            )
    return tuple(found)


@dataclass(frozen=True, kw_only=True)
class Class:
    """Where a script, a link or a node belongs.

    Attributes:
        why: Which defects, or what is open.
    """

    name: str
    kind: str
    why: str = ""


class Reading:
    """A record beside the list of defects.

    Args:
        catalogue: Pipelines of the release; our own are not counted.
    """

    def __init__(self, record: Json, known: Iterable[Defect], catalogue: Iterable[str]) -> None:
        self.known = tuple(known)
        self.catalogue = frozenset(catalogue)
        self.planned = {task["id"]: task for task in record["run"]["plan"]["tasks"]}
        self.tasks: Mapping[str, Json] = {task["id"]: task for task in record["tasks"]}
        self.findings = record["findings"]

    def scripts(self, files: Iterable[str]) -> list[Class]:
        """Class every script by the best that any of its tasks came to."""
        by_script: dict[str, list[str]] = {file: [] for file in files}
        for name, task in self.planned.items():
            if task.get("script") in by_script:
                by_script[task["script"]].append(name)
        order = (PASSED, DEFECT, OPEN, LEFT_OUT, BEHIND, NO_IMPORT)
        found = []
        for file, names in sorted(by_script.items()):
            classes = sorted(
                (self.task(name) for name in names), key=lambda one: order.index(one.kind)
            )
            best = classes[0] if classes else Class(name=file, kind=OPEN, why="no step runs it")
            found.append(Class(name=file, kind=best.kind, why=best.why))
        return found

    def nodes(self) -> list[Class]:
        """Class every node of the release's pipelines."""
        return [
            self.task(name)
            for name, task in sorted(self.planned.items())
            if task.get("pipeline") in self.catalogue
        ]

    def links(self) -> list[Class]:
        """Class every link of the release's pipelines whose two steps ran."""
        found = []
        for name, task in sorted(self.planned.items()):
            if task.get("pipeline") not in self.catalogue or not self._ran(name):
                continue
            for item in task["inputs"]:
                source = item["source"]
                if source["kind"] == "Upstream" and self._ran(source["task"]):
                    found.append(self._link(source["task"], source["port"], name, item["port"]))
        return found

    def of_the_project(self) -> list[Class]:
        """Class every error that was found without running, by the list alone."""
        return [
            self._failed(one["message"], [one])
            for one in self.findings
            if one["severity"] == "error"
        ]

    def task(self, name: str) -> Class:
        """Class one task by its outcome, its errors, and what kept it from running."""
        task = self.tasks[name]
        if task["outcome"] in _ENDED_WELL:
            return Class(name=name, kind=PASSED)
        if task["outcome"] != "not_run":
            return self._failed(
                name, [one for one in task["findings"] if one["severity"] == "error"]
            )
        why = str(task["why_not"])
        if self.planned[name].get("script") is None or why == "has no script":
            return Class(name=name, kind=NO_SCRIPT)
        if _MISSING.match(why) or self._is_closed(name):
            return Class(name=name, kind=NO_IMPORT, why=why)
        if why.startswith("nothing feeds"):
            return self._unfed(name, why)
        return self._behind(name, why)

    def _failed(self, name: str, errors: list[Json]) -> Class:
        listed = {self._explained(error) for error in errors}
        if errors and None not in listed:
            return Class(
                name=name, kind=DEFECT, why=", ".join(sorted(one for one in listed if one))
            )
        odd = next((one for one in errors if self._explained(one) is None), None)
        return Class(
            name=name, kind=OPEN, why=f"{odd['rule']} {odd['message']}" if odd else "no error"
        )

    def _explained(self, finding: Json) -> str | None:
        return next((one.id for one in self.known if one.explains(finding)), None)

    def _unfed(self, name: str, why: str) -> Class:
        # A required input that no node before it writes is the pipeline's own defect.
        node = name.rpartition("/")[2]
        about = [one for one in self.findings if f"`{node}` needs" in one["message"]]
        file = f"{name.rpartition('/')[0]}.dag.json"
        listed = {
            self._explained(one) for one in about if str(one["place"]["file"]).endswith(file)
        } - {None}
        ids = ", ".join(sorted(str(one) for one in listed))
        return Class(name=name, kind=BEHIND if ids else OPEN, why=ids or why)

    def _behind(self, name: str, why: str) -> Class:
        match = _BEHIND.match(why)
        supplier = "" if match is None else self._named(name, match[1])
        if not supplier:
            return Class(name=name, kind=LEFT_OUT, why=why)
        first = self.task(supplier)
        kind = BEHIND if first.kind in (DEFECT, BEHIND) else first.kind
        return Class(name=name, kind=OPEN if kind == NO_SCRIPT else kind, why=first.why or why)

    def _named(self, name: str, supplier: str) -> str:
        beside = f"{name.rpartition('/')[0]}/{supplier}"
        return next((one for one in (beside, supplier) if one in self.tasks), "")

    def _is_closed(self, name: str) -> bool:
        """Say whether the script's own step could not be imported anywhere it was asked for."""
        script = self.planned[name].get("script")
        return script is not None and any(
            _MISSING.match(str(self.tasks[other]["why_not"]))
            for other, task in self.planned.items()
            if task.get("script") == script
        )

    def _ran(self, name: str) -> bool:
        return name in self.tasks and self.tasks[name]["outcome"] != "not_run"

    def _link(self, writer: str, output: str, reader: str, port: str) -> Class:
        name = f"{writer}.{output} -> {reader.rpartition('/')[2]}.{port}"
        wrong = [
            one
            for one in self.tasks[writer]["findings"]
            if one["severity"] == "error"
            and one["rule"].startswith("SC3")
            and f"`{output}`" in one["message"]
        ]
        reading = self.task(reader)
        if wrong:
            return Class(name=name, kind=self._failed(name, wrong).kind, why=wrong[0]["message"])
        return Class(name=name, kind=reading.kind, why=reading.why)


def counted(classes: Iterable[Class]) -> Counter[str]:
    """Count the members of each class."""
    return Counter(one.kind for one in classes)
