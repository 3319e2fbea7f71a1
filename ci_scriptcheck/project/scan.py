"""Scripts and contracts that lie in a repository → a first `scriptcheck.yaml` for a person to read.

What is written was found in the files; what only seems so is marked as a guess, and what nobody can
know is left as a comment. Nothing is made up, so the first run may well say what is still missing.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Mapping
from graphlib import CycleError, TopologicalSorter
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from ci_scriptcheck.errors import UsageError
from ci_scriptcheck.project.cursus.reading import CONTRACT_ENDING, PIPELINE_ENDING
from ci_scriptcheck.project.import_roots import import_roots
from ci_scriptcheck.project.named_data import SUFFIXES, data_for
from ci_scriptcheck.project.native.quoting import quoted
from ci_scriptcheck.project.script.usage import PARAMETERS, Usage, usage
from ci_scriptcheck.project.stages import stages
from ci_scriptcheck.values import dataclass, field

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ci_scriptcheck.model.tree import Tree

HEAD = """\
# A first settings file, written by `scriptcheck init`. What is marked as a guess was concluded from
# names: check it. Then `scriptcheck plan --all` shows what would be run, and what is missing.
version: 1
"""
_ENTRY_POINT = re.compile(rb"^\s+entry_point:\s*[\"']?([\w./-]+\.py)", re.MULTILINE)
CALLED = f"main({', '.join(PARAMETERS)})"
"""How the function of a script is called whose ports can be read from it."""
FOUND = f"a script is found by `{CALLED}`; one with `main()` can be named under `steps:`"
MOST_TOLD = 5
"""Files of which it is told why they are left out."""
UNWRITTEN = "# No script writes these: say where their data are, or what they look like."
NO_DATASETS = "# datasets:"
_STARTED = re.compile(rb"^def main\(|__main__", re.MULTILINE)
_PASSED_OVER = frozenset({"test", "tests", "node_modules", "site-packages", "build", "dist"})


@dataclass(frozen=True, slots=True, kw_only=True)
class _Script:
    step: str
    path: str
    usage: Usage
    text: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Additions:
    """What was found out beside the files' own words, as lines of the settings file.

    Attributes:
        python: Interpreter of the scripts.
        sources: Name of a port that no script writes → the lines of its dataset.
        datasets: Lines of further datasets, indented.
        steps: Step → lines of its own.
    """

    python: str | None = None
    sources: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    datasets: tuple[str, ...] = ()
    steps: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


NOTHING = Additions()

REQUIREMENTS = "requirements.txt"
"""The file beside the settings by which libraries are known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    """Files of a repository, as far as they matter."""

    paths: list[str]
    contracts: list[str]
    claimed: str | None
    scripts: list[_Script]


def sources(tree: Tree, folder: str = "") -> Mapping[str, str | None]:
    """Name the ports that no script writes, each with data that are called like it, or like its files."""
    found = _look(tree, folder)
    return {name: _data_of(name, found, folder) for name in _unwritten_ports(found.scripts)}


def left_out(tree: Tree, folder: str = "") -> tuple[str, ...]:
    """Say of each file that is started as a program why it was not taken for a pipeline's script."""
    found = _look(tree, folder)
    taken = {script.path for script in found.scripts}
    staged = stages(tree, folder)
    told = []
    for path, content in tree.read_many(_candidates(found.paths, folder)).items():
        inside = _relative(path, folder)
        if inside in taken or _is_below(path, found.claimed):
            continue
        if inside not in staged and not _STARTED.search(content):
            continue
        try:
            function = usage(content.decode("utf-8", "replace")).function
        except SyntaxError as error:
            told.append(f"`{inside}` cannot be parsed: {error.msg}, line {error.lineno}")
            continue
        has = "no `main`" if function is None else f"`main({', '.join(function.parameters)})`"
        told.append(f"`{inside}` has {has}" + (f"; {staged[inside]}" if inside in staged else ""))
    return tuple(told)


def draft(tree: Tree, folder: str = "", more: Additions = NOTHING) -> str:
    """Write a settings file for what is found below a folder of the tree.

    Args:
        tree: The repository.
        folder: Where the file is to lie.
        more: What was found out by looking at data, or by running scripts.

    Raises:
        UsageError: there is neither a script nor a contract.
    """
    found = _look(tree, folder)
    scripts = found.scripts
    if not found.contracts and not scripts:
        raise UsageError(
            what="no pipeline script was found here",
            facts=(FOUND, *left_out(tree, folder)[:MOST_TOLD]),
            advice="give each script this function, with its files from `input_paths` and"
            " `output_paths`, or name another folder with `--project`",
        )
    named = [script.path for script in scripts]
    defaults = [
        f"  python: {quoted(more.python)}\n" if more.python else "",
        # Else a library of another version would be a change that reaches no step.
        f"  requirements: [{REQUIREMENTS}]\n"
        if _joined(folder, REQUIREMENTS) in found.paths
        else "",
        _root_part(tree, found, named, folder),
    ]
    parts = [HEAD, f"defaults:\n{''.join(defaults)}" if any(defaults) else ""]
    if found.contracts:
        parts.append(_adapter_part(found, folder, is_described=bool(more.datasets)))
    parts.append(_step_part(scripts, more.steps))
    parts.append(_source_part(found, more, folder))
    parts.append(_pipeline_part(scripts))
    return "\n".join(part for part in parts if part)


def _look(tree: Tree, folder: str) -> _Found:
    paths = [path for path in tree.paths() if _is_below(path, folder)]
    contracts = [path for path in paths if path.endswith(CONTRACT_ENDING)]
    claimed = _script_folder(tree, contracts, paths)
    scripts = _scripts(tree, [path for path in paths if not _is_below(path, claimed)], folder)
    return _Found(paths=paths, contracts=contracts, claimed=claimed, scripts=scripts)


def _joined(folder: str, path: str) -> str:
    return f"{folder}/{path}" if folder else path


def _root_part(tree: Tree, files: _Found, scripts: list[str], folder: str) -> str:
    """Name the folders that scripts import from, where these lie neither beside nor above them."""
    paths = files.paths
    called = {path for path in paths if path.endswith(".py") and _is_below(path, files.claimed)}
    called.update(_joined(folder, script) for script in scripts)
    sources = {
        _relative(path, folder): content.decode("utf-8", "replace")
        for path, content in tree.read_many(sorted(called)).items()
    }

    def text_of(path: str) -> str:
        return tree.read(_joined(folder, path)).decode("utf-8", "replace")

    found = import_roots(sources, (_relative(path, folder) for path in paths), text_of)
    if not found:
        return ""
    names = ", ".join(name for modules in found.values() for name in modules)
    roots = ", ".join(quoted(root) for root in found)
    return f"  # guess: scripts import {names} from there.\n  path: [{roots}]\n"


def _is_below(path: str, folder: str | None) -> bool:
    return folder is not None and (not folder or path.startswith(f"{folder}/"))


def _relative(path: str, folder: str) -> str:
    return path.removeprefix(f"{folder}/") if folder else path


def _script_folder(tree: Tree, contracts: list[str], paths: Iterable[str]) -> str | None:
    """Find the folder that holds most of the scripts that contracts name."""
    named = {
        found.decode()
        for content in tree.read_many(contracts).values()
        for found in _ENTRY_POINT.findall(content)
    }
    places = Counter(
        str(PurePosixPath(path).parent)
        for path in paths
        if path.endswith(".py") and PurePosixPath(path).name in named
    )
    return max(sorted(places), key=lambda place: places[place]) if places else None


def _scripts(tree: Tree, paths: Iterable[str], folder: str) -> list[_Script]:
    found: dict[str, _Script] = {}
    for path, content in tree.read_many(_candidates(paths, folder)).items():
        if b"def main(" not in content or b"input_paths" not in content:
            continue
        text = content.decode("utf-8", "replace").removeprefix("\ufeff")
        try:
            used = usage(text)
        except SyntaxError:
            continue
        if used.function is not None and set(PARAMETERS) <= set(used.function.parameters):
            inside = _relative(path, folder)
            step = _step_name(inside, found.values())
            found[path] = _Script(step=step, path=inside, usage=used, text=text)
    return list(found.values())


def _candidates(paths: Iterable[str], folder: str) -> list[str]:
    return [
        path
        for path in paths
        if path.endswith(".py")
        and not any(
            part in _PASSED_OVER or part.startswith(".")
            for part in PurePosixPath(_relative(path, folder)).parts
        )
    ]


def _step_name(path: str, others: Iterable[_Script]) -> str:
    """Call a step like its file, with as many folders before it as tell it apart."""
    taken = {other.step for other in others}
    parts = PurePosixPath(path).with_suffix("").parts
    names = ["_".join(parts[-count:]) for count in range(1, len(parts) + 1)]
    return next((name for name in names if name not in taken), names[-1])


def _adapter_part(found: _Found, folder: str, *, is_described: bool) -> str:
    pipelines = [path for path in found.paths if path.endswith(PIPELINE_ENDING)]
    lines = ["adapters:", "  cursus:"]
    lines.append(f"    interfaces: {quoted(_common(found.contracts, folder))}")
    lines.append(f"    scripts: {quoted(_relative(found.claimed or '', folder) or '.')}")
    if pipelines:
        lines.append(f"    pipelines: {quoted(_common(pipelines, folder))}")
    if not is_described:
        lines += [
            "",
            "# Contracts do not say what the data look like: describe what comes from outside under",
            "# `datasets:`, and name it at the port that carries it: `steps: {Step: {outputs: {port: name}}}`.",
        ]
    return "\n".join(lines) + "\n"


def _common(paths: list[str], folder: str) -> str:
    parents = [PurePosixPath(path).parent.parts for path in paths]
    shared = parents[0]
    for parts in parents[1:]:
        same = [one for one, other in zip(shared, parts, strict=False) if one == other]
        shared = shared[: len(same)]
    return _relative("/".join(shared), folder) or "."


def _step_part(scripts: list[_Script], more: Mapping[str, tuple[str, ...]]) -> str:
    lines = ["steps:"]
    for script in scripts:
        lines.append(f"  {quoted(script.step)}:")
        lines.append(f"    script: {quoted(script.path)}")
        lines.extend(f"    # {line}" for line in _said(script.usage))
        lines.extend(_call(_required(script.usage)))
        lines.extend(f"    {line}" for line in more.get(script.step, ()))
    known = {script.step for script in scripts}
    for step, own in more.items():
        if step not in known and own:
            lines.append(f"  {quoted(step)}:")
            lines.extend(f"    {line}" for line in own)
    return "\n".join(lines) + "\n" if len(lines) > 1 else ""


def _required(found: Usage) -> tuple[str, ...]:
    return () if found.function is None else found.function.required


def _call(required: tuple[str, ...]) -> Iterator[str]:
    further = [name for name in required if name not in PARAMETERS]
    given = [name for name in further if name == "logger"]
    if given:
        yield "    call: {logger: $logger}"
    for name in further:
        if name not in given:
            yield f"    # main asks for `{name}` too: give it under `call:`"


def _said(found: Usage) -> Iterator[str]:
    for verb, names in (("reads", found.inputs), ("writes", found.outputs)):
        if names:
            listed = (f"{name}" if names[name] else f"{name} (optional)" for name in names)
            yield f"{verb} {', '.join(listed)}"
    if found.env:
        listed = (
            name if default is None else f"{name}={json.dumps(default)}"
            for name, default in found.env.items()
        )
        yield f"variables: {', '.join(listed)}"
    if found.args:
        yield f"arguments: {', '.join(found.args)}"
    if found.unknown:
        yield f"not all {', '.join(found.unknown)} could be read from the code: declare the others"


def _unwritten_ports(scripts: list[_Script]) -> tuple[str, ...]:
    written = {name for script in scripts for name in script.usage.outputs}
    wanted = dict.fromkeys(
        name for script in scripts for name in script.usage.inputs if name not in written
    )
    return tuple(wanted)


def _source_part(files: _Found, more: Additions, folder: str) -> str:
    lines: list[str] = []
    for name in _unwritten_ports(files.scripts):
        found = _data_of(name, files, folder)
        if name in more.sources:
            lines.extend(f"  {line}" for line in more.sources[name])
        elif found is None:
            lines.append(left_to_the_reader(name))
        else:
            lines.append(f"  {quoted(name)}: {{copy: {quoted(found)}}}   # guess: by its name")
    head = [UNWRITTEN] if lines else []
    lines.extend(more.datasets)
    if not lines:
        return ""
    is_empty = all(line.startswith("#") for line in lines)
    return "\n".join([*head, NO_DATASETS if is_empty else "datasets:", *lines]) + "\n"


def left_to_the_reader(name: str) -> str:
    """Give the line of a first file that stands for data of which nothing is known."""
    return f"#  {quoted(name)}: {{copy: path/to/{name}}}"


def _data_of(name: str, files: _Found, folder: str) -> str | None:
    """Find a folder of this name, a file of it with an ending of data, or what its readers open."""
    for path in files.paths:
        inside = PurePosixPath(_relative(path, folder))
        if inside.stem == name and inside.suffix in SUFFIXES:
            return str(inside)
        if name in inside.parent.parts and inside.suffix not in {".py", ".md"}:
            return "/".join(inside.parts[: inside.parts.index(name) + 1])
    readers = [script.text for script in files.scripts if name in script.usage.inputs]
    return data_for(name, readers, [_relative(path, folder) for path in files.paths])


def _pipeline_part(scripts: list[_Script]) -> str:
    order = _ordered(scripts)
    if order is None or len(order) < 2:
        return ""
    listed = ", ".join(quoted(step) for step in order)
    return (
        "# guess: these scripts write and read ports of equal names.\n"
        f"pipelines:\n  main: [{listed}]\n"
    )


def _ordered(scripts: list[_Script]) -> list[str] | None:
    """Put those scripts that feed each other in order; `None` where they run in a circle."""
    before: Mapping[str, set[str]] = {
        reader.step: {
            writer.step
            for writer in scripts
            if writer.step != reader.step and set(writer.usage.outputs) & set(reader.usage.inputs)
        }
        for reader in scripts
    }
    joined = {name for reader, writers in before.items() if writers for name in (reader, *writers)}
    graph = {name: sorted(writers) for name, writers in sorted(before.items()) if name in joined}
    try:
        return list(TopologicalSorter(graph).static_order())
    except CycleError:
        return None
