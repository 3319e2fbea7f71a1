"""See what a script opens, connects to, starts and logs; stands alone, Python 3.9 and later."""

from __future__ import annotations

import errno
import logging
import os
import posix
import sys
from typing import TYPE_CHECKING, Any, Callable

from . import failure, pip_answers, testimony, variables

if TYPE_CHECKING:
    from collections.abc import Iterable

_MOST = 20_000
_MOST_SHOWN = 100
_SYSTEM = (
    "/bin",
    "/dev",
    "/etc",
    "/lib",
    "/lib32",
    "/lib64",
    "/proc",
    "/sbin",
    "/sys",
    "/usr",
    "/run",
)
_WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
# They look through the whole search path, which says nothing about the script.
_SEARCHERS = ("importlib/metadata/__init__.py", "pkg_resources/__init__.py", "pkgutil.py")
# What lies between a script and the event that its command raises.
_OURS_OR_PYTHONS = (
    "<frozen ",
    os.path.dirname(os.path.abspath(__file__)) + "/",
    os.path.dirname(os.__file__) + "/subprocess.py",
    os.path.dirname(os.__file__) + "/os.py",
    os.path.dirname(os.__file__) + "/pty.py",
    os.path.dirname(os.__file__) + "/asyncio/",
)
_LOOPBACK = ("127.", "::1", "localhost")


class Watch:
    """What was seen of one script. Python tells by its audit events; native code it does not see."""

    def __init__(
        self, call: dict[str, Any], answers: str, tell: Callable[[dict[str, Any]], None]
    ) -> None:
        self._tree: str = call["tree"].rstrip("/")
        self._network: str = call["network"]
        self._tell = tell
        self._active = False
        self._read: set[str] = set()
        own = (call["folder"], call["private"], *call["writable"], *call["outputs"])
        self._own = tuple(f"{os.path.realpath(folder)}/" for folder in own)
        self._written: set[str] = set()
        self._looked_for: set[str] = set()
        self._listed: set[str] = set()
        self._rare: dict[str, list[str]] = {"connections": [], "refused": [], "spawned": []}
        self._started: dict[str, dict[str, Any]] = {}
        self._logged: dict[Any, dict[str, Any]] = {}
        self._variables = variables.Variables(self._tree, call["target"].get("file") or "")
        prefixes = {sys.prefix, sys.base_prefix, sys.exec_prefix, os.path.dirname(__file__)}
        self._ignored_inside = tuple(
            prefix + "/" for prefix in prefixes if prefix.startswith(self._tree + "/")
        )
        private = (call["private"].rstrip("/") + "/", os.path.dirname(answers) + "/")
        self._private = private
        self._ignored_outside = tuple(
            prefix.rstrip("/") + "/" for prefix in (*_SYSTEM, *prefixes) if prefix.strip("/")
        )

    def begin(self) -> None:
        """Start watching; the hook stays for the rest of the process."""
        self._active = True
        handlers: dict[str, Callable[[Any], None]] = {
            "open": self._on_open,
            "os.listdir": self._on_list,
            "os.scandir": self._on_list,
            "os.mkdir": self._on_write,
            "os.remove": self._on_write,
            "os.rmdir": self._on_write,
            "os.truncate": self._on_write,
            "os.rename": self._on_target,
            "os.link": self._on_target,
            "os.symlink": self._on_target,
            "sqlite3.connect": self._on_write,
            "socket.connect": self._on_connect,
            "socket.sendto": self._on_connect,
            "socket.getaddrinfo": self._on_look_up,
            "socket.gethostbyname": self._on_look_up,
            "subprocess.Popen": self._on_popen,
            "os.system": self._on_system,
            "os.posix_spawn": self._on_popen,
            "os.spawn": self._on_spawn,
            "os.exec": self._on_exec,
        }
        find = handlers.get

        def hook(event: str, arguments: Any) -> None:  # noqa: ANN401  (the event decides)
            handler = find(event)
            if handler is not None and self._active:
                try:
                    handler(arguments)
                except PermissionError:
                    raise
                except Exception:  # what we fail to see must not disturb the script
                    return

        sys.addaudithook(hook)
        self._watch_existence()
        self._watch_logging()
        self._variables.begin()

    def end(self) -> None:
        """Stop; what follows is our own doing."""
        self._active = False
        self._variables.end()

    def seen(self, modules: Iterable[str]) -> dict[str, Any]:
        """Give what was seen, in the words of the ending.

        Args:
            modules: Those that the script has imported; compiled ones leave no trace in events.
        """
        for name in modules:
            file = getattr(sys.modules.get(name), "__file__", None)
            if (
                isinstance(file, str)
                and failure.is_inside(file, self._tree)
                and testimony.is_path(file)
            ):
                self._read.add(file)
        return {
            "read": sorted(self._read),
            "written": sorted(self._written),
            "looked_for": sorted(self._looked_for - self._written),
            "listed": sorted(self._listed),
            "asked_in_vain": self._variables.seen(),
            "started": list(self._started.values()),
            "logged": [dict(entry) for entry in self._logged.values()],
            **self._rare,
        }

    def _path(self, given: object) -> str | None:
        """Give a path as absolute text; `None` where it is of no interest."""
        if isinstance(given, bytes):
            given = os.fsdecode(given)
        if not isinstance(given, str):
            given = os.fspath(given) if isinstance(given, os.PathLike) else None
        if not isinstance(given, str) or not testimony.is_path(given):
            return None
        path = os.path.abspath(given)
        if path.startswith(self._private) or "__pycache__" in path:
            return None
        inside = path.startswith(self._tree + "/")
        ignored = self._ignored_inside if inside else self._ignored_outside
        if ignored and path.startswith(ignored):
            return None
        return None if "site-packages" in path else path

    def _add(self, paths: set[str], path: str) -> None:
        if len(paths) < _MOST:
            paths.add(path)

    def _on_open(self, arguments: Any) -> None:  # noqa: ANN401
        given, _, flags = arguments
        path = self._path(given)
        if path is None:
            return
        if flags & _WRITES:
            self._add(self._written, path)
        if not flags & _WRITES or (flags & os.O_RDWR and not flags & os.O_TRUNC):
            self._on_read(path)

    def _on_read(self, path: str) -> None:
        if path in self._read:
            return
        try:
            posix.stat(path)
        except OSError:
            self._add(self._looked_for, path)
        else:
            self._add(self._read, path)

    def _on_list(self, arguments: Any) -> None:  # noqa: ANN401
        caller = sys._getframe(2).f_code.co_filename
        if caller.startswith("<frozen importlib") or caller.endswith(_SEARCHERS):
            return
        path = self._path("." if arguments[0] is None else arguments[0])
        if path is not None:
            self._add(self._listed, path)

    def _on_write(self, arguments: Any) -> None:  # noqa: ANN401
        path = self._path(arguments[0])
        if path is not None:
            self._add(self._written, path)

    def _on_target(self, arguments: Any) -> None:  # noqa: ANN401
        self._on_write(arguments[1:])

    def _on_connect(self, arguments: Any) -> None:  # noqa: ANN401
        address = arguments[1]
        if isinstance(address, tuple) and len(address) >= 2:
            self._reach(str(address[0]), f"{address[0]}:{address[1]}")
        elif self._network == "none" and isinstance(address, (str, bytes)):
            path = self._path(address)
            if path is not None and not path.startswith(self._own):
                self._reach(path, f"unix:{path}")

    def _on_look_up(self, arguments: Any) -> None:  # noqa: ANN401
        host = arguments[0]
        host = host.decode(errors="replace") if isinstance(host, bytes) else host
        # Asking for this machine itself is not yet a connection.
        if isinstance(host, str) and host and not host.startswith(_LOOPBACK):
            port = arguments[1] if len(arguments) > 1 else None
            self._reach(host, f"{host}:{port}" if port else host)

    def _reach(self, host: str, address: str) -> None:
        self._note("connections", address)
        local = host.startswith(_LOOPBACK)
        if self._network == "any" or (self._network == "loopback" and local):
            return
        self._note("refused", address)
        message = f"this script may not use the network (`network: {self._network}`)"
        raise PermissionError(errno.EACCES, message, address)

    def _on_popen(self, arguments: Any) -> None:  # noqa: ANN401
        executable, command = arguments[0], arguments[1]
        self._note_start(_line(command if command else [executable]))

    def _on_system(self, arguments: Any) -> None:  # noqa: ANN401
        self._note_start(_line(arguments[0]))

    def _on_spawn(self, arguments: Any) -> None:  # noqa: ANN401
        self._note_start(_line(arguments[2]))

    def _on_exec(self, arguments: Any) -> None:  # noqa: ANN401
        self._note_start(_line(arguments[1]))
        self._tell({"replaced_by": _line(arguments[1])})

    def _note_start(self, command: str) -> None:
        """Note a command; and its place, where the project's own code and no library starts it."""
        self._note("spawned", command)
        if pip_answers.ANSWER in command:
            return
        frame: Any = sys._getframe(1)
        while frame is not None and frame.f_code.co_filename.startswith(_OURS_OR_PYTHONS):
            frame = frame.f_back
        command = failure.clean(command, 300)
        if frame is None or command in self._started or len(self._started) >= _MOST_SHOWN:
            return
        file = frame.f_code.co_filename
        if failure.is_inside(file, self._tree):
            self._started[command] = {"command": command, "file": file, "line": frame.f_lineno}

    def _note(self, what: str, text: str) -> None:
        """Keep something rare, and tell it at once: the script may not live to the end."""
        known = self._rare[what]
        text = failure.clean(text, 300)
        if text not in known and len(known) < _MOST_SHOWN:
            known.append(text)
            self._tell({what: known})

    def _watch_existence(self) -> None:
        """Notice tests for files that are not there, which no audit event tells of."""
        for name in ("stat", "lstat", "access"):
            original = getattr(posix, name)
            replacement = self._noticing(original)
            setattr(os, name, replacement)
            for group in (
                os.supports_dir_fd,
                os.supports_fd,
                os.supports_follow_symlinks,
                os.supports_effective_ids,
            ):
                if original in group:
                    group.add(replacement)

    def _noticing(self, original: Callable[..., Any]) -> Callable[..., Any]:
        def noticing(path: Any, *arguments: Any, **named: Any) -> Any:  # noqa: ANN401
            try:
                result = original(path, *arguments, **named)
            except (FileNotFoundError, NotADirectoryError):
                self._miss(path)
                raise
            if result is False:
                self._miss(path)
            return result

        noticing.__name__ = original.__name__
        noticing.__doc__ = original.__doc__
        return noticing

    def _miss(self, given: object) -> None:
        if self._active:
            path = self._path(given)
            if path is not None:
                self._add(self._looked_for, path)

    def _watch_logging(self) -> None:
        """Count errors where every logger passes, so that no configuration loses them."""
        original = logging.Logger.handle

        def handle(logger: logging.Logger, record: logging.LogRecord) -> None:
            if record.levelno >= logging.ERROR and self._active:
                self._note_logged(record)
            original(logger, record)

        logging.Logger.handle = handle  # type: ignore[assignment,method-assign]

    def _note_logged(self, record: logging.LogRecord) -> None:
        key = (record.pathname, record.lineno, record.levelname)
        known = self._logged.get(key)
        if known is not None:
            known["count"] += 1
            return
        if len(self._logged) >= _MOST_SHOWN:
            return
        try:
            text = record.getMessage()
        except Exception:  # the script's own objects make the text
            text = str(record.msg)
        self._logged[key] = {
            "text": failure.clean(text, 1000),
            "level": record.levelname,
            "logger": record.name,
            "file": record.pathname,
            "line": record.lineno,
            "count": 1,
            "inside": failure.is_inside(record.pathname, self._tree),
        }


def _line(command: object) -> str:
    if isinstance(command, (list, tuple)):
        return " ".join(_line(word) for word in command)
    if isinstance(command, bytes):
        return command.decode(errors="replace")
    return str(command)
