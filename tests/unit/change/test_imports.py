"""Which files a script depends on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ci_scriptcheck.change.closure.imports import closures
from tests.unit.change.trees import MemoryTree

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from ci_scriptcheck.model.change import Closure


def closure(files: Mapping[str, str], script: str = "job/train.py", *roots: str) -> Closure:
    return closures(MemoryTree(files), {script: roots}, cache=None)[script]


def others(files: Mapping[str, str], script: str = "job/train.py", *roots: str) -> set[str]:
    return set(closure(files, script, *roots).files) - {script}


def test_a_module_beside_the_script_comes_before_one_on_an_import_root() -> None:
    files = {"job/train.py": "import utils", "job/utils.py": "", "src/utils.py": ""}

    assert others(files, "job/train.py", "src") == {"job/utils.py"}


def test_import_roots_are_searched_in_their_order() -> None:
    files = {"job/train.py": "import utils", "b/utils.py": "", "a/utils.py": ""}

    assert others(files, "job/train.py", "b", "a") == {"b/utils.py"}


def test_what_is_imported_by_what_is_imported_counts_with_its_chain() -> None:
    files = {
        "job/train.py": "from lib import features",
        "src/lib/__init__.py": "",
        "src/lib/features.py": "from .deep import x",
        "src/lib/deep.py": "",
    }

    found = closure(files, "job/train.py", "src")

    assert found.files == ("job/train.py", *sorted(files)[1:])
    assert found.chains["src/lib/deep.py"] == (
        "job/train.py",
        "src/lib/features.py",
        "src/lib/deep.py",
    )


def test_every_package_on_the_way_is_executed() -> None:
    files = {
        "job/train.py": "import a.b.c",
        "a/__init__.py": "import side",
        "a/b/__init__.py": "",
        "a/b/c.py": "",
        "a/b/other.py": "",
        "side.py": "",
    }

    assert others(files, "job/train.py", "") == {
        "a/__init__.py",
        "a/b/__init__.py",
        "a/b/c.py",
        "side.py",
    }


def test_the_scripts_own_packages_are_executed() -> None:
    files = {
        "src/pkg/__init__.py": "from . import settings",
        "src/pkg/settings.py": "",
        "src/pkg/scripts/__init__.py": "",
        "src/pkg/scripts/train.py": "from ..tools import x",
        "src/pkg/tools.py": "",
    }

    assert others(files, "src/pkg/scripts/train.py") == set(files) - {"src/pkg/scripts/train.py"}


@pytest.mark.parametrize(
    ("code", "uses"),
    [
        ("import json", False),
        ("import neighbour", False),
        ("from . import neighbour", True),
        ("def main():\n    from ..tools import x", True),
        ("import pkg.tools", True),
        ("from pkg.scripts.neighbour import x", True),
        ("import importlib\nimportlib.import_module('.neighbour', __package__)", True),
        ("import importlib.resources as r\nr.files(__package__)", True),
        ("print(__spec__.parent)", True),
        ("import importlib\nimportlib.import_module(chosen)", True),
        ("this is no Python", True),
        ("import logging\nlogging.getLogger(__name__)", False),
    ],
)
def test_a_script_depends_on_the_packages_it_lies_in_if_it_uses_them(
    code: str, uses: bool
) -> None:
    files = {
        "src/pkg/__init__.py": "from . import settings",
        "src/pkg/settings.py": "",
        "src/pkg/tools.py": "",
        "src/pkg/scripts/__init__.py": "",
        "src/pkg/scripts/neighbour.py": "",
        "src/pkg/scripts/train.py": code,
    }

    found = closures(MemoryTree(files), {"src/pkg/scripts/train.py": ()}, cache=None)
    closure = found["src/pkg/scripts/train.py"]

    assert closure.is_in_package() == uses
    inits = {"src/pkg/__init__.py", "src/pkg/scripts/__init__.py", "src/pkg/settings.py"}
    assert inits.intersection(closure.files) == (inits if uses else set())


def test_the_folder_above_the_scripts_package_is_searched_last() -> None:
    files = {
        "src/pkg/__init__.py": "",
        "src/pkg/train.py": "import other",
        "src/other.py": "",
        "lib/unused.py": "",
    }

    assert "src/other.py" in others(files, "src/pkg/train.py")


def test_a_package_that_is_only_passed_through_is_loaded_and_not_used() -> None:
    files = {
        "job/train.py": "from pkg.tools import x",
        "pkg/__init__.py": "def helper():\n    import pkg.heavy\n",
        "pkg/tools.py": "def x():\n    import pkg.light\n",
        "pkg/heavy.py": "",
        "pkg/light.py": "",
    }

    found = others(files, "job/train.py", "")

    assert "pkg/light.py" in found
    assert "pkg/heavy.py" not in found


@pytest.mark.parametrize(
    "init",
    [
        "def fill():\n    from . import heavy\nfill()\n",
        "def fill():\n    import_it()\ndef import_it():\n    from . import heavy\nfill()\n",
        "class A:\n    def __init__(self):\n        self.fill()\n"
        "    def fill(self):\n        from . import heavy\nA()\n",
        "def kept(f):\n    from . import heavy\n    return f\n@kept\ndef g(): ...\n",
        "from .lists import fill\nFILLED = fill()\n",
        "from . import lists\nFILLED = lists.fill()\n",
        "import pkg.lists\nFILLED = pkg.lists.fill()\n",
        "import importlib\ndef fill():\n    importlib.import_module('.heavy', __name__)\nfill()\n",
    ],
)
def test_a_function_that_is_called_while_a_package_is_loaded_counts(init: str) -> None:
    files = {
        "job/train.py": "from pkg.tools import x",
        "pkg/__init__.py": init,
        "pkg/tools.py": "",
        "pkg/heavy.py": "",
        "pkg/lists.py": "def fill():\n    from . import heavy\n",
    }

    assert "pkg/heavy.py" in others(files, "job/train.py", "")


def test_what_a_loaded_package_has_a_module_read_at_once_counts() -> None:
    files = {
        "job/train.py": "from pkg.tools import x",
        "pkg/__init__.py": "from .loader import read\nCARDS = read()\n",
        "pkg/tools.py": "",
        "pkg/loader.py": "from pathlib import Path\nFOLDER = Path(__file__).parent / 'cards'\n"
        "def read():\n    return [path.read_text() for path in FOLDER.glob('*.yaml')]\n",
        "pkg/cards/a.yaml": "",
        "pkg/cards/b.yaml": "",
        "other/c.yaml": "",
    }

    found = others(files, "job/train.py", "")

    assert found == set(files) - {"job/train.py", "other/c.yaml"}


@pytest.mark.parametrize(
    ("how", "counts"),
    [
        ("from . import farther", True),
        ("import importlib\n    importlib.import_module(f'.{name}', __package__)", False),
    ],
)
def test_what_a_called_function_calls_in_turn_counts_where_it_is_named(
    how: str, *, counts: bool
) -> None:
    files = {
        "job/train.py": "from pkg.tools import x",
        "pkg/__init__.py": "from .loader import read\nCARDS = read()\n",
        "pkg/tools.py": "",
        "pkg/loader.py": "from . import far\ndef read():\n    far.used('x')\n",
        "pkg/far.py": f"def used(name):\n    {how}\n",
        "pkg/farther.py": "",
    }

    assert ("pkg/farther.py" in others(files, "job/train.py", "")) == counts


def test_a_package_something_is_taken_from_is_used() -> None:
    files = {
        "job/train.py": "from pkg import helper",
        "pkg/__init__.py": "def helper():\n    import pkg.heavy\n",
        "pkg/heavy.py": "",
    }

    assert "pkg/heavy.py" in others(files, "job/train.py", "")


@pytest.mark.parametrize(
    "code",
    [
        "from lib import a",
        "import lib.a",
        "import lib.a as b",
        "from lib.a import *",
        "def f():\n    from lib import a",
        "class C:\n    import lib.a",
        "try:\n    import lib.a\nexcept ImportError:\n    pass",
        "try:\n    import gone\nexcept ImportError:\n    import lib.a",
        "if True:\n    import lib.a",
        "if not TYPE_CHECKING:\n    import lib.a",
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    pass\nelse:\n    import lib.a",
        "import importlib\nimportlib.import_module('lib.a')",
        "from importlib import import_module\nimport_module(name='.a', package='lib')",
        "import importlib\nNAME = 'lib.a'\nimportlib.import_module(NAME)",
        "import importlib\nfor n in ('a',):\n    importlib.import_module(f'lib.{n}')",
        "import importlib\nfor n in ['a']:\n    importlib.import_module('lib.' + n)",
        "import importlib\nM = {'x': 'a'}\ndef g(k):\n    importlib.import_module('lib.%s' % M[k])",
        "__import__('lib.a')",
        "import pydoc\npydoc.locate('lib.a.Model')",
        "import pkgutil\npkgutil.resolve_name('lib.a:load')",
        "import runpy\nrunpy.run_module('lib.a')",
        "import importlib\ndef f(n):\n    importlib.import_module(f'lib.{n}')",
        "import importlib\ndef f(n):\n    importlib.import_module('lib.{}'.format(n))",
    ],
)
def test_any_way_of_importing_counts(code: str) -> None:
    files = {"job/train.py": code, "lib/__init__.py": "", "lib/a.py": ""}

    assert "lib/a.py" in others(files, "job/train.py", "")


@pytest.mark.parametrize(
    "code",
    [
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import lib.a",
        "import typing\nif typing.TYPE_CHECKING:\n    import lib.a",
        "if False:\n    import lib.a",
        "'import lib.a'",
        "import lib",
        "# import lib.a",
        "import importlib.util\ndef f(n):\n    importlib.util.find_spec(n)",
        "def f(driver, n):\n    driver.locate(n)",
    ],
)
def test_what_is_never_imported_does_not_count(code: str) -> None:
    files = {"job/train.py": code, "lib/__init__.py": "", "lib/a.py": ""}

    assert "lib/a.py" not in others(files, "job/train.py", "")


def test_lazy_packages_lead_to_all_their_modules() -> None:
    lazy = (
        "import importlib\n"
        "_LAZY = {'Model': ('.model', 'Model'), 'load': ('.io', 'load')}\n"
        "def __getattr__(name):\n"
        "    module, attribute = _LAZY[name]\n"
        "    return getattr(importlib.import_module(_LAZY[name][0], __name__), attribute)\n"
    )
    files = {
        "job/train.py": "from pkg import Model",
        "pkg/__init__.py": lazy,
        "pkg/model.py": "",
        "pkg/io.py": "",
    }

    assert {"pkg/model.py", "pkg/io.py"} <= others(files, "job/train.py", "")


def test_star_import_loads_the_modules_a_package_exports() -> None:
    files = {
        "job/train.py": "from pkg import *",
        "pkg/__init__.py": "__all__ = ['model', 'CONSTANT']\nCONSTANT = 1\n",
        "pkg/model.py": "",
        "pkg/other.py": "",
    }

    assert others(files, "job/train.py", "") == {"pkg/__init__.py", "pkg/model.py"}


def test_the_portions_of_a_namespace_package_are_searched_together() -> None:
    files = {
        "job/train.py": "import ns.a\nfrom ns import b",
        "one/ns/a.py": "",
        "two/ns/b.py": "",
    }

    assert others(files, "job/train.py", "one", "two") == {"one/ns/a.py", "two/ns/b.py"}


def test_a_regular_package_later_on_the_path_wins_over_a_namespace() -> None:
    files = {
        "job/train.py": "import pkg.a",
        "one/pkg/a.py": "",
        "two/pkg/__init__.py": "",
        "two/pkg/a.py": "",
    }

    assert others(files, "job/train.py", "one", "two") == {"two/pkg/__init__.py", "two/pkg/a.py"}


def test_a_package_wins_over_a_module_of_its_name_and_a_bare_folder_does_not() -> None:
    files = {
        "job/train.py": "import a, b",
        "a/__init__.py": "",
        "a.py": "",
        "b/x.py": "",
        "b.py": "",
    }

    assert others(files, "job/train.py", "") == {"a/__init__.py", "b.py"}


def test_a_new_file_that_is_found_first_changes_the_closure() -> None:
    before = {"job/train.py": "import utils", "src/utils.py": ""}
    after = before | {"job/utils.py": ""}

    assert others(before, "job/train.py", "src") == {"src/utils.py"}
    assert others(after, "job/train.py", "src") == {"job/utils.py"}


def test_relative_imports_climb_as_many_folders_as_they_have_dots() -> None:
    files = {
        "a/b/c/train.py": "from ...x import y\nfrom ..z import w\nfrom . import v",
        "a/x.py": "",
        "a/b/z.py": "",
        "a/b/c/v.py": "",
    }

    assert others(files, "a/b/c/train.py") == {"a/x.py", "a/b/z.py", "a/b/c/v.py"}


def test_a_relative_import_beyond_the_top_leads_nowhere() -> None:
    assert others({"train.py": "from ...x import y"}, "train.py") == set()


@pytest.mark.parametrize("package", ["src/pkg", "pkg"])
def test_the_repositorys_own_package_is_found_as_if_it_were_installed(package: str) -> None:
    files = {
        "jobs/train.py": "from pkg.models import Model",
        f"{package}/__init__.py": "",
        f"{package}/models.py": "import pkg.base",
        f"{package}/base.py": "",
    }

    found = closure(files, "jobs/train.py")

    assert set(found.files) == set(files)
    assert found.libraries == ()


def test_circles_end() -> None:
    files = {"job/train.py": "import a", "job/a.py": "import b", "job/b.py": "import a, train"}

    assert others(files) == {"job/a.py", "job/b.py"}


def test_libraries_are_what_the_project_does_not_have() -> None:
    files = {
        "job/train.py": "import os, json, pandas as pd\nfrom sklearn.tree import X\nimport utils, empty",
        "job/utils.py": "import yaml",
        "empty/data.csv": "",
    }

    found = closure(files, "job/train.py", "")

    assert found.libraries == ("empty", "pandas", "sklearn", "yaml")


def test_an_import_that_can_be_anything_makes_its_folder_count_and_is_named() -> None:
    files = {
        "job/train.py": "import importlib\ndef load(name):\n    return importlib.import_module(name)\n",
        "job/plugins/one.py": "import other",
        "job/data.csv": "",
        "lib/other.py": "",
        "lib/unrelated.py": "",
    }

    found = closure(files, "job/train.py", "lib")

    assert found.files == ("job/plugins/one.py", "job/train.py", "lib/other.py")
    assert found.unresolved == ("job/train.py, importlib.import_module(name), line 3",)


def test_a_module_of_a_package_that_can_be_any_makes_only_that_package_count() -> None:
    files = {
        "job/train.py": "import importlib\ndef f(n):\n    importlib.import_module(f'lib.plugins.{n}')",
        "lib/__init__.py": "",
        "lib/plugins/__init__.py": "",
        "lib/plugins/one.py": "",
        "lib/other.py": "",
    }

    assert others(files, "job/train.py", "") == {
        "lib/__init__.py",
        "lib/plugins/__init__.py",
        "lib/plugins/one.py",
    }


@pytest.mark.parametrize(
    "code",
    [
        "open('config.json')",
        "open('job/config.json')",
        "from pathlib import Path\nPath(__file__).parent / 'config.json'",
        "from pathlib import Path\nHERE = Path(__file__).resolve().parent\nC = HERE / 'config.json'",
        "from pathlib import Path\nopen(Path(__file__).with_name('x').parent.joinpath('config.json'))",
        "import os\nopen(os.path.join(os.path.dirname(__file__), 'config.json'))",
        "import os\nopen(os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'job', 'config.json'))",
        "import os\nHERE = os.path.dirname(__file__)\nopen(f'{HERE}/config.json')",
        "from pathlib import Path\nROOT = Path(__file__).parents[1]\nopen(ROOT / 'job' / 'config.json')",
        "import os\nopen(os.path.join('job', 'config.json'))",
        "from pathlib import Path\nopen(Path('job') / 'config.json')",
    ],
)
def test_files_that_a_script_names_count(code: str) -> None:
    files = {"job/train.py": code, "job/config.json": "", "job/other.json": "", "config.yaml": ""}

    assert others(files) == {"job/config.json"}


def test_a_folder_named_from_the_file_counts_as_a_whole() -> None:
    files = {
        "job/train.py": "import os\nos.listdir(os.path.join(os.path.dirname(__file__), 'sql'))",
        "job/sql/a.sql": "",
        "job/sql/deep/b.sql": "",
        "job/c.sql": "",
    }

    assert others(files) == {"job/sql/a.sql", "job/sql/deep/b.sql"}


def test_a_script_named_by_another_is_followed() -> None:
    files = {
        "job/train.py": "import subprocess\nsubprocess.run(['python', 'helper.py'])",
        "job/helper.py": "import deep",
        "job/deep.py": "",
    }

    assert others(files) == {"job/helper.py", "job/deep.py"}


def test_a_library_that_names_a_file_does_not_mean_one_beside_the_script() -> None:
    files = {
        "job/train.py": "import lib.registry",
        "job/other.py": "",
        "lib/registry.py": "DEFAULT = 'other.py'",
    }

    assert others(files, "job/train.py", "") == {"lib/registry.py"}


@pytest.mark.parametrize(
    "code",
    [
        "import sys, os\nsys.path.insert(0, os.path.join(os.path.dirname(__file__), '..', 'lib'))",
        "import sys\nfrom pathlib import Path\nsys.path.append(str(Path(__file__).resolve().parents[1] / 'lib'))",
        "import sys\nfrom pathlib import Path\nLIB = Path(__file__).parent.parent / 'lib'\nsys.path[:0] = [str(LIB)]",
        "import sys\nfrom pathlib import Path\nsys.path += [str(Path(__file__).parent.parent / 'lib')]",
        "import site\nfrom pathlib import Path\nsite.addsitedir(Path(__file__).parent.parent / 'lib')",
    ],
)
def test_folders_put_on_the_search_path_are_searched(code: str) -> None:
    files = {"job/train.py": f"{code}\nimport tools", "lib/tools.py": "", "lib/unrelated.py": ""}

    assert others(files) == {"lib/tools.py"}


@pytest.mark.parametrize(
    "code", ["def (", "\0", "x = '", "(" * 5000, "# -*- coding: nowhere -*-\nx"]
)
def test_a_script_that_does_not_parse_has_itself(code: str) -> None:
    found = closure({"job/train.py": code, "job/a.py": ""})

    assert found.files == ("job/train.py",)


def test_a_script_that_does_not_exist_has_itself() -> None:
    assert closure({"other.py": ""}).files == ("job/train.py",)


def test_a_broken_library_ends_its_branch_only() -> None:
    files = {
        "job/train.py": "import a, b",
        "job/a.py": "def (",
        "job/b.py": "import c",
        "job/c.py": "",
    }

    assert others(files) == {"job/a.py", "job/b.py", "job/c.py"}


def test_long_sums_and_names_that_lead_to_themselves_end() -> None:
    code = (
        "import importlib, a\n"
        "x = 'a'\n"
        + "".join(f"x = x + 'b{number}' + x\n" for number in range(50))
        + "importlib.import_module(x)\n"
        + "importlib.import_module("
        + " + ".join(["'a'"] * 400)
        + ")\n"
    )

    assert others({"job/train.py": code, "job/a.py": ""}) == {"job/a.py"}


def test_only_files_that_are_reached_are_read() -> None:
    tree = MemoryTree(
        {"job/train.py": "import a", "job/a.py": "", "job/b.py": "", "data.csv": "x"}
    )

    closures(tree, {"job/train.py": ()}, cache=None)

    assert sorted(tree.was_read) == ["job/a.py", "job/train.py"]


def test_with_a_cache_only_new_contents_are_read_and_the_answer_is_the_same(
    tmp_path: Path,
) -> None:
    files = {
        "job/train.py": "import a\nimport importlib\ndef f(n):\n    importlib.import_module(n)\n",
        "job/a.py": "from pathlib import Path\nopen(Path(__file__).parent / 'x' / 'y.csv')",
        "job/x/y.csv": "",
    }
    cache = tmp_path / "deep" / "facts.json"
    first = closures(MemoryTree(files), {"job/train.py": ()}, cache=cache)
    again = MemoryTree(files)
    changed = MemoryTree(files | {"job/a.py": "import b", "job/b.py": ""})

    assert closures(again, {"job/train.py": ()}, cache=cache) == first
    assert again.was_read == []
    closures(changed, {"job/train.py": ()}, cache=cache)
    assert changed.was_read == ["job/a.py", "job/b.py"]


@pytest.mark.parametrize(
    "text", ["", "[]", "{", '{"format": "3-3.11", "facts": []}', '{"facts": 1}']
)
def test_a_damaged_cache_is_passed_over(tmp_path: Path, text: str) -> None:
    cache = tmp_path / "facts.json"
    cache.write_text(text)

    found = closures(
        MemoryTree({"job/train.py": "import a", "job/a.py": ""}), {"job/train.py": ()}, cache=cache
    )

    assert found["job/train.py"].files == ("job/a.py", "job/train.py")


def test_a_cache_that_cannot_be_written_costs_only_time(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    found = closures(
        MemoryTree({"train.py": ""}), {"train.py": ()}, cache=tmp_path / "file" / "x.json"
    )

    assert found["train.py"].files == ("train.py",)
