"""The installing step, which cannot import us yet, gives up the same variables as the checking one."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ci_scriptcheck.cli import action_inputs

if TYPE_CHECKING:
    from types import ModuleType

ROOT = Path(__file__).parents[3]
PARTS = (
    *("ACTIONS", "AWS", "PYTHON", "TOKEN", "SECRET", "PASSW", "PASS", "PASSPHRASE", "PAT"),
    *("CREDENTIAL", "PRIVATE", "API", "ACCESS", "KEY", "PATH", "UV", "PIP", "x", "_", ""),
)
NAMES = st.lists(st.sampled_from(PARTS), min_size=1, max_size=4)


def set_up() -> ModuleType:
    """Load the file that the action runs by itself."""
    found = importlib.util.spec_from_file_location("set_up", ROOT / "action" / "set_up.py")
    assert found is not None
    assert found.loader is not None
    module = importlib.util.module_from_spec(found)
    found.loader.exec_module(module)
    return module


SET_UP = set_up()


@given(parts=NAMES, joint=st.sampled_from(["_", ""]), change=st.sampled_from([str, str.lower]))
def test_both_steps_give_up_the_same_variables(parts: list[str], joint: str, change: type) -> None:
    variables = {change(joint.join(parts)): "hush"}

    assert SET_UP.without_secrets(variables) == action_inputs.without_secrets(variables)


@pytest.mark.parametrize(
    "name",
    [
        *("GITHUB_TOKEN", "npm_token", "ACTIONS_RUNTIME_URL", "AWS_REGION", "PYTHONPATH"),
        *("PGPASSWORD", "DB_PASS", "GH_PAT", "SIGNING_KEY", "APIKEY", "GPG_PASSPHRASE"),
    ],
)
def test_what_speaks_of_a_secret_or_changes_python_is_given_up(name: str) -> None:
    assert action_inputs.without_secrets({name: "hush"}) == {}


@pytest.mark.parametrize(
    "name", ["PATH", "GITHUB_PATH", "SSH_AUTH_SOCK", "UV_INDEX_URL", "CACHE_KEY_PREFIX"]
)
def test_what_the_job_needs_stays(name: str) -> None:
    assert action_inputs.without_secrets({name: "kept"}) == {name: "kept"}


def test_only_what_installs_for_the_scripts_is_let_into_package_indexes() -> None:
    names = ("UV_INDEX_URL", "UV_INDEX_PRIVATE_USERNAME", "UV_INDEX_PRIVATE_PASSWORD")
    variables = dict.fromkeys(names, "hush")

    kept = SET_UP.without_secrets(variables, and_keep=SET_UP._OF_INDEXES)

    assert tuple(kept) == names
    assert SET_UP.without_secrets(variables) == {"UV_INDEX_URL": "hush"}


@pytest.mark.parametrize(
    "name",
    [
        *("UV_PUBLISH_TOKEN", "UV_PUBLISH_PASSWORD", "UV_GITHUB_TOKEN", "PIP_TOKEN", "NPM_TOKEN"),
        *("UV_INDEX_OURS_PASSWORD_OF_DB", "MY_UV_INDEX_OURS_PASSWORD"),
    ],
)
def test_what_installs_for_the_scripts_gets_no_other_secret(name: str) -> None:
    assert SET_UP.without_secrets({name: "hush"}, and_keep=SET_UP._OF_INDEXES) == {}


def test_a_program_that_fails_is_told_with_what_it_said_last(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    said = "import sys\nfor n in range(9): print('  \u00d7 line', n, '\\n')\nsys.exit(3)"

    with pytest.raises(SET_UP.FailedError) as raised:
        SET_UP._run([sys.executable, "-c", said], tmp_path, {"PYTHONIOENCODING": "utf-8"})

    assert raised.value.what.endswith("ended with 3")
    assert raised.value.lines == tuple(f"line {number}" for number in range(3, 9))
    assert "line 0" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("error at https://me:hunter2@host/simple/", "error at https://***@host/simple/"),
        ("error at https://hunter2@host/a?b=1", "error at https://***@host/a?***"),
        ("error at https://host/a?key=hunter2&b=1.", "error at https://host/a?***"),
        ("the password is hunter2", "the password is ***"),
        ("pandas==1.0 or numpy>=2, which?", "pandas==1.0 or numpy>=2, which?"),
        ("pandas?x", "pandas?x"),
    ],
)
def test_what_lets_into_an_index_is_taken_out_of_what_uv_said(line: str, shown: str) -> None:
    environ = {"UV_INDEX_OURS_PASSWORD": "hunter2", "PATH": "/usr/bin", "UV_INDEX_X_USERNAME": ""}

    assert SET_UP._without_what_lets_in(line, environ) == shown
