"""Of a run on real data, nothing that people or other machines get holds a secret or a value of the data."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.functional.cli.command import commit, scriptcheck
from tests.functional.cli.real_shop import NAME, Shop, a_shop

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SECRETS = {
    "AWS_ACCESS_KEY_ID": "AKIAPLANTED00000001",
    "AWS_SECRET_ACCESS_KEY": "planted-secret-of-aws",
    "AWS_SESSION_TOKEN": "planted-token-of-aws",
    "ACTIONS_ID_TOKEN_REQUEST_TOKEN": "planted-request-token",
    "GITHUB_TOKEN": "ghs_planted",
    "SCRIPTCHECK_FIXTURES_KEY": "planted-key-of-fixtures",
    "DATABASE_PASSWORD": "planted-password",
}
TELLING = """\
import os
import sys
import warnings
from pathlib import Path


def main(input_paths, output_paths, environ_vars, job_args):
    text = (Path(input_paths["orders"]) / "orders.csv").read_text()
    lines = text.splitlines()[1:]
    print(text)
    print(text, file=sys.stderr)
    warnings.warn(lines[0])
    (Path(output_paths["kept"]) / "environment.txt").write_text(repr(dict(os.environ)))
    for place in ("/proc/self/environ", f"/proc/{os.getppid()}/environ"):
        try:
            found = Path(place).read_bytes()
        except OSError:
            continue
        (Path(output_paths["kept"]) / "environment.txt").open("ab").write(found)
    rows = [line.split(",") for line in lines]
    text = "".join(f"{customer},{amount}\\n" for _, customer, amount in rows)
    (Path(output_paths["kept"]) / "kept.csv").write_text("customer,amount\\n" + text)
"""
FAILING = """\
from pathlib import Path


class CustomerError(Exception):
    pass


def main(input_paths, output_paths, environ_vars, job_args):
    lines = (Path(input_paths["kept"]) / "kept.csv").read_text().splitlines()[1:]
    customers = {line.split(",")[0]: line for line in lines}
    try:
        customers[lines[0]]
    except KeyError as error:
        raise CustomerError(f"no {lines[0]} among {list(customers)}") from error
"""


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    with a_shop(tmp_path) as made:
        made.variables |= SECRETS
        (made.root / "prepare.py").write_text(TELLING)
        (made.root / "total.py").write_text(FAILING)
        commit(made.root)
        yield made


def holding(words: set[str], files: list[Path]) -> list[str]:
    """List the files that hold one of the words."""
    return [
        str(file)
        for file in files
        if file.is_file() and any(word.encode() in file.read_bytes() for word in words)
    ]


@pytest.mark.slow
def test_nothing_that_leaves_the_machine_holds_a_secret_or_a_value(
    shop: Shop, tmp_path: Path
) -> None:
    reports = ("--junit", str(tmp_path / "junit.xml"), "--html", str(tmp_path / "page.html"))

    ended = shop.run("--base", "main", "--verbose", *reports)
    again = shop.run("--base", "main", "--json")
    written = {
        kind: scriptcheck("report", kind, folder=shop.root).stdout
        for kind in ("console", "junit", "markdown", "html", "json")
    }

    assert ended.returncode == 1, ended.stderr
    # It was told which line failed, so the reports are not just empty.
    assert "CustomerError" in ended.stdout
    words = {*SECRETS.values(), NAME}
    texts = {"run": ended.stdout + ended.stderr, "json": again.stdout + again.stderr, **written}
    assert [name for name, text in texts.items() if any(word in text for word in words)] == []
    own = shop.root / ".scriptcheck"
    shared = [*(own / "store").rglob("*"), *(own / "cache").rglob("*")]
    records = [*own.glob("runs/*/*.json"), *own.glob("runs/*/results/*")]
    assert shared
    assert records
    assert (
        holding(words, [tmp_path / "junit.xml", tmp_path / "page.html", *shared, *records]) == []
    )


@pytest.mark.slow
def test_no_script_is_given_a_secret_by_its_environment(shop: Shop) -> None:
    shop.run("--base", "main")

    seen = [*(shop.root / ".scriptcheck" / "runs").rglob("environment.txt")]
    assert seen
    assert holding(set(SECRETS.values()), seen) == []
    everything = [*(shop.root / ".scriptcheck").rglob("*")]
    assert holding(set(SECRETS.values()), everything) == []
