"""What a process is asked to run, and how it ended: the values between engine and processes."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from ci_scriptcheck.model.contract import Json
from ci_scriptcheck.model.project import Limits, Network
from ci_scriptcheck.values import dataclass, field


class Start(StrEnum):
    """How the process of a script comes into being."""

    WARM = "warm"
    """Forked from a process that has the libraries imported."""
    NEW = "new"
    """A new interpreter for each run."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HostSpec:
    """One warm host; calls with equal values share it.

    Attributes:
        python: The interpreter, absolute; a virtual environment's own path, not what it links to.
        environ: Variables that libraries read while they load (`OMP_NUM_THREADS`,
            `PYTHONHASHSEED`, ...), fixed for all of its runs.
        preload: Modules to import beforehand; one that cannot be imported is passed over.
        path: Folders that are searched for them first.
    """

    python: str
    environ: Mapping[str, str] = field(default_factory=dict)
    preload: tuple[str, ...] = ()
    path: tuple[str, ...] = ()
    start: Start = Start.WARM


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """Where a host listens; only who knows the token is served.

    Attributes:
        socket: Path of the socket.
        log: What the host itself had to say, for when it is gone.
    """

    socket: str
    token: str
    log: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Script:
    """A script's function, called as the platform calls it.

    A function without parameters is called without any; otherwise it gets `input_paths`,
    `output_paths`, `environ_vars`, `job_args` (an `argparse.Namespace`) and what `call` says.

    Attributes:
        file: The script, absolute.
        roots: Import roots, absolute, searched after the script's own folder.
        in_package: Whether it uses the packages it lies in, so that they are imported before it.
        input_paths: Parameter → absolute path.
        output_paths: Parameter → absolute path.
        job_args: Attributes of the namespace.
        call: Further parameters by name; the text `$logger` becomes a `logging.Logger`.
        modules: Those that its own code imports, which tells what of a host was loaded for others;
            `None` where that is not known.
    """

    file: str
    roots: tuple[str, ...] = ()
    in_package: bool = False
    function: str = "main"
    input_paths: Mapping[str, str] = field(default_factory=dict)
    output_paths: Mapping[str, str] = field(default_factory=dict)
    environ_vars: Mapping[str, str] = field(default_factory=dict)
    job_args: Mapping[str, Json] = field(default_factory=dict)
    call: Mapping[str, Json] = field(default_factory=dict)
    modules: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Generator:
    """A project's function `def f(rows, rng, scenario) -> DataFrame | str | bytes`.

    What it returns is written to `folder`, and `Ending.returned` is the name of that file:
    `content.parquet` or `content.csv` for a table, `content.txt` for text, `content.bin` for bytes.

    Attributes:
        file: The module, absolute.
        in_package: As with a script.
        rows: How many are wanted.
        seed: Of `rng`, a `numpy.random.Generator` (without numpy a `random.Random`).
        folder: Where the result goes, absolute.
    """

    file: str
    roots: tuple[str, ...] = ()
    in_package: bool = False
    function: str
    rows: int
    seed: int
    scenario: str
    folder: str


CONTENTS = frozenset({"content.parquet", "content.csv", "content.txt", "content.bin"})
"""The names that a generator's content can have."""

Target = Script | Generator


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One run: what, where, with which environment, and what it may use. All paths are absolute.

    Attributes:
        folder: The working folder; made if missing.
        private: A folder for HOME, TMPDIR and the like of this run alone; made if missing.
        log: File for everything the script prints.
        env: The script's variables, complete; PATH, HOME, TMPDIR, LANG and the like are added.
        seed: Of `random` and of numpy's global generator.
        timeout: Seconds.
        memory: Bytes of the whole process tree.
        tree: Root of the code that is run: the repository, or what base was laid out in.
        checkout: The repository, where that is not `tree`: what an interpreter would import from
            there, as from an editable install, comes from `tree` instead.
        writable: Folders it may write to, beside `folder` and `private`.
        outputs: Folders whose files and bytes count against the limits.
        hidden: Folders it must not read (the store, other runs); what it was given stays readable.
    """

    target: Target
    folder: str
    private: str
    log: str
    env: Mapping[str, str] = field(default_factory=dict)
    seed: int = 0
    timeout: float = 300.0
    memory: int = 2 * 1024**3
    limits: Limits = field(default_factory=Limits)
    network: Network = Network.NONE
    tree: str
    checkout: str | None = None
    writable: tuple[str, ...] = ()
    outputs: tuple[str, ...] = ()
    hidden: tuple[str, ...] = ()


class Ended(StrEnum):
    """The one way in which a run ended."""

    RETURNED = "returned"
    RAISED = "raised"
    IMPORT_FAILED = "import_failed"
    NO_FUNCTION = "no_function"
    """The script defines no function of that name."""
    EXITED = "exited"
    """It left by `SystemExit`, whatever the status."""
    SIGNALLED = "signalled"
    """It was killed by a signal that we did not send."""
    TIMED_OUT = "timed_out"
    MEMORY = "memory"
    PROCESSES = "processes"
    LOG = "log"
    OUTPUT = "output"
    NO_RESULT = "no_result"
    """The process was gone before the function returned: `os._exit`, `os.execv`."""
    LOST = "lost"
    """What ran it (host or supervisor) is gone; the script is not to blame."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """One level of a traceback.

    Attributes:
        file: Absolute.
        code: The source line, stripped.
        inside: Whether the file belongs to the tree that was run, libraries inside it left out.
    """

    file: str
    line: int
    function: str
    code: str = ""
    inside: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Raised:
    """An exception, as text: control characters are escaped, very long texts cut.

    Attributes:
        type: Its class, with the module where that is not `builtins`.
        text: What `str` gives, or why it gives nothing.
        frames: Outermost first.
    """

    type: str
    text: str
    frames: tuple[Frame, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class LoggedError:
    """A message at level ERROR or above, with the place that logged it and how often.

    Attributes:
        text: As first logged.
        file: Absolute.
        inside: Whether the file belongs to the tree that was run.
    """

    text: str
    level: str
    logger: str
    file: str
    line: int
    count: int = 1
    inside: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedInVain:
    """A variable that the project's code asked its environment for, and that was not set.

    Attributes:
        file: Where it asked first, absolute.
    """

    name: str
    file: str
    line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Started:
    """A command that the project's own code started.

    Attributes:
        file: Where it did so first, absolute.
    """

    command: str
    file: str
    line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """How a run ended, and what was seen of it.

    Attributes:
        errors: The exception that ended it, then what it was raised from, and so on.
        exit_status: Of `sys.exit`, or of the process where no result came back.
        signal: Name of the signal, such as `SIGSEGV`.
        detail: What a person should know beside it: which limit, or what was lost.
        returned: What the function returned, as text, cut; `None` where it returned None.
        seconds: Wall time of import and function.
        cpu_seconds: Of the whole process tree.
        peak_memory: Greatest memory of the tree seen, bytes.
        seconds_before: Those of `seconds` that had passed when the function was called.
        cpu_seconds_before: The same of `cpu_seconds`.
        memory_before: Greatest memory until then, bytes.
        read: Files it opened to read, outside of Python's own and the system's; absolute, sorted.
        written: Files it opened to write, private ones left out.
        looked_for: Files it opened or tested for in vain.
        listed: Folders it listed.
        pip_calls: Calls of pip that were answered without being carried out.
        connections: Addresses it asked for, `host:port`, and names it looked up.
        refused: Those of `connections` that were not allowed.
        spawned: Commands it started, libraries that it calls included.
        started: Those of them that its own code starts.
        leftovers: Command lines of processes still running when it had ended.
        moved: Shared generators of random numbers that somebody drew from or seeded.
        protections: What was active and had been tried.
        finished: Whether the function had returned; what it left may have gone on after that.
    """

    how: Ended
    errors: tuple[Raised, ...] = ()
    exit_status: int | None = None
    signal: str | None = None
    detail: str | None = None
    returned: str | None = None
    seconds: float = 0.0
    cpu_seconds: float = 0.0
    peak_memory: int = 0
    seconds_before: float = 0.0
    cpu_seconds_before: float = 0.0
    memory_before: int = 0
    read: tuple[str, ...] = ()
    written: tuple[str, ...] = ()
    looked_for: tuple[str, ...] = ()
    listed: tuple[str, ...] = ()
    pip_calls: tuple[str, ...] = ()
    connections: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()
    spawned: tuple[str, ...] = ()
    started: tuple[Started, ...] = ()
    leftovers: tuple[str, ...] = ()
    asked_in_vain: tuple[AskedInVain, ...] = ()
    logged: tuple[LoggedError, ...] = ()
    moved: tuple[str, ...] = ()
    protections: tuple[str, ...] = ()
    finished: bool = False
