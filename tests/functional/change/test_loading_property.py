"""Whatever Python loads when a script is imported, the script depends on."""

from __future__ import annotations

import random
import subprocess
import sys
import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from ci_scriptcheck.change.closure.imports import closures
from ci_scriptcheck.project.working_tree import WorkingTree

MODULES = 7
TOLD = """\
import sys
sys.path[:0] = [{root!r}]
import {start}
print(*(name for name in sys.modules if name == "pkg" or name.startswith("pkg.")))
"""


def source(chance: random.Random, number: int) -> str:
    """Write a module that imports later ones, at its top or in a function, and calls some of them."""
    later = range(number + 1, MODULES)
    top, bodies, calls = [], [], []
    for other in later:
        match chance.randrange(8):
            case 0:
                top.append(f"from . import m{other}")
                calls.append(f"m{other}.f()")
            case 1:
                top.append(f"from .m{other} import f as f{other}")
                calls.append(f"f{other}()")
            case 2:
                bodies.append(f"from . import m{other}")
            case 3:
                bodies += [f"from .m{other} import f as f{other}", f"f{other}()"]
            case _:
                pass
    inner = [call for call in calls if chance.random() < 0.4]
    outer = [call for call in [*calls, "f()", "A()", "g()"] if chance.random() < 0.4]
    lines = [
        *top,
        "def f():",
        *(f"    {line}" for line in (*bodies, *inner, "pass")),
        "def g():",
        "    f()",
        "class A:",
        "    def __init__(self):",
        "        self.made()",
        "    def made(self):",
        "        g()",
        *outer,
    ]
    return "\n".join(lines) + "\n"


@given(seed=st.integers(0, 10**9))
@settings(max_examples=40, deadline=None)
def test_what_python_loads_is_part_of_the_closure(seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311  (a test's own)
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        (root / "pkg").mkdir()
        names = ["__init__", *(f"m{number}" for number in range(MODULES))]
        for number, name in enumerate(names):
            (root / "pkg" / f"{name}.py").write_text(source(chance, number - 1))
        start = f"pkg.m{MODULES - 1}"
        (root / "train.py").write_text(f"import {start}\n")
        files = ("train.py", *(f"pkg/{name}.py" for name in names))
        told = subprocess.run(
            [sys.executable, "-Sc", TOLD.format(root=str(root), start=start)],
            capture_output=True,
            text=True,
            check=True,
        )

        found = closures(WorkingTree(root, files), {"train.py": ("",)}, cache=None)["train.py"]

        loaded = {
            "pkg/__init__.py" if name == "pkg" else f"{name.replace('.', '/')}.py"
            for name in told.stdout.split()
        }
        assert loaded <= set(found.files)
