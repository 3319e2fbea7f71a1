"""Where texts go: results to standard output, everything else to standard error."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, TextIO

from ci_scriptcheck.report.page import Detail, Page
from ci_scriptcheck.values import dataclass

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Mapping

LEAST_WIDTH = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Console:
    """Both streams, each with the page that suits it.

    Attributes:
        moving: Whether standard error is a terminal on which lines may be drawn again.
    """

    out: TextIO
    err: TextIO
    out_page: Page
    err_page: Page
    moving: bool = False

    def tell(self, text: str) -> None:
        """Write a result."""
        self.out.write(text)
        self.out.flush()

    def mention(self, text: str) -> None:
        """Write what is no result: hints, errors, progress."""
        self.err.write(text)
        self.err.flush()


def open_console(given: Namespace | None, environ: Mapping[str, str]) -> Console:
    """Look at both streams and at what was asked for; `None` where options could not be read."""
    out, err = sys.stdout, sys.stderr
    for stream in (out, err):
        # A name that the terminal's character set lacks must not end the run.
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="backslashreplace")
    detail = Detail.NORMAL
    if given is not None and given.verbose:
        detail = Detail.VERBOSE
    elif given is not None and given.quiet:
        detail = Detail.QUIET
    when = (given.color if given is not None else None) or "auto"
    dumb = environ.get("TERM") == "dumb"
    return Console(
        out=out,
        err=err,
        out_page=_page(out, when, environ, detail),
        err_page=_page(err, when, environ, detail),
        moving=err.isatty() and not dumb and detail is not Detail.QUIET,
    )


def terminal_size(stream: TextIO, environ: Mapping[str, str]) -> os.terminal_size | None:
    """Give columns and lines of the terminal behind a stream; `None` where there is none."""
    if not stream.isatty():
        return None
    try:
        size = os.get_terminal_size(stream.fileno())
    except (OSError, ValueError):
        return None
    columns = environ.get("COLUMNS", "")
    width = int(columns) if columns.isdecimal() and int(columns) else size.columns
    return os.terminal_size((max(width or 80, LEAST_WIDTH), size.lines or 24))


def _page(stream: TextIO, when: str, environ: Mapping[str, str], detail: Detail) -> Page:
    size = terminal_size(stream, environ)
    quiet = bool(environ.get("NO_COLOR")) or environ.get("TERM") == "dumb"
    coloured = when == "always" or (when == "auto" and stream.isatty() and not quiet)
    return Page(width=size.columns if size else None, colour=coloured, detail=detail)
