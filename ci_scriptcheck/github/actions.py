"""What a step says to GitHub's runner: outputs, its summary, and commands among the lines that it prints.

The runner obeys every line of a step's log that has the form of a command, whoever wrote it. So all that
comes from a project is escaped, and printed between `::stop-commands::TOKEN` and `::TOKEN::`, where the
runner obeys nothing. https://docs.github.com/actions/reference/workflow-commands-for-github-actions
"""

from __future__ import annotations

import secrets
from collections import Counter
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from ci_scriptcheck.model.annotation import Annotation, Weight

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from ci_scriptcheck.errors import ScriptcheckError

MOST_OF_A_WEIGHT = 10
"""Annotations of one weight that GitHub takes from a step; it drops all further ones unseen."""

MOST_SUMMARY = 1024 * 1024
"""Bytes of a step's summary; of a larger one GitHub shows nothing."""

LONGEST_MESSAGE = 4_000
"""Characters of an annotation: GitHub takes 64 KB, and nobody reads as much beside a line."""

_CUT = "\n\n*There was no room for the rest.*\n"


def write_output(environ: Mapping[str, str], name: str, value: str) -> None:
    """Set an output of this step; elsewhere than on a runner, do nothing.

    The delimiter is drawn anew, so no value can hold it and go on with an output of its own.
    """
    file = environ.get("GITHUB_OUTPUT")
    if not file:
        return
    delimiter = f"end-{secrets.token_hex(16)}"
    with Path(file).open("a", encoding="utf-8", errors="backslashreplace") as stream:
        stream.write(f"{name}<<{delimiter}\n{value}\n{delimiter}\n")


def write_summary(environ: Mapping[str, str], text: str) -> None:
    """Add Markdown to the summary of this step; elsewhere than on a runner, do nothing.

    What does not fit behind what the step has written already is cut between two lines.
    """
    file = environ.get("GITHUB_STEP_SUMMARY")
    if not file:
        return
    path = Path(file)
    room = MOST_SUMMARY - (path.stat().st_size if path.exists() else 0)
    content = f"{text.rstrip()}\n".encode(errors="backslashreplace")
    if len(content) > room:
        kept = content[: max(room - len(_CUT.encode()), 0)]
        content = kept[: kept.rfind(b"\n") + 1] + _CUT.encode()
    if len(content) <= room:
        with path.open("ab") as stream:
            stream.write(content)


def commands(annotations: Iterable[Annotation]) -> str:
    """Write annotations as lines that the runner shows at their places: of each weight as many as it takes.

    The first ones are taken; of those that are left out the last line of their weight tells how many.
    """
    by_weight: dict[Weight, list[Annotation]] = {weight: [] for weight in Weight}
    for one in annotations:
        by_weight[one.weight].append(one)
    return "".join(line for found in by_weight.values() for line in _limited(found))


def command(annotation: Annotation) -> str:
    """Write one annotation as a line."""
    place = annotation.place
    properties = {"title": annotation.title}
    if place is not None:
        line = {} if place.line is None else {"line": str(place.line)}
        properties = {"file": place.file, **line, **properties}
    written = ",".join(f"{name}={_property(text)}" for name, text in properties.items())
    message = annotation.message
    if len(message) > LONGEST_MESSAGE:
        message = f"{message[:LONGEST_MESSAGE]}…"
    return f"::{annotation.weight.value} {written}::{_data(message)}\n"


def mask(secret: str) -> str:
    """Write the line that has the runner hide a text in all that is logged from then on.

    It holds the secret. Print it only where the runner itself reads: not within `fenced`, where it would
    be shown, and not where somebody may have led the output into a file.
    """
    return f"::add-mask::{_data(secret)}\n"


def of_error(error: ScriptcheckError) -> Annotation:
    """Show at its place why a run could not go on."""
    sentences = (error.what, *error.facts, error.advice)
    return Annotation(
        weight=Weight.ERROR,
        title="scriptcheck could not check anything",
        message=" ".join(_sentence(one) for one in sentences if one),
        place=error.where,
    )


@contextmanager
def fenced(write: Callable[[str], object]) -> Iterator[None]:
    """Have the runner obey nothing of what is printed meanwhile; nobody who prints can know the word that ends it."""
    word = secrets.token_hex(32)
    write(f"::stop-commands::{word}\n")
    try:
        yield
    finally:
        write(f"\n::{word}::\n")


def _limited(found: list[Annotation]) -> Iterator[str]:
    if len(found) <= MOST_OF_A_WEIGHT:
        yield from (command(one) for one in found)
        return
    yield from (command(one) for one in found[: MOST_OF_A_WEIGHT - 1])
    rest = found[MOST_OF_A_WEIGHT - 1 :]
    files = Counter(one.place.file for one in rest if one.place is not None)
    where = f", most of them in {files.most_common(1)[0][0]}" if files else ""
    yield command(
        Annotation(
            weight=rest[0].weight,
            title=f"{len(rest):,} more",
            message=f"There are {len(rest):,} more of this kind{where}; the log has them all.",
        )
    )


def _sentence(text: str) -> str:
    return text if text.endswith((".", "?", "!")) else f"{text}."


def _data(text: str) -> str:
    """Escape the text behind a command, as the runner reads it back."""
    return _encodable(text).replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    """Escape a property of a command, where `:` and `,` would end it."""
    return _data(text).replace(":", "%3A").replace(",", "%2C")


def _encodable(text: str) -> str:
    """Write out what UTF-8 cannot hold, as a file name that is no text has."""
    return text.encode(errors="backslashreplace").decode()
