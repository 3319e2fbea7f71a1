"""What to do about an exception, by its kind: which columns and files are there, what is missing.

General rules of Python and its libraries only. Where nothing helpful is known, nothing is said.
"""

from __future__ import annotations

import re
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from ci_scriptcheck.errors import nearest
from ci_scriptcheck.model.source import Upstream
from ci_scriptcheck.run.judgement import missing
from ci_scriptcheck.run.judgement.case import shown
from ci_scriptcheck.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ci_scriptcheck.model.result import Artefact
    from ci_scriptcheck.run.judgement.case import Case
    from ci_scriptcheck.run.process.request import Frame, Raised

_SHOWN = 8
_SYNTAX = frozenset({"SyntaxError", "IndentationError", "TabError"})
_ONE_KEY = re.compile(r"\s*['\"](?:Column not found: )?(.+)['\"]\s*")
"""What a `KeyError` says; pandas adds words where a group lacks the column."""
_SEVERAL_KEYS = re.compile(
    r"\[([^\[\]]+)\] not (?:in index|found in axis)"
    r"|None of \[Index\(\[([^\]]+)\]"
    r"|None of \[([^\[\]]+)\] are in the columns"
    r"|columns expected but not found: \[([^\]]+)\]"
    r"|not present in the DataFrame: \[([^\]]+)\]"
    r"|Label\(s\) \[([^\]]+)\] do not exist"
    r"|Columns not found: ('[^\"]+')\""
    r"|('[^']+') not found in columns\."
    r"|labels are not columns of the DataFrame: \[([^\]]+)\]"
)
"""What pandas says where it was asked for several columns."""
_QUOTED = re.compile(r"['\"]([^'\"]+)['\"]")
_NETWORK = re.compile(r"Connection|Timeout|gaierror|URLError|NewConnection|EndpointConnection")


@dataclass(frozen=True, slots=True, kw_only=True)
class Counsel:
    """What helps.

    Attributes:
        advice: One thing to do.
        facts: What is there, a sentence each.
        lacking: Columns that no input has.
        is_of_environment: Whether nothing helps but to install something else.
    """

    advice: str
    facts: tuple[str, ...] = ()
    lacking: tuple[str, ...] = ()
    is_of_environment: bool = False


def counsel(case: Case) -> Counsel | None:
    """Say what helps against the exception that ended a run, or one that it was raised from."""
    for raised in case.ending.errors:
        found = _of(case, raised)
        if found is not None:
            return found
    return None


def _of(case: Case, raised: Raised) -> Counsel | None:
    module = missing.module(raised)
    if module is not None:
        return _module(case, module)
    if raised.type in _SYNTAX:
        return Counsel(advice="Correct the syntax at the place shown.")
    if raised.type == "KeyError":
        return _parameter(case, raised) or _columns(case, raised)
    if raised.type in {"FileNotFoundError", "IsADirectoryError", "NotADirectoryError"}:
        return _file(case, raised)
    if raised.type == "ImportError":
        return _name(case, raised)
    return _by_words(case, raised) or _columns(case, raised)


def _module(case: Case, module: str) -> Counsel:
    found = case.scene
    facts = (f"`{case.relative(found.python)}` looked for it",) if found.python else ()
    if found.roots and found.roots[0] not in case.task.settings.path:
        root = found.roots[0]
        return Counsel(
            advice=f"`{module}` lies in `{root}`: say `path: [{root}]` under `defaults:`.",
            facts=facts,
        )
    top = module.partition(".")[0]
    return Counsel(
        advice=f"Install `{top}` there, or name another interpreter under `python:`; "
        f"`needs: [{top}]` leaves the step out where it is missing.",
        facts=facts,
        is_of_environment=True,
    )


def _name(case: Case, raised: Raised) -> Counsel | None:
    found = re.match(r"cannot import name '([^']+)' from '([^']+)' \((.+)\)", raised.text)
    if found is None or PurePosixPath(found[3]).is_relative_to(case.call.tree):
        return None
    library = found[2].partition(".")[0]
    python = case.relative(case.scene.python) or "the interpreter"
    return Counsel(
        advice=f"`{python}` has another version of `{library}` than the script is written for: "
        "install that one, or name another interpreter under `python:`.",
        is_of_environment=True,
    )


def _parameter(case: Case, raised: Raised) -> Counsel | None:
    """Tell of a key that one of the script's four parameters lacks."""
    key, code = _ONE_KEY.fullmatch(raised.text), _last_line(raised)
    # What a library says is about its own keys, though its line may name a parameter too.
    if key is None or _SEVERAL_KEYS.search(raised.text):
        return None
    name, target = key[1], case.call.target
    given: Mapping[str, object]
    for word, kind in (("input_paths", "inputs"), ("output_paths", "outputs")):
        given = getattr(target, word, {})
        if name not in given and _is_own(raised.frames) and _asks_for(code, word, name):
            advice = f"Declare `{name}` under `{kind}:` of `{case.task.step}`"
            return Counsel(
                advice=_or_meant(advice, name, tuple(given)),
                facts=(f"`{word}` has {shown(tuple(given), limit=_SHOWN) or 'no key'}",),
            )
    is_variable = re.search(r"\benviron|\bgetenv", code)
    is_asked = re.search(rf"['\"]{re.escape(name)}['\"]", code) or _is_of_variables(raised.frames)
    if is_variable and is_asked and name not in case.task.settings.env:
        return Counsel(advice=f"Give the variable `{name}` a value under `env:`.")
    return None


def _asks_for(code: str, word: str, name: str) -> bool:
    """Say whether a line of code asks a mapping for a key: by this name, or by a variable."""
    keys = re.findall(rf"\b{word}\[\s*(?:[rRuU]?(['\"])(.*?)\1\s*\]|)", code)
    return any(quote == "" or literal == name for quote, literal in keys)


def _or_meant(advice: str, name: str, known: tuple[str, ...]) -> str:
    near = nearest(name, known)
    return f"{advice}; did you mean `{near}`?" if near else f"{advice}."


def _last_line(raised: Raised) -> str:
    """Give the innermost line of the project's code."""
    return next((frame.code for frame in reversed(raised.frames) if frame.inside), "")


def _columns(case: Case, raised: Raised) -> Counsel | None:
    names, is_of_table = _wanted(raised)
    columns = frozenset(name for artefact in case.inputs.values() for name in artefact.columns)
    if not names or not columns:
        return None
    absent = [name for name in names if name not in columns]
    if not absent:
        return _lost_columns(case, names) if is_of_table else None
    near = nearest(absent[0], case.told(tuple(sorted(columns))))
    if near is None and not is_of_table:
        # The script's own line raised it, not a library of tables: some dictionary lacks the key.
        return None
    hint = f"; did you mean `{near}`?" if near else f": read another, or have {_writers(case)} it."
    return Counsel(
        advice=f"No input has a column {shown(tuple(absent))}{hint}",
        facts=tuple(
            columns_of(port, in_order(case.inputs[port]), case.told)
            for port in sorted(case.inputs)
            if case.inputs[port].columns
        )[:3],
        lacking=tuple(absent),
    )


def _writers(case: Case) -> str:
    """Name who could supply a column: the scripts that wrote the inputs, or else the data."""
    names = [
        item.source.task.partition("[")[0].rpartition("/")[2]
        for item in case.task.inputs
        if isinstance(item.source, Upstream) and case.inputs[item.port].columns
    ]
    return f"{shown(tuple(dict.fromkeys(names)))} write" if names else "the data hold"


def _lost_columns(case: Case, names: list[str]) -> Counsel:
    ports = [port for port in sorted(case.inputs) if case.inputs[port].columns.issuperset(names)]
    holder = f"Input `{ports[0]}` has" if ports else "The inputs have"
    return Counsel(
        advice=f"{holder} {shown(tuple(names))}: find the line before this one that drops or renames it."
    )


def in_order(artefact: Artefact) -> tuple[str, ...]:
    """List the columns of an input in the order of its files."""
    return tuple(dict.fromkeys(name for file in artefact.files for name in file.columns))


def columns_of(
    port: str, columns: tuple[str, ...], told: Callable[[tuple[str, ...]], tuple[str, ...]]
) -> str:
    """Say which columns an input has, as far as they may be told."""
    return f"input `{port}` has {_listed(columns, told(columns), 'column')}"


def _listed(names: tuple[str, ...], told: tuple[str, ...], what: str) -> str:
    """List the names that may be told, and count the others."""
    untold = len(names) - len(told)
    if untold and not told:
        return f"{untold} {what}{'s' * (untold != 1)} that may not be named here"
    return shown(told, limit=_SHOWN, untold=untold)


def _wanted(raised: Raised) -> tuple[list[str], bool]:
    """Give the names that were not found, and whether a library of tables says so."""
    several = _SEVERAL_KEYS.search(raised.text)
    if several is not None:
        return _QUOTED.findall(next(filter(None, several.groups()))), True
    one = _ONE_KEY.fullmatch(raised.text) if raised.type == "KeyError" else None
    if one is not None:
        return [one[1]], not _is_own(raised.frames)
    attribute = re.fullmatch(
        r"'DataFrame(?:GroupBy)?' object has no attribute '(\w+)'", raised.text
    )
    return ([attribute[1]], False) if attribute else ([], False)


def _is_own(frames: tuple[Frame, ...]) -> bool:
    return bool(frames) and frames[-1].inside


def _is_of_variables(frames: tuple[Frame, ...]) -> bool:
    """Say whether the script or `os.environ` looked for the key, and no library."""
    return not frames or frames[-1].inside or frames[-1].file.endswith(("os.py", "<frozen os>"))


def _file(case: Case, raised: Raised) -> Counsel | None:
    file = missing.file(raised)
    if file is None:
        return None
    if any(frame.file.endswith("/subprocess.py") for frame in raised.frames):
        return Counsel(advice=f"Install the command `{file}` on this machine, or do without it.")
    path = PurePosixPath(case.call.folder, file)
    if raised.type == "IsADirectoryError":
        return _folder(case, path)
    return _of_port(case, path) or _of_repository(case, file, path)


def _of_port(case: Case, path: PurePosixPath) -> Counsel | None:
    target = case.call.target
    for item in case.task.inputs:
        given = getattr(target, "input_paths", {}).get(item.parameter)
        if given is None:
            continue
        folder = PurePosixPath(given).parent if item.file else PurePosixPath(given)
        if path.is_relative_to(folder) and path != folder:
            held = tuple(file.path for file in case.inputs[item.port].files)
            return _missing_in_input(case, item.port, str(path.relative_to(folder)), held)
    for given in getattr(target, "output_paths", {}).values():
        if path.is_relative_to(given):
            return Counsel(
                advice="Make the folder before writing into it: `mkdir(parents=True, exist_ok=True)`."
            )
    return None


def _missing_in_input(case: Case, port: str, wanted: str, held: tuple[str, ...]) -> Counsel:
    names = case.told(held)
    near = nearest(wanted, names)
    meant = f"Read `{near}`" if near else "Read what is there"
    return Counsel(
        advice=f"{meant}, or have the data of `{port}` written as `{wanted}`.",
        facts=(f"input `{port}` holds {_listed(held, names, 'file') or 'no file'}",),
    )


def _of_repository(case: Case, file: str, path: PurePosixPath) -> Counsel:
    found = case.scene
    if not file.startswith("/"):
        lies = tuple(f"`{one}` is in the repository" for one in found.elsewhere)
        way = "from `Path(__file__).parent`" if lies else "from `input_paths`"
        return Counsel(
            advice=f"A path without `/` before it counts from the working folder, an empty one: build it {way}.",
            facts=lies,
        )
    names = found.beside.get(str(path.parent))
    folder = case.relative(str(path.parent))
    if names is None:
        return Counsel(
            advice="Take the path from `input_paths`: a script has its inputs and nothing else."
        )
    near = nearest(path.name, names)
    return Counsel(
        advice=f"Did you mean `{near}`?" if near else "Add the file, or correct the name.",
        facts=(f"`{case.shortened(folder)}` holds {shown(names, limit=_SHOWN) or 'nothing'}",),
    )


def _folder(case: Case, path: PurePosixPath) -> Counsel | None:
    target = case.call.target
    for word, kind in (("input_paths", "inputs"), ("output_paths", "outputs")):
        for parameter, given in getattr(target, word, {}).items():
            if PurePosixPath(given) == path:
                setting = f"{kind}: {{{parameter}: {{file: <name>}}}}"
                return Counsel(
                    advice=f"`{parameter}` is a folder: open a file in it, or say `{setting}` where "
                    "production gives a file.",
                    facts=_held(case, parameter) if kind == "inputs" else (),
                )
    return None


def _held(case: Case, parameter: str) -> tuple[str, ...]:
    return tuple(
        f"input `{item.port}` holds {_listed(held, case.told(held), 'file')}"
        for item in case.task.inputs
        if item.parameter == parameter and item.port in case.inputs
        if (held := tuple(file.path for file in case.inputs[item.port].files))
    )


def _by_words(case: Case, raised: Raised) -> Counsel | None:  # noqa: PLR0911  (one for each kind)
    """Tell of what the exception's class and words make plain."""
    argument = re.fullmatch(r"'Namespace' object has no attribute '(\w+)'", raised.text)
    if argument:
        return Counsel(advice=f"Give `{argument[1]}` a value under `args:`.")
    if raised.type == "TypeError" and "unexpected keyword argument" in raised.text:
        return _call_itself(raised)
    if raised.type == "TypeError" and "required positional argument" in raised.text:
        return Counsel(advice="Give the parameter a default, or a value under `call:`.")
    if raised.type == "PermissionError" or "Read-only file system" in raised.text:
        return Counsel(
            advice="Write below `output_paths`, or to a temporary folder: all else is closed."
        )
    if raised.type.endswith(("EmptyDataError", "EmptyFileError")):
        return _empty(case)
    if raised.type == "EOFError" and "reading a line" in raised.text:
        return Counsel(advice="Ask nobody: take the answer from `job_args` or a variable.")
    if raised.type == "MemoryError":
        return Counsel(advice="Use less memory, or raise `memory:`.")
    if "NoCredentials" in raised.type:
        return Counsel(
            advice="Keys of AWS never reach a script here: have it take its data from an input."
        )
    if case.ending.refused and _NETWORK.search(raised.type):
        return Counsel(
            advice="Declare the data as an input, or open the network with `network: any`.",
            facts=(f"asked for {shown(case.ending.refused)}",),
        )
    return None


def _call_itself(raised: Raised) -> Counsel | None:
    # Where no line of the project was reached, the call of its function failed.
    if raised.frames:
        return None
    return Counsel(
        advice="Have `main` take `input_paths`, `output_paths`, `environ_vars` and `job_args`:"
        " it is given all four, by these names."
    )


def _empty(case: Case) -> Counsel:
    empty = tuple(
        f"`{file.path}` of input `{port}` is empty"
        for port, artefact in sorted(case.inputs.items())
        for file in artefact.files
        if file.bytes == 0
    )
    return Counsel(advice="Look at what wrote the file; a table has at least a head.", facts=empty)
