"""What an interpreter has installed, and whom another version of it concerns; by folders on disk."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from ci_scriptcheck.change.dependencies.changes import library_changes
from ci_scriptcheck.change.dependencies.installed import library_versions, package_folders
from ci_scriptcheck.model.change import Closure, LibraryChanged
from ci_scriptcheck.model.project import Settings
from tests.unit.change.projects import a_project, a_step
from tests.unit.change.trees import MemoryTree

if TYPE_CHECKING:
    from collections.abc import Mapping


@pytest.fixture
def environment(tmp_path: Path) -> Path:
    """A virtual environment as the usual tools lay it out."""
    folder = tmp_path / ".venv"
    (folder / "bin").mkdir(parents=True)
    (folder / "bin" / "python").symlink_to(sys.executable)
    (folder / "pyvenv.cfg").write_text("home = /usr/bin\nversion_info = 3.12.1.final.0\n")
    (folder / "lib" / "python3.12" / "site-packages").mkdir(parents=True)
    return folder


def install(environment: Path, name: str, version: str, **files: str) -> None:
    """Lay out the metadata of a distribution; keyword `top_level_txt` is its file of that name."""
    packages = environment / "lib" / "python3.12" / "site-packages"
    for old in packages.glob(f"{name}-*.dist-info"):
        for file in old.iterdir():
            file.unlink()
        old.rmdir()
    metadata = packages / f"{name}-{version}.dist-info"
    metadata.mkdir()
    for key, text in files.items():
        file = metadata / key.replace("_txt", ".txt")
        file.write_text(text)


def versions(environment: Path, cache: Path | None = None) -> Mapping[str, tuple[str, str]]:
    return library_versions(environment / "bin" / "python", cache=cache)


def test_modules_are_found_with_their_distribution_and_version(environment: Path) -> None:
    install(environment, "PyYAML", "6.0", top_level_txt="_yaml\nyaml\n")
    install(
        environment,
        "scikit_learn",
        "1.5",
        RECORD="sklearn/__init__.py,,\nsklearn/x.so,,\nscikit_learn-1.5.dist-info/RECORD,,\n"
        "../../bin/tool,,\nsix.py,,\nfast.cpython-312-x86_64-linux-gnu.so,,\nREADME.md,,\n",
    )

    assert versions(environment) == {
        "_yaml": ("pyyaml", "6.0"),
        "fast": ("scikit-learn", "1.5"),
        "six": ("scikit-learn", "1.5"),
        "sklearn": ("scikit-learn", "1.5"),
        "yaml": ("pyyaml", "6.0"),
    }


def test_a_namespace_has_all_its_distributions(environment: Path) -> None:
    install(environment, "google_auth", "2.0", RECORD="google/auth/__init__.py,,\n")
    install(environment, "google_api", "1.0", RECORD="google/api/__init__.py,,\n")

    assert versions(environment)["google"] == ("google-api, google-auth", "1.0, 2.0")


def test_another_version_of_what_a_library_requires_is_another_version(environment: Path) -> None:
    metadata = (
        'Requires-Dist: num_py>=1\nRequires-Dist: nose; extra == "test"\n\nRequires-Dist: no\n'
    )
    install(environment, "pandas", "2.0", top_level_txt="pandas", METADATA=metadata)
    install(environment, "nose", "1.0", top_level_txt="nose")
    install(environment, "num.py", "1.0", top_level_txt="numpy")
    first = versions(environment)["pandas"]
    install(environment, "nose", "2.0", top_level_txt="nose")
    second = versions(environment)["pandas"]
    install(environment, "num.py", "2.0", top_level_txt="numpy")
    third = versions(environment)["pandas"]

    assert first[1].startswith("2.0 with ")
    assert first == second != third


def test_a_cache_is_used_until_something_is_installed(environment: Path, tmp_path: Path) -> None:
    cache = tmp_path / "cache" / "libraries.json"
    install(environment, "a", "1", top_level_txt="a")
    assert versions(environment, cache)["a"] == ("a", "1")
    metadata = environment / "lib" / "python3.12" / "site-packages" / "a-1.dist-info"
    (metadata / "top_level.txt").write_text("changed by hand")

    assert set(versions(environment, cache)) == {"a"}
    install(environment, "b", "1", top_level_txt="b")
    assert set(versions(environment, cache)) == {"b", "changed", "by", "hand"}


@pytest.mark.parametrize("text", ["", "{", "[]", "null"])
def test_a_damaged_cache_is_passed_over(environment: Path, tmp_path: Path, text: str) -> None:
    cache = tmp_path / "libraries.json"
    cache.write_text(text)
    install(environment, "a", "1", top_level_txt="a")

    assert versions(environment, cache) == {"a": ("a", "1")}


def test_only_the_folder_of_the_environments_own_version_counts(environment: Path) -> None:
    (environment / "lib" / "python3.9" / "site-packages").mkdir(parents=True)

    assert package_folders(environment / "bin" / "python") == (
        environment / "lib" / "python3.12" / "site-packages",
    )


def test_our_own_interpreter_has_what_runs_these_tests() -> None:
    assert versions_of_ours()["pytest"][0] == "pytest"
    assert library_versions(Path(sys.executable), cache=None) == versions_of_ours()


def versions_of_ours() -> Mapping[str, tuple[str, str]]:
    return library_versions(None, cache=None)


def test_an_interpreter_that_is_not_there_has_nothing(tmp_path: Path) -> None:
    assert library_versions(tmp_path / "gone/bin/python", cache=None) == {}


def test_a_folder_that_cannot_be_listed_ends_nothing(environment: Path) -> None:
    packages = environment / "lib" / "python3.12" / "site-packages"
    (packages / "broken-1.dist-info").symlink_to(packages / "nowhere")
    (packages / "noversion.dist-info").mkdir()

    assert versions(environment) == {"broken": ("broken", "1")}


LOCK = """
[[package]]
name = "pandas"
version = "{pandas}"
dependencies = [{{ name = "numpy" }}]
[[package]]
name = "numpy"
version = "{numpy}"
[[package]]
name = "flake8"
version = "{flake8}"
"""


def changes_of_lock(before: str, after: str, *modules: str) -> LibraryChanged | None:
    step = a_step("train", settings=Settings(python="none", requirements=("uv.lock",)))
    project = a_project([step])
    closures = {"scripts/train.py": Closure(script="scripts/train.py", libraries=modules)}
    found = library_changes(
        (project, MemoryTree({"uv.lock": after}), closures),
        (project, MemoryTree({"uv.lock": before}), closures),
        frozenset({"uv.lock"}),
        Path(os.devnull),
        cache=None,
    )
    return found.of_either.get("train")


def lock(pandas: str = "2", numpy: str = "1", flake8: str = "5") -> str:
    return LOCK.format(pandas=pandas, numpy=numpy, flake8=flake8)


def test_a_lock_file_edit_that_changes_no_library_of_a_step_affects_nothing() -> None:
    assert changes_of_lock(lock(), lock(flake8="6"), "pandas") is None
    assert changes_of_lock(lock(), lock() + "# a comment\n", "pandas") is None
    assert changes_of_lock(lock(), lock(pandas="3", numpy="2"), "flake8") is None


def test_another_version_of_a_library_or_of_what_it_requires_affects_a_step() -> None:
    assert changes_of_lock(lock(), lock(pandas="3", numpy="2"), "pandas") == LibraryChanged(
        library="pandas", before="2", after="3"
    )
    assert changes_of_lock(lock(), lock(numpy="2"), "pandas") == LibraryChanged(
        library="numpy", before="1", after="2"
    )


def test_a_module_that_nothing_known_provides_may_come_from_any_that_changed() -> None:
    assert changes_of_lock(lock(), lock(flake8="6"), "unheard_of") == LibraryChanged(
        library="flake8", before="5", after="6"
    )


def test_what_is_installed_tells_whose_modules_they_are(environment: Path) -> None:
    install(environment, "PyYAML", "6.0", top_level_txt="yaml\n")
    step = a_step("train", settings=Settings(python=".venv/bin/python", requirements=("r.txt",)))
    closures = {"scripts/train.py": Closure(script="scripts/train.py", libraries=("yaml",))}
    project = a_project([step])

    def changed(text: str) -> Mapping[str, LibraryChanged]:
        return library_changes(
            (project, MemoryTree({"r.txt": text}), closures),
            (project, MemoryTree({"r.txt": "pyyaml==5\nother==1\n"}), closures),
            frozenset({"r.txt"}),
            environment.parent,
            cache=None,
        ).of_either

    assert changed("pyyaml==6\nother==1\n") == {
        "train": LibraryChanged(library="pyyaml", before="5", after="6")
    }
    assert changed("PyYAML==5\nother==2\n") == {}


def test_a_lock_file_that_cannot_be_read_affects_every_step_with_libraries() -> None:
    assert changes_of_lock(lock(), "[[", "pandas") is not None
    assert changes_of_lock(lock(), "[[") is None
