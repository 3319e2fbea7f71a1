"""See which variables a script asks its environment for in vain; stands alone, Python 3.9 and later.

Only questions of the script, and of the project's code that it calls, count. What a library may look
for is no part of a contract, and neither are the switches of a package that is only imported.
"""

from __future__ import annotations

import os
import sys
from typing import Any

from . import failure

_MOST = 100
# What lies between the code that asks and the place where the answer is looked up.
_BETWEEN = ("os.py", "<frozen os>", "_collections_abc.py", "<frozen _collections_abc>")
# They put a value there, or take one away.
_NO_QUESTIONS = ("setdefault", "pop")


class Variables:
    """The variables that were asked for and were not there, each with the place of the first time."""

    def __init__(self, tree: str, script: str) -> None:
        self._tree = tree
        self._script = script
        self._asked: dict[str, dict[str, Any]] = {}
        self._active = False

    def begin(self) -> None:
        """Start watching `os.environ`, through which `os.getenv` goes, too."""
        self._active = True
        kind: Any = type(os.environ)
        original = kind.__getitem__

        def noticing(environ: Any, name: Any) -> Any:  # noqa: ANN401
            try:
                return original(environ, name)
            except KeyError:
                if self._active and isinstance(name, str):
                    self._miss(name)
                raise

        kind.__getitem__ = noticing

    def end(self) -> None:
        """Stop; what follows is our own doing."""
        self._active = False

    def seen(self) -> list[dict[str, Any]]:
        """Give name, file and line of each."""
        return list(self._asked.values())

    def _miss(self, name: str) -> None:
        if name in self._asked or len(self._asked) >= _MOST:
            return
        frame = sys._getframe(2)
        while frame.f_back is not None and frame.f_code.co_filename.endswith(_BETWEEN):
            if frame.f_code.co_name in _NO_QUESTIONS:
                return
            frame = frame.f_back
        file = frame.f_code.co_filename
        if failure.is_inside(file, self._tree) and self._is_asked_by_script(frame):
            asked = {"name": failure.clean(name, 200), "file": file, "line": frame.f_lineno}
            self._asked[name] = asked

    def _is_asked_by_script(self, frame: Any) -> bool:  # noqa: ANN401  (a frame)
        """Say whether the script, and not the import of another module, led to the question."""
        while frame is not None:
            file = frame.f_code.co_filename
            if file == self._script:
                return True
            if file.startswith("<frozen importlib"):
                return False
            frame = frame.f_back
        # In a thread of its own nobody can tell who began it.
        return True
