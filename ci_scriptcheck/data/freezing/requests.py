"""What the limited reader is asked about tables that are to be frozen; nothing heavy is imported here."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from ci_scriptcheck.model.codec import from_json, to_json
from ci_scriptcheck.model.frozen import Given, Wish

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ci_scriptcheck.data.asking import Message


def freezing(given: Sequence[Given], wish: Wish, folder: Path) -> Message:
    """Ask for a sample of some tables, written below a folder, absolute.

    The answer's `frozen` is a `model.frozen.Frozen` as `to_json` writes it; `unreadable` says instead
    which table cannot be read, and why.
    """
    return {
        "do": "freeze",
        "given": [to_json(one) for one in given],
        "wish": to_json(wish),
        "folder": str(folder),
    }


def belonging(given: Sequence[Given]) -> Message:
    """Ask which columns of some tables repeat the values of a column of another one.

    The answer's `belonging` are `model.frozen.Belonging` as JSON; `unreadable` says instead why there are none.
    """
    return {"do": "find what belongs together", "given": [to_json(one) for one in given]}


def together(request: Message) -> Message:
    """Find what belongs together."""
    from ci_scriptcheck.data.freezing import belonging as finding
    from ci_scriptcheck.data.sample import UnreadableError

    try:
        found = finding.found([from_json(Given, one) for one in request["given"]])
    except (UnreadableError, OSError) as error:
        return {"unreadable": str(error)}
    return {"belonging": [to_json(one) for one in found]}


def answer(request: Message) -> Message:
    """Do what is asked."""
    from ci_scriptcheck.data.freezing import freezing
    from ci_scriptcheck.data.sample import UnreadableError

    given = [from_json(Given, one) for one in request["given"]]
    try:
        frozen = freezing.freeze(given, from_json(Wish, request["wish"]), Path(request["folder"]))
    except (UnreadableError, OSError) as error:
        return {"unreadable": str(error)}
    return {"frozen": to_json(frozen)}
