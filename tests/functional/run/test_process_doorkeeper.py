"""That no code of the repository is loaded before it is confined, whatever is installed from there."""

from __future__ import annotations

import subprocess
import sys
import textwrap
import zipfile
from typing import TYPE_CHECKING

import pytest

from ci_scriptcheck.run.process.hosts import Hosts
from ci_scriptcheck.run.process.request import Ended, HostSpec, Start
from tests.functional.run.process_stage import Stage

if TYPE_CHECKING:
    from pathlib import Path

TELLING = """
    import os, pathlib
    pathlib.Path({out!r}, __name__ + "-" + str(os.getpid())).touch()
"""
FINDER = """
    import importlib.machinery, importlib.util, sys
    class Finder:
        @staticmethod
        def find_spec(name, path=None, target=None):
            file = {{"mapped": {mapped!r}}}.get(name)
            return importlib.util.spec_from_file_location(name, file) if file else None
    sys.meta_path.append(Finder)
"""
STARTS = pytest.mark.parametrize("start", list(Start))


class Environment:
    """An interpreter's own packages, and a repository that some of them lead into."""

    def __init__(self, folder: Path) -> None:
        self.told = folder / "told"
        self.told.mkdir()
        self.stage = Stage(folder, Hosts(repository=None))
        self.source = self.stage.tree / "source"
        self.source.mkdir(parents=True)
        made = folder / "env"
        subprocess.run(
            [sys.executable, "-m", "venv", "--without-pip", "--system-site-packages", made],
            check=True,
        )
        self.python = made / "bin" / "python"
        (self.packages,) = made.glob("lib/python*/site-packages")

    def install(self, name: str, text: str) -> None:
        (self.packages / name).write_text(textwrap.dedent(text))

    def lead_in(self) -> None:
        """Do what an editable installation does: by a path file, and by a finder for one module."""
        self.install("editable.pth", f"{self.source}\nimport editable_finder\n")
        self.install(
            "editable_finder.py", FINDER.format(mapped=str(self.source / "mapped_file.py"))
        )

    def telling(self, name: str) -> None:
        self.stage.write(name, TELLING.format(out=str(self.told)))

    def run(self, text: str, *preload: str, start: Start = Start.WARM) -> object:
        spec = HostSpec(python=str(self.python), preload=preload, start=start)
        with Hosts([spec], repository=self.stage.tree) as self.stage.hosts:
            self.stage.spec = spec
            return self.stage.run(text).returned

    @property
    def loaded(self) -> set[str]:
        return {file.name.partition("-")[0] for file in self.told.iterdir()}


@pytest.fixture
def environment(tmp_path: Path) -> Environment:
    return Environment(tmp_path)


@STARTS
@pytest.mark.parametrize(
    ("file", "name"),
    [
        ("source/plain.py", "plain"),
        ("source/package/__init__.py", "package"),
        ("source/spread/part.py", "spread.part"),
        ("source/mapped_file.py", "mapped"),
        ("source/sitecustomize.py", "sitecustomize"),
        ("source/usercustomize.py", "usercustomize"),
        ("source/wished_for.py", "library"),
        ("source/autoload.py", "library"),
    ],
)
def test_nothing_of_the_repository_is_loaded_by_a_host(
    environment: Environment, file: str, name: str, start: Start
) -> None:
    environment.lead_in()
    environment.install(
        "library.py", "try:\n    import wished_for\nexcept ImportError:\n    pass\n"
    )
    environment.install("zz.pth", "import autoload\n")
    environment.telling(file)

    assert environment.run("def main(): return 1\n", name, start=start) == "1"
    assert environment.loaded == set()


@STARTS
def test_a_script_finds_what_was_kept_from_its_host(
    environment: Environment, start: Start
) -> None:
    environment.lead_in()
    environment.stage.write("source/plain.py", "WHAT = 'plain'")
    environment.stage.write("source/mapped_file.py", "WHAT = 'mapped'")
    script = f"""
        import mapped, plain, sys
        def main():
            before = sys.path.index({str(environment.packages)!r})
            return plain.WHAT, mapped.WHAT, sys.path[before + 1]
    """

    found = environment.run(script, "plain", "mapped", start=start)

    assert found == str(("plain", "mapped", str(environment.source)))


def test_a_library_that_wishes_for_a_module_of_the_repository_is_left_to_the_scripts(
    environment: Environment,
) -> None:
    environment.lead_in()
    environment.install(
        "library.py",
        "try:\n    import wished_for\n    WHAT = 'with'\nexcept ImportError:\n    WHAT = 'without'\n",
    )
    environment.stage.write("source/wished_for.py", "")
    script = """
        import sys
        WARM = {*sys.modules}
        import library
        def main():
            return library.WHAT, "colorsys" in WARM
    """

    assert environment.run(script, "colorsys", "library") == "('with', True)"


def test_an_archive_of_the_repository_is_kept_out(environment: Environment) -> None:
    archive = environment.stage.tree / "source.zip"
    with zipfile.ZipFile(archive, "w") as written:
        text = textwrap.dedent(TELLING.format(out=str(environment.told)))
        for name in ("sitecustomize", "packed"):
            written.writestr(f"{name}.py", text)
    environment.install("archive.pth", f"{archive}\n")

    assert environment.run("def main(): return 1\n", "packed") == "1"
    assert environment.loaded == set()


def test_a_link_from_the_packages_into_the_repository_is_not_followed(
    environment: Environment,
) -> None:
    environment.telling("source/linked.py")
    (environment.packages / "linked.py").symlink_to(environment.source / "linked.py")

    assert environment.run("def main(): return 1\n", "linked") == "1"
    assert environment.loaded == set()


@STARTS
def test_an_environment_that_lies_in_the_repository_is_the_interpreters_own(
    environment: Environment, start: Start
) -> None:
    inside = environment.stage.tree / ".venv"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", inside], check=True)
    (packages,) = inside.glob("lib/python*/site-packages")
    (packages / "library.py").write_text("")
    environment.python = inside / "bin" / "python"
    script = "import sys\nWARM = {*sys.modules}\nimport library\ndef main():\n    return 'library' in WARM"

    assert environment.run(script, "library", start=start) == str(start is Start.WARM)


@STARTS
def test_modules_of_the_standard_library_are_not_taken_from_beside_a_script(
    environment: Environment, start: Start
) -> None:
    environment.telling("subprocess.py")
    environment.telling("platform.py")

    environment.run("def main(): return 1\n", start=start)

    assert environment.loaded == set()


@STARTS
def test_processes_that_a_script_starts_have_their_packages(
    environment: Environment, start: Start
) -> None:
    environment.install("library.py", "def square(number):\n    return number ** 2\n")
    script = """
        import multiprocessing, sys
        import library
        def main():
            with multiprocessing.get_context("spawn").Pool(1) as pool:
                return pool.map(library.square, [2, 3]), sys.flags.no_site
    """

    assert environment.run(script, start=start) == "([4, 9], 0)"


def test_a_script_ends_as_ever_where_there_is_no_repository(tmp_path: Path) -> None:
    spec = HostSpec(python=sys.executable)
    with Hosts([spec], repository=None) as hosts:
        assert Stage(tmp_path, hosts, spec).run("def main(): pass\n").how is Ended.RETURNED
