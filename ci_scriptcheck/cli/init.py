"""`scriptcheck init`: a first settings file, for a person to read and complete."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ci_scriptcheck.cli import opening
from ci_scriptcheck.draft import first
from ci_scriptcheck.errors import ScriptcheckError, UsageError
from ci_scriptcheck.project import loader, scan
from ci_scriptcheck.project.paths import FILE_NAME, is_misnamed, within
from ci_scriptcheck.report import mistake
from ci_scriptcheck.report.page import counted, listed, visible
from ci_scriptcheck.run.store.store import Store

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Mapping

    from ci_scriptcheck.cli.console import Console


def call(given: Namespace, console: Console, environ: Mapping[str, str]) -> int:
    """Write the file, and say what it holds and what to do next.

    Raises:
        UsageError: there is one already, or nothing to write about.
    """
    folder = opening.named_folder(given)
    target = folder / FILE_NAME
    place = opening.place_of(folder)
    for path in place.tree.paths():
        if is_misnamed(path, place.folder):
            raise UsageError(
                what=f"`{path}` seems to be the settings file, under a name that nothing reads",
                advice=f"rename it: `git mv {path} {within(place.folder, FILE_NAME)}`",
            )
    about = first.Place(
        root=place.root,
        tree=place.tree,
        folder=place.folder,
        tracked=place.tracked,
        store=Store.of(place.root, environ).folder,
    )
    more = first.from_samples(about, given.python)
    if given.infer:
        more = first.from_scripts(about, more, lambda line: console.mention(visible(line) + "\n"))
    text = scan.draft(place.tree, place.folder, more)
    try:
        with target.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        raise UsageError(
            what=f"{target} is there already",
            advice="`scriptcheck config` shows what it says; remove it to begin anew",
        ) from None
    console.tell(f"wrote {target}\n")
    console.tell(_left_out(scan.left_out(place.tree, place.folder), console))
    console.tell(found(opening.place_of(folder), console, has_tried=given.infer))
    return 0


def _left_out(reasons: tuple[str, ...], console: Console) -> str:
    """Say which files were not taken for scripts of a pipeline, though they are started as programs."""
    if not reasons:
        return ""
    page = console.out_page
    lines = [page.flow(visible(one), "left out  ") for one in reasons[: scan.MOST_TOLD]]
    if len(reasons) > scan.MOST_TOLD:
        lines.append(f"left out  {len(reasons) - scan.MOST_TOLD} more")
    return "\n".join([*lines, page.flow(scan.FOUND, " " * 10), ""])


def found(place: opening.ProjectFolder, console: Console, *, has_tried: bool) -> str:
    """Say what the new file holds, or what has to be corrected in it first.

    Args:
        place: Where it lies.
        console: That it is told on.
        has_tried: Whether what the scripts ask for has been tried already.
    """
    try:
        project = loader.load_project(place.tree, place.folder)
    except ScriptcheckError as error:
        return f"\nTo be corrected first:\n\n{mistake.error(error, console.out_page)}\n"
    parts = (
        counted(len(project.steps), "step"),
        counted(len(project.pipelines), "pipeline"),
        counted(len(project.datasets), "dataset"),
    )
    lines = [f"It holds {', '.join(parts)}. Read it, then:", ""]
    unfed = dict.fromkeys(one.port for one in project.findings if one.rule == "SC103" and one.port)
    if unfed:
        names = listed([f"`{visible(port)}`" for port in unfed])
        lines[0] = console.out_page.flow(
            f"It holds {', '.join(parts)}. Complete it: nothing says yet where {names}"
            f" {'comes' if len(unfed) == 1 else 'come'} from:"
        )
        lines.append("  scriptcheck infer FILE --into scriptcheck.yaml   drafts it from a sample")
        if not has_tried:
            lines.append(
                "  scriptcheck init --infer                         tries what the scripts ask for;"
                " remove the file first"
            )
        lines += ["", "Then:", ""]
    lines += [
        "  scriptcheck plan --all   shows what would be run, and what is missing",
        "  scriptcheck run --all    runs it",
    ]
    return "\n".join(lines) + "\n"
