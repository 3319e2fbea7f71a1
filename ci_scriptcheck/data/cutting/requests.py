"""What the limited reader is asked about files that are to be cut, and its answers.

Nothing heavy is imported where requests are written.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, cast

from ci_scriptcheck.model.codec import to_json
from ci_scriptcheck.model.fixture import Blocks, Head, Keyed, RowGroups, Way

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ci_scriptcheck.data.asking import Message

Range = tuple[int, int]

CUTTING = frozenset({"get ready", "lay open", "lay out columns", "count kept", "cut"})
"""What requests of this module ask to do."""

_MOST_UNPACKED = 20
"""Times as large as a packed head are the records in it, at most; text is seldom packed to less than a tenth."""


def getting_ready() -> Message:
    """Ask to have all at hand that cutting takes; the answer is empty."""
    return {"do": "get ready"}


def laying_open(file: Path, present: Sequence[Range], column: str | None) -> Message:
    """Ask where the row groups of a Parquet file lie, whose footer is here.

    The answer has for all of them `rows`, `spans` and, for a column that is the key, `keys`, as `parquet.Layout` has
    them; or `missing`, the first byte that is not here and needed; or `uncut`, why it cannot be cut.
    """
    return {"do": "lay open", "file": str(file), "present": list(present), "column": column}


def laying_out_columns(file: Path, present: Sequence[Range], numbers: Sequence[int]) -> Message:
    """Ask where the columns of some row groups lie; the answer's `chunks` has them for each group."""
    return {
        "do": "lay out columns",
        "file": str(file),
        "present": list(present),
        "numbers": list(numbers),
    }


def counting_kept(
    file: Path, present: Sequence[Range], column: str, keep: int, *, name: str
) -> Message:
    """Ask how many rows of each row group have a key that is kept; the answer's `kept` lists them."""
    return {
        "do": "count kept",
        "file": str(file),
        "present": list(present),
        "column": column,
        "keep": keep,
        "name": name,
    }


def cutting(  # noqa: PLR0913  (everything that a sample depends on)
    file: Path,
    present: Sequence[Range],
    target: Path,
    *,
    kind: str,
    way: Way,
    name: str,
    numbers: Sequence[int] | None = None,
) -> Message:
    """Ask for a smaller file.

    The answer's `rows` counts its rows; `of_rows` those of the file, where they were counted; `pieces`
    gives for blocks, and a head, their whole records, all that end in them, and their bytes without the `header`. Or it has `missing` or `uncut`, as for
    `laying_open`, or `unsure` where blocks do not show where records begin.

    Args:
        file: The file, with holes.
        present: What of it is here.
        target: Where the smaller one goes; one that is there is overwritten.
        kind: Its format, as `formats.format_of` tells it.
        way: How it is cut.
        name: Of the object, by which rows without a key are chosen.
        numbers: Of the row groups that hold rows with a key that is kept, where that is known.
    """
    return {
        "do": "cut",
        "file": str(file),
        "present": list(present),
        "target": str(target),
        "kind": kind,
        "way": to_json(way),
        "name": name,
        "numbers": None if numbers is None else list(numbers),
    }


def answer(request: Message) -> Message:
    """Do what is asked; what cannot be done is told in the answer."""
    # Whoever has asked to get ready need not wait for these later.
    from ci_scriptcheck.data.cutting import parquet, text

    try:
        return _ANSWERS[request["do"]](request)
    except parquet.HoleError as hole:
        return {"missing": hole.at}
    except text.NotSureError:
        return {"unsure": True}
    except (parquet.NotCutError, OSError) as error:
        return {"uncut": str(error)}


def _got_ready(_: Message) -> Message:
    from ci_scriptcheck.data.cutting import getting_ready

    getting_ready.get_ready()
    return {}


def _laid_open(request: Message) -> Message:
    from ci_scriptcheck.data.cutting import parquet

    found = parquet.layout(Path(request["file"]), _present(request), request["column"])
    return {"rows": found.rows, "spans": found.spans, "keys": found.keys}


def _columns_laid_out(request: Message) -> Message:
    from ci_scriptcheck.data.cutting import parquet

    return {"chunks": parquet.chunks(Path(request["file"]), _present(request), request["numbers"])}


def _counted(request: Message) -> Message:
    from ci_scriptcheck.data.cutting import parquet

    kept = parquet.groups_with(
        Path(request["file"]),
        _present(request),
        request["column"],
        request["keep"],
        name=request["name"],
    )
    return {"kept": list(kept)}


def _cut(request: Message) -> Message:
    from ci_scriptcheck.data.cutting import parquet, text, text_by_key
    from ci_scriptcheck.model.codec import from_json

    file, target, kind = Path(request["file"]), Path(request["target"]), request["kind"]
    present, name = _present(request), request["name"]
    match from_json(cast("type[Way]", Way), request["way"]):
        case RowGroups(numbers=numbers, first_rows=first):
            rows = parquet.write(file, present, target, numbers=numbers, first_rows=first)
            return {"rows": rows}
        case Keyed(column=column, keep=keep) if kind == "parquet":
            rows = parquet.write_kept(
                file,
                present,
                target,
                numbers=request["numbers"],
                column=column,
                keep=keep,
                name=name,
            )
            return {"rows": rows}
        case Keyed(column=column, keep=keep):
            rows, of_rows = text_by_key.write_kept(
                file, target, kind=kind, column=column, keep=keep, name=name
            )
            return {"rows": rows, "of_rows": of_rows}
        case Blocks():
            pieces = text.write_blocks(file, target, kind=kind, blocks=present)
        case Head(length=length):
            end = min(present[0][1], file.stat().st_size)
            most = length * _MOST_UNPACKED
            pieces = (text.write_head(file, target, kind=kind, end=end, most=most),)
        case way:
            raise ValueError(f"this is no way to cut a file: {way}")
    return {
        "rows": sum(piece.records for piece in pieces),
        "pieces": [[piece.records, piece.ended, piece.bytes] for piece in pieces],
        "header": pieces[0].header,
    }


_ANSWERS = {
    "get ready": _got_ready,
    "lay open": _laid_open,
    "lay out columns": _columns_laid_out,
    "count kept": _counted,
    "cut": _cut,
}


def _present(request: Message) -> list[Range]:
    return [(start, end) for start, end in request["present"]]
