"""A job that only fetches hands real data to one that runs: sealed, and nothing of the project runs where they are fetched."""

from __future__ import annotations

import json
import shutil
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from pyrage import x25519

from tests.functional.cli.command import commit, git, scriptcheck
from tests.functional.cli.real_shop import NAME, Shop, a_job, a_shop

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from subprocess import CompletedProcess

KEY = {"SCRIPTCHECK_FIXTURES_KEY": str(x25519.Identity.generate())}
MODES = ("--mode", "pipeline", "--mode", "deep-dive")


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    with a_shop(tmp_path) as made:
        yield made


@pytest.fixture
def job(tmp_path: Path) -> dict[str, str]:
    """Give the variables of a job of a pull request."""
    return a_job(tmp_path, "pull_request", "refs/pull/7/merge")


def fetch(shop: Shop, *words: str, more: dict[str, str]) -> CompletedProcess[str]:
    variables = shop.variables | more
    return scriptcheck("fetch-fixtures", *words, folder=shop.root, variables=variables)


def another_machine(shop: Shop, folder: Path) -> Shop:
    """Give the checkout of another job, which has no credentials."""
    made = Shop(folder, shop.store, "")
    shutil.copytree(shop.root, folder, ignore=shutil.ignore_patterns(".scriptcheck"))
    made.variables = {}
    return made


def test_what_one_job_fetches_another_one_runs_with(
    shop: Shop, tmp_path: Path, job: dict[str, str]
) -> None:
    handed_on = tmp_path / "handed-on"
    fetched = fetch(shop, "--base", "main", "--seal", str(handed_on), more=job | KEY)
    there = another_machine(shop, tmp_path / "there")
    opened = fetch(there, "--open", str(handed_on), more=job | KEY)

    ended = there.run("--base", "main", more=job)

    assert fetched.returncode == 0, fetched.stderr
    told = "real  orders: its only file, 1.6 KB\n"
    size = (handed_on / "fixtures.age").stat().st_size
    assert fetched.stdout == f"{told}sealed in `{handed_on}`, {size / 1000:.1f} KB\n"
    assert opened.returncode == 0, opened.stderr
    assert opened.stdout.startswith(f"{told}opened from `{handed_on}`, where they were sealed on ")
    when = opened.stdout.rpartition(" on ")[2].removesuffix(" UTC\n")
    age = datetime.now(UTC) - datetime.fromisoformat(f"{when}+00:00")
    assert timedelta(0) <= age < timedelta(hours=1)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert "daily/prepare[real]" in ended.stdout
    assert shop.store.times("orders/orders.csv") == 1


def test_what_is_handed_on_says_nothing_to_who_has_not_the_key(
    shop: Shop, tmp_path: Path, job: dict[str, str]
) -> None:
    handed_on = tmp_path / "handed-on"
    fetch(shop, "--base", "main", "--seal", str(handed_on), more=job | KEY)
    there = another_machine(shop, tmp_path / "there")

    opened = fetch(
        there,
        *("--open", str(handed_on)),
        more=job | {"SCRIPTCHECK_FIXTURES_KEY": str(x25519.Identity.generate())},
    )

    files = [path for path in handed_on.rglob("*") if path.is_file()]
    assert sorted(path.name for path in files) == [".gitignore", "fixtures.age"]
    assert not any(b"orders" in path.read_bytes() for path in files)
    assert opened.returncode == 4
    assert "cannot be opened" in opened.stderr
    assert not (there.root / ".scriptcheck" / "fixtures" / "lock.json").exists()


@pytest.mark.slow
def test_what_was_changed_on_the_way_is_refused(
    shop: Shop, tmp_path: Path, job: dict[str, str]
) -> None:
    handed_on = tmp_path / "handed-on"
    fetch(shop, "--base", "main", "--seal", str(handed_on), more=job | KEY)
    content = bytearray((handed_on / "fixtures.age").read_bytes())
    content[-1] ^= 1
    (handed_on / "fixtures.age").write_bytes(content)

    opened = fetch(
        another_machine(shop, tmp_path / "there"), "--open", str(handed_on), more=job | KEY
    )

    assert opened.returncode == 4
    assert "cannot be opened" in opened.stderr


@pytest.mark.parametrize("key", [{}, {"SCRIPTCHECK_FIXTURES_KEY": "short"}])
@pytest.mark.slow
def test_without_a_good_key_nothing_is_fetched(
    shop: Shop, tmp_path: Path, job: dict[str, str], key: dict[str, str]
) -> None:
    ended = fetch(shop, "--base", "main", "--seal", str(tmp_path / "handed-on"), more=job | key)

    assert ended.returncode == 4
    assert "fetch-fixtures --new-key" in ended.stderr
    refusal = tmp_path / "handed-on" / "refused.json"
    assert f"told the job that runs scripts by `{refusal}`" in ended.stderr
    assert "told the job" not in refusal.read_text()
    assert shop.store.times("orders/orders.csv") == 0


@pytest.mark.slow
def test_where_the_reason_cannot_be_kept_both_are_told(
    shop: Shop, tmp_path: Path, job: dict[str, str]
) -> None:
    (tmp_path / "file").touch()

    ended = fetch(shop, "--base", "main", "--seal", str(tmp_path / "file" / "sealed"), more=job)

    assert ended.returncode == 4
    assert "error: there is no key by which real data could pass" in ended.stderr
    assert "sealed` cannot be written: Not a directory" in ended.stderr


@pytest.mark.slow
def test_no_program_that_the_settings_name_is_started(
    shop: Shop, tmp_path: Path, job: dict[str, str]
) -> None:
    python = tmp_path / "bin" / "python"
    python.parent.mkdir()
    python.write_text(f'#!/bin/sh\ntouch {tmp_path}/was-started\nexec python3 "$@"\n')
    python.chmod(0o755)
    settings = shop.root / "scriptcheck.yaml"
    settings.write_text(settings.read_text() + f"defaults: {{python: {python}}}\n")

    ended = fetch(shop, "--base", "main", more=job)
    started = (tmp_path / "was-started").exists()
    scriptcheck("run", folder=shop.root)

    assert ended.returncode == 0, ended.stderr
    assert not started
    assert (tmp_path / "was-started").exists()


@pytest.mark.slow
def test_other_libraries_may_affect_everything_where_none_are_installed(
    shop: Shop, job: dict[str, str]
) -> None:
    git(shop.root, "switch", "--quiet", "main")
    (shop.root / "requirements.txt").write_text("pandas==2.0\n")
    commit(shop.root)
    git(shop.root, "switch", "--quiet", "--create", "newer")
    (shop.root / "requirements.txt").write_text("pandas==2.1\n")
    commit(shop.root)

    ended = fetch(shop, "--base", "main", more=job)

    assert "real  orders" in ended.stdout


@pytest.mark.slow
def test_what_is_not_affected_is_not_fetched(shop: Shop, job: dict[str, str]) -> None:
    git(shop.root, "switch", "--quiet", "main")
    git(shop.root, "switch", "--quiet", "--create", "texts")
    (shop.root / "README.md").write_text("# Shop\n")

    ended = fetch(shop, "--base", "main", more=job)

    assert ended.returncode == 0
    assert ended.stdout.endswith("Nothing that is affected reads real data.\n")
    assert shop.store.times("orders/orders.csv") == 0


def test_a_pull_request_reads_no_place_that_its_base_does_not_name(
    shop: Shop, job: dict[str, str]
) -> None:
    shop.store.put("salaries/all.csv", b"order_id,customer,amount\n1,a,2\n")
    settings = shop.root / "scriptcheck.yaml"
    settings.write_text(settings.read_text().replace("company-ml/orders/", "company-ml/salaries/"))
    commit(shop.root)

    ended = fetch(shop, "--base", "main", more=job)

    assert ended.returncode == 4
    assert "lies in none of the places that may be read" in ended.stderr
    assert shop.store.times("salaries/all.csv") == 0


@pytest.mark.slow
def test_without_real_data_the_rest_is_checked_and_the_run_fails(
    shop: Shop, job: dict[str, str]
) -> None:
    ended = scriptcheck("run", *MODES, "--base", "main", folder=shop.root, variables=job)

    told = " ".join(ended.stdout.split())
    assert ended.returncode == 1, ended.stderr
    assert "error: SC505 this job runs code that nobody has looked at" in told
    assert "1 passed" in told
    assert "not run" in told


@pytest.mark.slow
def test_why_nothing_was_fetched_is_told_where_the_scripts_run(
    shop: Shop, tmp_path: Path, job: dict[str, str]
) -> None:
    settings = shop.root / "scriptcheck.yaml"
    git(shop.root, "switch", "--quiet", "main")
    settings.write_text(settings.read_text() + "aws: {budget: 100B, sample: all}\n")
    commit(shop.root)
    git(shop.root, "switch", "--quiet", "change")
    git(shop.root, "merge", "--quiet", "--no-edit", "main")
    handed_on = tmp_path / "handed-on"
    fetched = fetch(shop, "--base", "main", "--seal", str(handed_on), more=job | KEY)
    there = another_machine(shop, tmp_path / "there")
    opened = fetch(there, "--open", str(handed_on), more=job | KEY)

    ended = scriptcheck("run", *MODES, "--base", "main", folder=there.root, variables=job)

    assert (fetched.returncode, opened.returncode) == (4, 0), opened.stderr
    assert ended.returncode == 1
    assert "budget" in ended.stdout
    assert "the job that fetches real data has said so" in ended.stdout


def test_a_fork_gets_no_real_data_and_the_rest_of_its_check_is_unharmed(
    shop: Shop, tmp_path: Path, job: dict[str, str]
) -> None:
    event = {
        "repository": {"default_branch": "main"},
        "pull_request": {
            "head": {"repo": {"full_name": "somebody/fraud"}},
            "base": {"repo": {"full_name": "acme/fraud"}},
        },
    }
    (tmp_path / "event.json").write_text(json.dumps(event))

    ended = scriptcheck("run", *MODES, "--base", "main", folder=shop.root, variables=job)

    told = " ".join(ended.stdout.split())
    assert ended.returncode == 0, ended.stdout
    assert "warning: SC505 real data were not read, as this pull request comes from a fork" in told
    assert NAME not in told


def test_taking_what_was_fetched_and_saying_what_to_fetch_contradict_each_other(
    shop: Shop,
) -> None:
    ended = fetch(shop, "--open", "x", "--all", more=KEY)

    assert ended.returncode == 2
    assert "contradicts" in ended.stderr


@pytest.mark.parametrize(
    ("event", "into"), [("pull_request", "feature"), ("push", ""), ("workflow_dispatch", "")]
)
def test_what_is_not_for_the_default_branch_gets_none_whatever_its_base_says(
    shop: Shop, tmp_path: Path, event: str, into: str
) -> None:
    job = a_job(tmp_path, event, "refs/heads/change") | {"GITHUB_BASE_REF": into}

    ended = fetch(shop, "--base", "main", more=job)

    assert ended.returncode == 4
    assert "for the default branch, and for pull requests into it, alone" in ended.stderr
    assert shop.store.asked == []


@pytest.mark.parametrize("service", ["CI", "JENKINS_URL", "TF_BUILD"])
@pytest.mark.slow
def test_elsewhere_who_calls_names_the_base_and_not_the_settings(shop: Shop, service: str) -> None:
    settings = shop.root / "scriptcheck.yaml"
    settings.write_text(settings.read_text() + "base: main\n")

    by_settings = fetch(shop, more={service: "1"})
    by_caller = fetch(shop, "--base", "main", more={service: "1"})

    assert by_settings.returncode == 4
    assert by_caller.returncode == 0, by_caller.stderr


@pytest.mark.slow
def test_no_name_of_a_dataset_is_a_command_to_the_runner(shop: Shop, job: dict[str, str]) -> None:
    name = "##[error]obeyed ::error::obeyed"
    settings = shop.root / "scriptcheck.yaml"
    text = settings.read_text().replace("  orders:\n", f'  "{name}":\n', 1)
    settings.write_text(text.replace("dataset: orders", f'dataset: "{name}"'))
    commit(shop.root)

    ended = fetch(shop, "--base", "main", more=job)

    assert ended.returncode == 0, ended.stderr
    assert "obeyed" in ended.stdout
    assert "##[" not in ended.stdout
    assert "::error" not in ended.stdout


@pytest.mark.slow
def test_what_was_fetched_for_another_run_is_not_taken_for_this_one(
    shop: Shop, tmp_path: Path, job: dict[str, str]
) -> None:
    sealed = str(tmp_path / "sealed")
    fetch(shop, "--base", "main", "--seal", sealed, more=job | KEY | {"GITHUB_RUN_ID": "41"})

    opened = fetch(shop, "--open", sealed, more=job | KEY | {"GITHUB_RUN_ID": "42"})

    assert opened.returncode == 4
    assert "fetched for another run" in opened.stderr


@pytest.mark.slow
def test_a_change_that_takes_real_data_away_is_told(shop: Shop) -> None:
    settings = shop.root / "scriptcheck.yaml"
    settings.write_text(settings.read_text().replace("    real: s3://company-ml/orders/\n", ""))
    commit(shop.root)

    ended = scriptcheck("run", *MODES, "--base", "main", folder=shop.root)

    told = " ".join(ended.stdout.split())
    assert "warning: SC506 `orders` has real data on main, and none here" in told
