"""Which versions the files of a project ask for."""

from __future__ import annotations

import textwrap

import pytest

from ci_scriptcheck.change.dependencies.requirements import Pins, pins_of
from tests.unit.change.trees import MemoryTree


def pins(name: str, text: str, **more: str) -> Pins:
    files = {name: textwrap.dedent(text), **{key.replace("_", "."): more[key] for key in more}}
    return pins_of(MemoryTree(files), [name])


def test_requirements_are_read_with_comments_extras_markers_and_hashes() -> None:
    found = pins(
        "requirements.txt",
        """
        # what the scripts need
        Pandas == 2.2.3   # tables
        scikit_learn[all]>=1.4,<2 ; python_version > "3.9"
        numpy==1.26.4 \\
            --hash=sha256:aaaa \\
            --hash=sha256:bbbb
        lib @ https://example.org/lib-1.0.tar.gz
        --index-url https://example.org/simple
        -e ./local
        plain
        """,
    )

    assert found.versions == {
        "pandas": "== 2.2.3",
        "scikit-learn": '>=1.4,<2 ; python_version > "3.9"',
        "numpy": "==1.26.4",
        "lib": "@ https://example.org/lib-1.0.tar.gz",
        "plain": "",
    }


def test_files_that_are_included_count() -> None:
    found = pins(
        "requirements.txt",
        "-r base.txt\n--constraint=limits.txt\n",
        base_txt="numpy==1\n-r requirements.txt\n",
        limits_txt="pandas<3\n",
    )

    assert found.versions == {"numpy": "==1", "pandas": "<3"}
    assert found.files == ["requirements.txt", "base.txt", "limits.txt"]


UV = """
    version = 1
    [[package]]
    name = "pandas"
    version = "2.2.3"
    source = { registry = "https://pypi.org/simple" }
    dependencies = [{ name = "numpy", marker = "x" }, { name = "python-dateutil" }]
    [[package]]
    name = "tool"
    version = "1"
    source = { git = "https://example.org/tool?rev=abc#abc" }
"""
POETRY = """
    [[package]]
    name = "pandas"
    version = "2.2.3"
    [package.dependencies]
    numpy = [{version = ">=1.22", markers = "x"}]
    python-dateutil = ">=2.8"
    [[package]]
    name = "tool"
    version = "1"
    [package.source]
    type = "git"
    resolved_reference = "abc"
"""


@pytest.mark.parametrize(("name", "text"), [("uv.lock", UV), ("poetry.lock", POETRY)])
def test_lock_files_say_versions_and_what_requires_what(name: str, text: str) -> None:
    found = pins(name, text)

    assert found.versions["pandas"] == "2.2.3"
    assert found.requires["pandas"] == ("numpy", "python-dateutil")
    assert "abc" in found.versions["tool"]


def test_other_lock_files_are_read() -> None:
    pipfile = '{"default": {"numpy": {"version": "==1.2"}}, "develop": {"x": {"ref": "abc"}}}'
    pylock = '[[packages]]\nname = "numpy"\nversion = "1.2"\ndependencies = [{name = "a"}]\n'
    conda = "name: env\ndependencies:\n  - numpy=1.2  # n\n  - pip:\n    - pandas==2\n"
    project = '[project]\ndependencies = ["numpy>=1", "pandas"]\n'

    assert pins("Pipfile.lock", pipfile).versions == {"numpy": "==1.2", "x": "abc"}
    assert pins("pylock.toml", pylock).versions == {"numpy": "1.2"}
    assert pins("environment.yml", conda).versions["numpy"] == "=1.2"
    assert pins("environment.yml", conda).versions["pandas"] == "==2"
    assert pins("pyproject.toml", project).versions == {"numpy": ">=1", "pandas": ""}


def test_versions_for_several_circumstances_are_kept_together() -> None:
    found = pins("r.txt", 'numpy==2 ; python_version>="3.11"\nnumpy==1 ; python_version<"3.11"\n')

    assert found.versions["numpy"] == (
        '==1 ; python_version<"3.11" | ==2 ; python_version>="3.11"'
    )


@pytest.mark.parametrize("text", ["[[package", "[[package]]\nversion = 1", 'package = "x"'])
def test_a_broken_lock_file_is_kept_as_it_is(text: str) -> None:
    assert pins("uv.lock", text).unread == {"uv.lock": text.encode()}


def test_a_file_that_does_not_exist_asks_for_nothing() -> None:
    assert pins_of(MemoryTree({}), ["gone.txt"]) == Pins(files=["gone.txt"])
