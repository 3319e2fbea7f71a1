"""What a runner makes of a step's log: which lines it obeys, and what they ask for.

Written after the runner's own source, `ActionCommand.cs` and `ActionCommandManager.cs`: a command is looked for
at the start of a line (`::name …::`) and, in the older form, anywhere in it (`##[name …]`).
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

KNOWN = frozenset(
    {
        *("add-mask", "add-matcher", "add-path", "debug", "echo", "endgroup", "error", "group"),
        *("notice", "remove-matcher", "save-state", "set-env", "set-output", "stop-commands"),
        "warning",
    }
)
ISSUES = ("error", "warning", "notice")
MOST_ISSUES = 10
"""Issues of a kind that a step may have; further ones are dropped."""

_BACK = {"%3A": ":", "%2C": ",", "%0D": "\r", "%0A": "\n", "%25": "%"}


@dataclass(frozen=True)
class Command:
    """A line that is obeyed."""

    name: str
    properties: dict[str, str]
    data: str


@dataclass
class Log:
    """One step's log.

    Attributes:
        text: Every line that people see.
        obeyed: Commands that had an effect.
        dropped: Issues beyond what a step may have.
    """

    text: str
    obeyed: list[Command] = field(default_factory=list)
    dropped: Counter[str] = field(default_factory=Counter)

    def issues(self, kind: str) -> list[Command]:
        return [command for command in self.obeyed if command.name == kind]


def read(text: str) -> Log:
    """Obey the lines of a log."""
    log = Log(text)
    stopped: str | None = None
    counted: Counter[str] = Counter()
    # The runner reads lines as .NET does: `\r` ends one, too.
    for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n"):
        if stopped is not None:
            # Only the very word ends it.
            if line.strip() == f"::{stopped}::":
                stopped = None
            continue
        command = parsed(line)
        if command is None:
            continue
        if command.name == "stop-commands":
            stopped = command.data
        counted[command.name] += 1
        if command.name in ISSUES and counted[command.name] > MOST_ISSUES:
            log.dropped[command.name] += 1
        else:
            log.obeyed.append(command)
    return log


def parsed(line: str) -> Command | None:
    """Read a line as a command, as the runner does; `None` where it is none."""
    return _second_form(line) or _first_form(line)


def _second_form(line: str) -> Command | None:
    line = line.strip()
    end = line.find("::", 2)
    if not line.startswith("::") or end < 0:
        return None
    name, _, rest = line[2:end].partition(" ")
    if name not in KNOWN:
        return None
    properties = {}
    for part in rest.strip().split(","):
        key, mark, value = part.partition("=")
        if mark and value:
            properties[key.strip()] = _unescaped(value, ("%3A", "%2C", "%0D", "%0A", "%25"))
    return Command(name, properties, _unescaped(line[end + 2 :], ("%0D", "%0A", "%25")))


def _first_form(line: str) -> Command | None:
    start = line.find("##[")
    end = line.find("]", start)
    if start < 0 or end < 0:
        return None
    name, _, _ = line[start + 3 : end].partition(" ")
    return Command(name, {}, line[end + 1 :]) if name in KNOWN else None


def _unescaped(text: str, escapes: tuple[str, ...]) -> str:
    for escape in escapes:
        text = text.replace(escape, _BACK[escape])
    return text
