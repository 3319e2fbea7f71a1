"""Tries the scripts of a project one after another, each on what those before it wrote.

Only what no script writes is made up. Where a script misses a column of what another one wrote, the
column is added to the data that one reads, as far up as it takes.
"""

from __future__ import annotations

import copy
import shutil
from functools import partial
from typing import TYPE_CHECKING

from ci_scriptcheck.data import reader
from ci_scriptcheck.draft import repair
from ci_scriptcheck.draft.bench import Supplied, space_of
from ci_scriptcheck.draft.feeds import feeds_of, in_order
from ci_scriptcheck.run import packing, workspace
from ci_scriptcheck.run.process.request import Ended

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from pathlib import Path

    from ci_scriptcheck.draft.bench import Bench
    from ci_scriptcheck.draft.feeds import Feed
    from ci_scriptcheck.draft.repair import Budget, Repaired
    from ci_scriptcheck.model.project import Project, Step

_MOST_FILES = 500
_MOST_BYTES = 200_000_000


class Chain:
    """What was tried so far, and what each script wrote."""

    def __init__(self, bench: Bench, project: Project) -> None:
        self.feeds = feeds_of(project)
        self.made: dict[str, Repaired] = {}
        self._bench = bench
        self._project = project
        self._written: dict[tuple[str, str], Path] = {}
        self._asked: set[tuple[str, str, str]] = set()

    def tried(
        self, names: Iterable[str], budget: Budget, tell: Callable[[Repaired], None]
    ) -> Mapping[str, Repaired]:
        """Try these steps, suppliers first, and give what each came to."""
        for name in in_order(names, self.feeds):
            step = self._project.steps[name]
            supplied = Supplied(folders=self._folders(step), more=partial(self._more, step))
            made = repair.repair(self._bench, step, budget, supplied)
            self.made[name] = made
            self._keep(step, made)
            tell(made)
        return self.made

    def feed(self, step: str, port: str) -> Feed | None:
        """Give the supplier whose output an input was tried with."""
        return next(
            (
                feed
                for feed in self.feeds.get((step, port), ())
                if (feed.step, feed.output) in self._written
            ),
            None,
        )

    def _folders(self, step: Step) -> dict[str, Path]:
        found = {}
        for port in step.inputs:
            feed = self.feed(step.name, port.name)
            if feed is not None:
                found[port.parameter] = self._written[feed.step, feed.output]
        return found

    def _more(self, step: Step, port: str, column: str) -> Path | None:
        """Have a column put into what feeds an input; `None` where it does not arrive."""
        feed = self.feed(step.name, port)
        return None if feed is None else self._widened(feed, column)

    def _widened(self, feed: Feed, column: str) -> Path | None:
        asked = (feed.step, feed.output, column)
        made = self.made.get(feed.step)
        if asked in self._asked or made is None or not made.is_well:
            return None
        self._asked.add(asked)
        before = copy.deepcopy(made.trial.contents)
        if self._is_put_in(feed.step, made, column) and self._arrives(feed, made, column):
            return self._written[feed.step, feed.output]
        made.trial.contents = before
        return None

    def _is_put_in(self, step: str, made: Repaired, column: str) -> bool:
        is_new = made.trial.add_column(column)
        for content in made.trial.contents.values():
            feed = self.feed(step, content.port) if content.supplied is not None else None
            folder = self._widened(feed, column) if feed is not None else None
            if folder is not None:
                content.supplied = folder
                is_new = True
        return is_new

    def _arrives(self, feed: Feed, made: Repaired, column: str) -> bool:
        """Run the supplier again, and look for the column in what it wrote."""
        again = repair.once_more(self._bench, made.trial)
        if again.how is not Ended.RETURNED:
            return False
        folder = space_of(self._bench, made.trial.step).output(feed.output)
        answer = self._bench.ask(reader.measuring(folder))
        if not any(
            column in (one.get("columns") or ()) for one in answer.get("files", {}).values()
        ):
            return False
        self._keep(made.trial.step, made)
        return True

    def _keep(self, step: Step, made: Repaired) -> None:
        """Keep what a script wrote, as its readers will get it."""
        if not made.is_well:
            return
        space = space_of(self._bench, step)
        for port in step.outputs:
            out = space.output(port.name)
            found = workspace.collect(out, most=_MOST_FILES, most_bytes=_MOST_BYTES)
            if not found.files:
                continue
            place = self._bench.folder / "written" / step.name / port.name
            workspace.remove_tree(place)
            if port.pack is not None:
                packing.pack(out, found, place / port.pack)
            for file in found.files if port.pack is None else ():
                target = place / file.path
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(out / file.path, target)
            self._written[step.name, port.name] = place
