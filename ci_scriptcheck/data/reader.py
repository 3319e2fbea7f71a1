"""What the limited reader process answers: untrusted files are looked at there, and data is made.

Requests and answers are dictionaries that JSON can say. The functions that write requests run in
the engine, which imports nothing heavy; the libraries are imported where a request is answered.
"""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from ci_scriptcheck.data import bounds, file_difference, tables
from ci_scriptcheck.data.compare.terms import CompareTerms, DriftTerms, ProfileTerms
from ci_scriptcheck.data.cutting import requests as cutting
from ci_scriptcheck.data.freezing import requests as freezing
from ci_scriptcheck.data.validate.terms import Terms
from ci_scriptcheck.model.codec import from_json, to_json
from ci_scriptcheck.model.contract import Bound, Dataset, Stated
from ci_scriptcheck.model.defect import Defect
from ci_scriptcheck.model.scenario import Scenario
from ci_scriptcheck.model.step_test import ExpectedRows

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from ci_scriptcheck.data.asking import Message


def measuring(folder: Path) -> Message:
    """Ask for the figures of all files of a folder, absolute, or of one file.

    The answer's `files` gives for each path relative to the folder `format`, `rows` and `columns`.
    """
    return {"do": "measure", "folder": str(folder)}


def telling_apart(one: Path, other: Path) -> Message:
    """Ask how a file of a second run differs from that of the first, by their absolute paths.

    The answer's `difference` is a `file_difference.Difference`, or `None` where both hold the same.
    """
    return {"do": "tell apart", "one": str(one), "other": str(other)}


def sampling(files: Sequence[Path], kind: str) -> Message:
    """Ask what files that hold one table show of its columns, for the draft of a schema.

    The answer's `rows` and `columns` are those of `data.sample.look`; `unreadable` says instead why
    there are none.
    """
    return {"do": "sample", "files": [str(file) for file in files], "kind": kind}


def synthesizing(  # noqa: PLR0913  (everything that data depends on)
    dataset: str,
    *,
    node: str,
    datasets: Mapping[str, Dataset],
    scenario: Scenario,
    seed: int,
    rows: int,
    root: Path,
    folder: Path,
    defect: Defect | None = None,
    most_bytes: int | None = None,
) -> Message:
    """Ask for a dataset to be made in a folder.

    The answer's `files` names what was written; `unmakeable` says instead why nothing could be.

    Args:
        dataset: Its name.
        node: Whose rows are drawn.
        datasets: It and all that it may refer to; others do no harm.
        scenario: The condition of the data.
        seed: The project's.
        rows: For schemas that do not say how many.
        root: The repository, where copied datasets lie.
        folder: Where the files go.
        defect: What is to be wrong with them.
        most_bytes: What they may have together; who asked for more is ended.
    """
    return {
        "do": "synthesize",
        "dataset": dataset,
        "node": node,
        "datasets": {name: to_json(item) for name, item in sorted(datasets.items())},
        "scenario": to_json(scenario),
        "seed": seed,
        "rows": rows,
        "root": str(root),
        "folder": str(folder),
        "defect": to_json(defect),
        "most_bytes": most_bytes,
    }


def laying_out(
    dataset: Dataset,
    *,
    content: Path,
    folder: Path,
    defect: Defect | None = None,
    most_bytes: int | None = None,
) -> Message:
    """Ask for what a generator gave to be written as the files of its dataset.

    The answer and `most_bytes` are as for `synthesizing`. A table (Parquet or CSV, by the name) is split into the
    dataset's files; text and bytes become its only file.
    """
    return {
        "do": "lay out",
        "dataset": to_json(dataset),
        "content": str(content),
        "folder": str(folder),
        "defect": to_json(defect),
        "most_bytes": most_bytes,
    }


def holding(folder: Path, wanted: Iterable[Bound]) -> Message:
    """Ask which bounds the JSON files of a folder, absolute, break.

    The answer's `breaches` are `model.mismatch.Breach` as JSON, each with the number of its bound.
    """
    return {"do": "hold", "folder": str(folder), "bounds": [to_json(bound) for bound in wanted]}


def comparing(folder: Path, expected: Iterable[ExpectedRows]) -> Message:
    """Ask how the tables of a folder, absolute, differ from the rows that are expected there.

    The answer's `differences` has, for each expectation, how many rows are `equal`, `missing`,
    `further` and `changed`, which columns are `absent`, and those that differ as a table
    (`columns`, `rows`); or under `unreadable` why there is nothing to compare.
    """
    return {"do": "compare", "folder": str(folder), "expected": [to_json(one) for one in expected]}


def validating(folder: Path, dataset: Dataset, terms: Terms) -> Message:
    """Ask whether what lies in a folder fits a dataset.

    The answer's `mismatches` lists what does not, each as `to_json` writes a `Mismatch`.
    """
    return {
        "do": "validate",
        "folder": str(folder),
        "dataset": to_json(dataset),
        "terms": to_json(terms),
    }


def comparing_sides(
    before: Path,
    after: Path,
    terms: CompareTerms,
    *,
    only: tuple[str, str] | None = None,
) -> Message:
    """Ask how the files of a folder on base, absolute, differ from those of the same on head.

    The answer's `files` lists those that do, each as `to_json` writes a `FileComparison`.

    Args:
        before: The folder on base.
        after: The folder on head.
        terms: What is known of the data, and what may be told of them.
        only: One pair of files, as `listing_sides` names them; by default all that differ.
    """
    return {
        "do": "compare sides",
        "before": str(before),
        "after": str(after),
        "terms": to_json(terms),
        "only": only,
    }


def listing_sides(before: Path, after: Path) -> Message:
    """Ask which files of a folder on base, absolute, are not the same bytes as those on head.

    The answer's `names` gives for each its name on base and on head; `untold` is what stands for those that
    are not looked at, each as `to_json` writes a `FileComparison`.
    """
    return {"do": "list sides", "before": str(before), "after": str(after)}


def drifting(before: Path, after: Path, terms: DriftTerms) -> Message:
    """Ask how the data of a folder, absolute, lie otherwise than those of another one, as wholes.

    The answer's `drift` is as `to_json` writes a `Drift`.
    """
    return {
        "do": "drift",
        "before": str(before),
        "after": str(after),
        "terms": to_json(terms),
    }


def profiling(folder: Path, terms: ProfileTerms) -> Message:
    """Ask what the tables of a folder, absolute, hold as wholes.

    The answer's `tables` lists them, each as `to_json` writes a `TableProfile`.
    """
    return {"do": "profile", "folder": str(folder), "terms": to_json(terms)}


def answer(request: Message) -> Message:  # noqa: C901, PLR0911, PLR0912  (an arm for each request)
    """Do what is asked.

    Raises:
        ValueError: it is no request.
    """
    if request.get("do") in cutting.CUTTING:
        return cutting.answer(request)
    match request.get("do"):
        case "measure":
            measured = tables.measure(Path(request["folder"]))
            return {"files": {name: asdict(figures) for name, figures in measured.items()}}
        case "sample":
            return _sampled(request)
        case "find what belongs together":
            return freezing.together(request)
        case "freeze":
            return freezing.answer(request)
        case "synthesize":
            return _synthesized(request)
        case "lay out":
            return _laid_out(request)
        case "tell apart":
            paths = Path(request["one"]), Path(request["other"])
            return {"difference": to_json(file_difference.difference(*paths))}
        case "compare":
            expected = [from_json(ExpectedRows, one) for one in request["expected"]]
            return {"differences": [_compared(Path(request["folder"]), one) for one in expected]}
        case "hold":
            wanted = [from_json(Bound, bound) for bound in request["bounds"]]
            broken = bounds.breaches(Path(request["folder"]), wanted)
            return {"breaches": [to_json(breach) for breach in broken]}
        case "validate":
            return _validated(request)
        case "compare sides" | "list sides" | "drift":
            return _sides(request)
        case "profile":
            return _profiled(request)
        case unknown:
            raise ValueError(f"the reader does not know how to {unknown!r}")


def _sampled(request: Message) -> Message:
    from ci_scriptcheck.data import sample

    try:
        rows, columns = sample.look([Path(file) for file in request["files"]], request["kind"])
    except (sample.UnreadableError, OSError) as error:
        return {"unreadable": str(error)}
    return {"rows": rows, "columns": [to_json(column) for column in columns]}


def _synthesized(request: Message) -> Message:
    from ci_scriptcheck.data import stated, synthesize
    from ci_scriptcheck.data.unmakeable import UnmakeableError

    maker = synthesize.Maker(
        datasets={name: from_json(Dataset, data) for name, data in request["datasets"].items()},
        scenario=from_json(Scenario, request["scenario"]),
        seed=request["seed"],
        rows=request["rows"],
        root=Path(request["root"]),
        defect=_defect(request),
    )
    try:
        name, node, folder = request["dataset"], request["node"], Path(request["folder"])
        if isinstance(maker.datasets[name].origin, Stated):
            names = stated.write(maker, name, node=node, folder=folder)
        else:
            names = maker.write(name, node=node, folder=folder)
    except (UnmakeableError, LookupError) as error:
        return {"unmakeable": str(error)}
    return {"files": list(names)}


def _validated(request: Message) -> Message:
    from ci_scriptcheck.data.validate import validation

    dataset = from_json(Dataset, request["dataset"])
    terms = from_json(Terms, request["terms"])
    found = validation.validate(Path(request["folder"]), dataset, terms)
    return {"mismatches": [to_json(one) for one in found]}


def _sides(request: Message) -> Message:
    from ci_scriptcheck.data.compare import comparison, port_drift

    folders = Path(request["before"]), Path(request["after"])
    if request["do"] == "drift":
        wanted = from_json(DriftTerms, request["terms"])
        return {"drift": to_json(port_drift.compared(*folders, wanted))}
    if request["do"] == "list sides":
        listing = comparison.listed(*folders)
        return {
            "names": [list(pair) for pair in listing.names],
            "untold": [to_json(file) for file in listing.untold],
        }
    terms = from_json(CompareTerms, request["terms"])
    if request["only"] is None:
        found = comparison.compare(*folders, terms)
    else:
        found = comparison.compare_some(*folders, terms, [tuple(request["only"])])
    return {"files": [to_json(file) for file in found]}


def _profiled(request: Message) -> Message:
    from ci_scriptcheck.data import port_profile

    terms = from_json(ProfileTerms, request["terms"])
    found = port_profile.profiled(Path(request["folder"]), terms)
    return {"tables": [to_json(one) for one in found]}


def _laid_out(request: Message) -> Message:
    from ci_scriptcheck.data import layout
    from ci_scriptcheck.data.unmakeable import UnmakeableError

    dataset = from_json(Dataset, request["dataset"])
    try:
        names = layout.lay_out(
            Path(request["content"]), dataset.files, Path(request["folder"]), _defect(request)
        )
    except UnmakeableError as error:
        return {"unmakeable": str(error)}
    return {"files": list(names)}


def _defect(request: Message) -> Defect | None:
    found = request.get("defect")
    return None if found is None else from_json(Defect, found)


def _compared(folder: Path, expected: ExpectedRows) -> Message:
    from ci_scriptcheck.data import row_difference, table_rows

    names = [expected.file] if expected.file is not None else table_rows.tables_of(folder)
    named = [name for row in expected.rows for name in row]
    found: list[table_rows.Row] = []
    for name in names:
        try:
            found += table_rows.rows_of(folder / name, named)
        except table_rows.UnreadableError as error:
            return {"unreadable": f"`{name}` {error}"}
    made = row_difference.difference(
        expected.rows, found, ordered=expected.ordered, tolerance=expected.tolerance
    )
    columns, rows = row_difference.shown(made)
    return {
        "equal": made.equal,
        "missing": len(made.missing),
        "further": len(made.further),
        "changed": len(made.changed),
        "absent": list(made.absent),
        "columns": list(columns),
        "rows": [list(row) for row in rows],
    }
