"""What a script's `__main__` part gives its function, as values; `guard` reads them from the syntax tree."""

from __future__ import annotations

from collections.abc import Mapping

from ci_scriptcheck.values import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """One key of a dictionary that is handed over.

    Attributes:
        text: Its value, where that is a text that is known, such as a path.
        variable: The environment variable it is taken from, where it is taken from one.
    """

    line: int
    text: str | None = None
    variable: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """One argument of a command line.

    Attributes:
        flags: As it is written (`--job_type`); none where it goes by its place.
        attribute: Where its value is put.
    """

    line: int
    flags: tuple[str, ...]
    attribute: str
    required: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Parser:
    """The command line that a script understands.

    Attributes:
        takes_others: Whether what it does not know is passed over, too.
        shortens: Whether the beginning of a flag stands for it.
    """

    line: int
    options: tuple[Option, ...] = ()
    takes_others: bool = False
    shortens: bool = True

    def accepts(self, flag: str) -> bool:
        """Say whether a command line may have this flag."""
        known = {name for option in self.options for name in option.flags}
        if self.takes_others or flag in known:
            return True
        longer = [name for name in known if self.shortens and name.startswith(flag)]
        return len(longer) == 1 and flag.startswith("--")


@dataclass(frozen=True, slots=True, kw_only=True)
class Handed:
    """What is given in the one call of the function; `None` where that is not known, or not wholly.

    Attributes:
        line: Of the call.
        args: Attributes of the object that is given as `job_args`.
        asked: Variable that cannot be missing, as it is taken from `os.environ` without a fallback,
            → the line.
        swallowing: The line of a handler after which a failure of the function ends the script
            with status 0.
    """

    line: int
    inputs: Mapping[str, Given] | None = None
    outputs: Mapping[str, Given] | None = None
    env: Mapping[str, Given] | None = None
    args: tuple[str, ...] | None = None
    asked: Mapping[str, int] = field(default_factory=dict)
    swallowing: int | None = None
