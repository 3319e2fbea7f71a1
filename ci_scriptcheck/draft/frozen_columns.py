"""The columns of a dataset held against the frozen sample that it copies, and what they have to say so that it fits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ci_scriptcheck.data import reader
from ci_scriptcheck.data.compare.terms import ProfileTerms
from ci_scriptcheck.data.validate.terms import Evidence, Terms
from ci_scriptcheck.model import frozen_schema
from ci_scriptcheck.model.codec import from_json
from ci_scriptcheck.model.mismatch import Mismatch
from ci_scriptcheck.model.port_profile import TableProfile, together
from ci_scriptcheck.model.schema_suggestion import ColumnChange
from ci_scriptcheck.project.native import schema_change
from ci_scriptcheck.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from pathlib import Path

    from ci_scriptcheck.draft.freezing import Laid
    from ci_scriptcheck.model.contract import Dataset

    Ask = Callable[[dict[str, Any]], dict[str, Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fitting:
    """What has to become of the columns of a dataset.

    Attributes:
        changes: So that the sample fits.
        reasons: Why, in sentences, one for each.
        left: How the sample does not fit in other ways, in sentences.
    """

    dataset: str
    changes: tuple[ColumnChange, ...] = ()
    reasons: tuple[str, ...] = ()
    left: tuple[str, ...] = ()


def fittings(
    ask: Ask, datasets: Mapping[str, Dataset], laid: Iterable[Laid], real: Mapping[str, Path]
) -> tuple[Fitting, ...]:
    """Hold each sample against its dataset; what fits is left out.

    Args:
        ask: Has a request answered by the limited reader process.
        datasets: By name.
        laid: Samples, each of one of them.
        real: Dataset → the folder of its real data, absolute.
    """
    places = {one.table.name: one for one in laid}
    found = (_fitting(ask, datasets, places, real[name], name) for name in places)
    return tuple(one for one in found if one.changes or one.left)


def _fitting(
    ask: Ask,
    datasets: Mapping[str, Dataset],
    places: Mapping[str, Laid],
    real: Path,
    name: str,
) -> Fitting:
    dataset, folder = datasets[name], places[name].folder.resolve()
    referred = {column.referred[0] for column in dataset.schema.columns if column.referred}
    others = sorted((referred & places.keys()) - {name})
    terms = Terms(
        others={one: str(places[one].folder.resolve()) for one in others},
        datasets={one: datasets[one] for one in others},
    )
    answer = ask(reader.validating(folder, dataset, terms))
    if "mismatches" not in answer:
        return Fitting(dataset=name, left=(f"it cannot be looked at: {answer.get('error')}",))
    mismatches = tuple(from_json(Mismatch, one) for one in answer["mismatches"])
    if not mismatches:
        return Fitting(dataset=name)
    schema, table = dataset.schema, places[name].table
    sample = _whole(ask, folder, ProfileTerms(evidence=Evidence.VALUES, schema=schema))
    # What is written into settings is as good as told.
    may = Evidence.VALUES if dataset.public else Evidence.AGGREGATES
    there = _whole(ask, real, ProfileTerms(evidence=may, schema=schema))
    changes, left = frozen_schema.allowing(schema, table, sample, there, mismatches)
    return Fitting(
        dataset=name,
        changes=changes,
        reasons=tuple(frozen_schema.reasons(changes, table, mismatches)),
        left=left,
    )


def _whole(ask: Ask, folder: Path, terms: ProfileTerms) -> TableProfile:
    """Give what the tables of a folder hold, as one; nothing where that cannot be told."""
    answer = ask(reader.profiling(folder, terms))
    tables = [from_json(TableProfile, one) for one in answer.get("tables", ())]
    return together(tables) if tables else TableProfile(name="")


def written(
    text: str, found: Iterable[Fitting], *, file: str
) -> tuple[str, Mapping[str, tuple[ColumnChange, ...]]]:
    """Give the text of a settings file with the changes in it, and of each dataset those that cannot be written.

    Args:
        text: As it is.
        found: What has to change.
        file: Its name.
    """
    lost: dict[str, tuple[ColumnChange, ...]] = {}
    for one in found:
        text, names = schema_change.changed(text, one.dataset, one.changes, file=file)
        left = tuple(change for change in one.changes if change.name in names)
        if left:
            lost[one.dataset] = left
    return text, lost
