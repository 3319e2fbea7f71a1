"""Ports as they are declared, with what the settings say of them laid over."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from ci_scriptcheck.errors import did_you_mean
from ci_scriptcheck.model.contract import Port
from ci_scriptcheck.project.assembly.bounds import bounds_of
from ci_scriptcheck.project.native.documents import InputDocument, OutputDocument, PortDocument
from ci_scriptcheck.project.native.source_lines import KeyPath, Source
from ci_scriptcheck.values import dataclass, replace

if TYPE_CHECKING:
    from ci_scriptcheck.project.declared import DeclaredPort

UNCHECKED = "any"
"""`expects: any` checks nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What one place of the file says about a port."""

    document: PortDocument
    path: KeyPath


Overlays = Mapping[str, tuple[Said, ...]]
"""Port → what is said about it, the most general first."""


def inputs_said(written: Mapping[str, Any] | None, path: KeyPath) -> dict[str, Said]:
    """Give what a part of the file says about inputs; a text names the dataset."""
    return _said(written, (*path, "inputs"), InputDocument)


def outputs_said(written: Mapping[str, Any] | None, path: KeyPath) -> dict[str, Said]:
    """Give what a part of the file says about outputs; a text names the dataset."""
    return _said(written, (*path, "outputs"), OutputDocument)


def stacked(parts: Iterable[Mapping[str, Said]]) -> Overlays:
    """Collect what several parts say, the most general first."""
    found: dict[str, tuple[Said, ...]] = {}
    for part in parts:
        for name, said in part.items():
            found[name] = (*found.get(name, ()), said)
    return found


def overlaid(declared: DeclaredPort, said: tuple[Said, ...]) -> DeclaredPort:
    """Give the port as the wiring has to see it."""
    given = _given(said)
    return replace(
        declared,
        parameter=given.get("as_") or declared.parameter,
        required=declared.required if given.get("required") is None else given["required"],
        pack=given.get("pack", declared.pack),
        external=declared.external if given.get("external") is None else given["external"],
    )


def port(
    declared: DeclaredPort, said: tuple[Said, ...], source: Source, datasets: Iterable[str]
) -> Port:
    """Make a port.

    Raises:
        UsageError: it names a dataset that there is not, or is fed from outside by none.
    """
    _check(said, source, datasets)
    whole, given = overlaid(declared, said), _given(said)
    dataset = given.get("dataset")
    expects = given.get("expects") or dataset
    if given.get("external") and dataset is None:
        at = next(one.path for one in reversed(said) if "external" in one.document.given())
        raise source.mistake(
            f"`{declared.name}` is external, and no dataset feeds it",
            (*at, "external"),
            advice="say `dataset:` beside it",
        )
    return Port(
        name=whole.name,
        parameter=whole.parameter,
        required=whole.required,
        dataset=dataset,
        expects=None if expects == UNCHECKED else expects,
        insists=given.get("expects") is not None,
        external=whole.external,
        file=given.get("file"),
        pack=whole.pack,
        supplier=given.get("from_"),
        path=whole.path,
        bounds=bounds_of(
            [
                (one.document.values or {}, (*one.path, "values"))
                for one in said
                if isinstance(one.document, OutputDocument)
            ],
            source,
        ),
        place=source.place(said[-1].path) if said else whole.place,
    )


def _said(
    written: Mapping[str, Any] | None, path: KeyPath, kind: type[PortDocument]
) -> dict[str, Said]:
    found: dict[str, Said] = {}
    for name, item in (written or {}).items():
        document = kind(dataset=item) if isinstance(item, str) else item or kind()
        found[name] = Said(document=document, path=(*path, name))
    return found


def _given(said: tuple[Said, ...]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for one in said:
        found.update(one.document.given())
    return found


def _check(said: tuple[Said, ...], source: Source, datasets: Iterable[str]) -> None:
    known = tuple(datasets)
    for one in said:
        for key in ("dataset", "expects"):
            name = getattr(one.document, key)
            if name is not None and name not in known and (key, name) != ("expects", UNCHECKED):
                raise source.mistake(
                    f"there is no dataset `{name}`",
                    (*one.path, key),
                    advice=did_you_mean(name, known) or "describe it under `datasets:`",
                )
