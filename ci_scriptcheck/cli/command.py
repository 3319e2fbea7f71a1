"""The shape of a command: its arguments and options, as data, and what every command has."""

from __future__ import annotations

from ci_scriptcheck.values import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Argument:
    """A word of the command line that has no name.

    Attributes:
        key: Under which name the command finds it.
        word: How help texts call it.
        many: `one`, `optional` or `any`: how often it may stand there.
    """

    key: str
    word: str
    text: str
    many: str = "any"


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """A named option.

    Attributes:
        name: Long name without its dashes.
        short: One letter.
        word: How help texts call its value; an option without one is a switch.
        choices: The only values allowed.
        default: What help texts say happens without it.
        repeated: Whether it may be given several times.
        many: Whether several values may follow it.
    """

    name: str
    text: str
    short: str | None = None
    word: str | None = None
    choices: tuple[str, ...] = ()
    default: str | None = None
    repeated: bool = False
    many: bool = False

    @property
    def key(self) -> str:
        """Name under which the command finds the value."""
        return self.name.replace("-", "_")


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Options that belong together."""

    title: str
    options: tuple[Option, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """One command.

    Attributes:
        summary: One line for the list of commands.
        title: First line of its own help.
        section: Under which heading it is listed.
        place: Module of this package that carries it out, where that is not called as the command.
    """

    name: str
    summary: str
    title: str
    section: str
    arguments: tuple[Argument, ...] = ()
    groups: tuple[Group, ...] = ()
    place: str | None = None

    @property
    def module(self) -> str:
        """Name of the module that carries it out."""
        return f"ci_scriptcheck.cli.{self.place or self.name.replace('-', '_')}"

    def options(self) -> tuple[Option, ...]:
        """List its options, those that every command has included."""
        return tuple(option for group in (*self.groups, GENERAL) for option in group.options)


GENERAL = Group(
    title="Options",
    options=(
        Option(
            name="project",
            short="C",
            word="DIR",
            text="Folder with scriptcheck.yaml",
            default=".",
        ),
        Option(name="quiet", short="q", text="Print failures and the summary only"),
        Option(name="verbose", short="v", text="Print script output and decisions too"),
        Option(
            name="color",
            word="WHEN",
            text="auto, always or never",
            choices=("auto", "always", "never"),
            default="auto",
        ),
        Option(name="help", short="h", text="Show help; `scriptcheck run --help` for one command"),
        Option(name="version", short="V", text="Show the version"),
    ),
)
