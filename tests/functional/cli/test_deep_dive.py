"""A pipeline on real data: fetched once, the same for both sides, and shown to nobody."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.functional.cli.command import commit, git, scriptcheck
from tests.functional.cli.real_shop import NAME, PREPARE, Shop, a_job, a_shop, real_orders

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    with a_shop(tmp_path) as made:
        yield made


@pytest.mark.slow
def test_the_affected_scripts_run_on_what_production_has(shop: Shop) -> None:
    ended = shop.run()

    told = " ".join(ended.stdout.split())
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert "real orders: its only file" in told
    assert "daily/prepare[real]" in told
    assert "daily/total[real]" in told
    assert "2 passed" in told


def test_base_is_given_the_same_and_what_the_change_did_is_told_without_a_value(
    shop: Shop,
) -> None:
    ended = shop.run()

    told = " ".join(ended.stdout.split())
    assert "daily/prepare[real], output `kept`" in told, told
    assert shop.store.times("orders/orders.csv") == 1
    assert NAME not in ended.stdout


@pytest.mark.slow
def test_what_the_schema_says_otherwise_is_told_and_stops_nothing(shop: Shop) -> None:
    ended = shop.run("--verbose")

    told = " ".join(ended.stdout.split())
    assert "SC501 `order_id` in input `orders` has values outside" in told
    assert "SC501 `customer` in input `orders`" in told


def test_nothing_of_it_is_kept_but_in_the_folder_for_it_and_in_the_run(shop: Shop) -> None:
    shop.run()

    holding = {
        path.relative_to(shop.root / ".scriptcheck").parts[0]
        for path in (shop.root / ".scriptcheck").rglob("*")
        if path.is_file() and NAME.encode() in path.read_bytes()
    }
    assert holding == {"fixtures", "runs"}
    record = next((shop.root / ".scriptcheck" / "runs").glob("*/record.json"))
    assert NAME not in record.read_text()


def test_a_later_run_is_given_the_same_bytes_and_needs_no_credentials(shop: Shop) -> None:
    shop.run()
    shop.store.put("orders/orders.csv", real_orders(70))

    ended = shop.run(is_on_line=False)

    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert "1.6 KB" in ended.stdout
    assert "2 passed" in ended.stdout


def test_without_credentials_it_ends_with_its_own_code_and_says_what_is_missing(
    shop: Shop,
) -> None:
    ended = shop.run(is_on_line=False)

    assert ended.returncode == 4, ended.stdout
    assert "credentials" in ended.stderr


@pytest.mark.slow
def test_more_than_the_budget_is_refused_with_the_figures(shop: Shop) -> None:
    text = (shop.root / "scriptcheck.yaml").read_text()
    (shop.root / "scriptcheck.yaml").write_text(f"{text}aws: {{budget: 100B, sample: all}}\n")

    ended = shop.run()

    assert ended.returncode == 4, ended.stdout
    assert "budget" in ended.stderr
    assert shop.store.times("orders/orders.csv") == 0


@pytest.mark.slow
def test_a_run_for_which_nobody_knows_real_data_is_a_mistake(shop: Shop) -> None:
    text = (shop.root / "scriptcheck.yaml").read_text()
    (shop.root / "scriptcheck.yaml").write_text(
        text.replace("    real: s3://company-ml/orders/\n", "")
    )

    ended = shop.run()

    assert ended.returncode == 2, ended.stdout
    assert "says where its real data are" in ended.stderr
    assert "write `real: s3://bucket/prefix/`" in ended.stderr


@pytest.mark.slow
def test_a_later_script_alone_is_given_what_the_earlier_ones_make_of_real_data(
    shop: Shop,
) -> None:
    git(shop.root, "checkout", "--quiet", "main", "--", "prepare.py")
    script = shop.root / "total.py"
    script.write_text(script.read_text().replace("sum(", "1 + sum("))

    ended = shop.run("--base", "main")

    told = " ".join(ended.stdout.split())
    assert ended.returncode == 0, told
    assert "daily/total[real], output `report`" in told
    assert shop.store.times("orders/orders.csv") == 1


def test_a_script_that_only_real_data_break_is_found(shop: Shop) -> None:
    script = shop.root / "prepare.py"
    script.write_text(
        script.read_text().replace("kept = [", "assert len(lines) < 40\n    kept = [")
    )

    made = scriptcheck("run", "--mode", "pipeline", folder=shop.root)
    real = shop.run()

    assert made.returncode == 0, made.stdout
    assert real.returncode == 1, real.stdout
    assert "SC201" in real.stdout


@pytest.mark.slow
def test_a_plan_says_which_inputs_are_real_and_fetches_nothing(shop: Shop) -> None:
    ended = scriptcheck("plan", "--mode", "deep-dive", folder=shop.root)

    assert ended.returncode == 0, ended.stderr
    assert "orders (real)" in ended.stdout
    assert shop.store.times("orders/orders.csv") == 0


@pytest.mark.slow
def test_no_scenario_can_be_called_like_real_data(shop: Shop) -> None:
    with (shop.root / "scriptcheck.yaml").open("a") as file:
        file.write("scenarios: {real: {rows: 5}}\n")

    ended = shop.run()

    assert ended.returncode == 2
    assert "`real` is what real data are called" in ended.stderr


@pytest.mark.parametrize(
    ("event", "ref"),
    [
        ("pull_request", "refs/pull/7/merge"),
        ("pull_request_target", "refs/heads/main"),
        ("issue_comment", "refs/heads/main"),
        ("push", "refs/heads/change"),
        ("workflow_dispatch", "refs/heads/change"),
    ],
)
@pytest.mark.slow
def test_a_job_whose_code_nobody_has_looked_at_gets_none(
    shop: Shop, tmp_path: Path, event: str, ref: str
) -> None:
    ended = shop.run("--base", "main", more=a_job(tmp_path, event, ref))

    assert ended.returncode == 4, ended.stdout
    assert "nobody has looked at" in ended.stderr
    assert shop.store.times("orders/orders.csv") == 0


def test_a_job_of_another_service_gets_none(shop: Shop) -> None:
    ended = shop.run(more={"CI": "true"})

    assert ended.returncode == 4, ended.stdout


@pytest.mark.parametrize("event", ["push", "schedule", "workflow_dispatch"])
@pytest.mark.slow
def test_a_job_of_the_default_branch_gets_them(shop: Shop, tmp_path: Path, event: str) -> None:
    ended = shop.run("--base", "main", more=a_job(tmp_path, event, "refs/heads/main"))

    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert shop.store.times("orders/orders.csv") == 1


@pytest.mark.slow
def test_a_link_of_the_repository_to_what_was_fetched_is_refused(shop: Shop) -> None:
    shop.run()
    (shop.root / "data").symlink_to(".scriptcheck/fixtures/sets")
    text = (shop.root / "scriptcheck.yaml").read_text()
    (shop.root / "scriptcheck.yaml").write_text(
        text.replace("datasets:\n", "datasets:\n  spied: {copy: data}\n").replace(
            "dataset: orders, external", "dataset: spied, external"
        )
    )

    ended = scriptcheck("run", "--mode", "pipeline", folder=shop.root)

    assert ended.returncode == 1, ended.stdout
    assert "link that leads out of the repository" in " ".join(ended.stdout.split())
    assert NAME not in ended.stdout


def test_base_reads_nothing_that_was_fetched_past_its_inputs(shop: Shop) -> None:
    git(shop.root, "switch", "--quiet", "main")
    script = shop.root / "prepare.py"
    spying = 'found = list(Path("{}").rglob("orders.csv"))\n    assert not found or found[0].read_text()\n    '
    where = shop.root / ".scriptcheck" / "fixtures"
    script.write_text(PREPARE.replace("lines =", spying.format(where) + "lines =", 1))
    commit(shop.root)
    git(shop.root, "switch", "--quiet", "--create", "other")
    script.write_text(script.read_text().replace("> 0", "> 10"))
    commit(shop.root)

    record = shop.results()

    by_id = {one["id"]: one for one in record["tasks"]}
    assert by_id["daily/prepare[real]"]["outcome"] == "failed", by_id
    assert "PermissionError" in json.dumps(record)
    there = next(one for one in record["run"]["results"] if one["task"].endswith("[real]@base"))
    assert there["outcome"] == "failed", there


@pytest.mark.slow
def test_files_that_are_no_more_as_they_were_fetched_are_laid_out_anew(shop: Shop) -> None:
    shop.run()
    folder = next((shop.root / ".scriptcheck" / "fixtures" / "sets").iterdir())
    (folder / "more.csv").write_text("order_id,customer,amount\n1,a,2\n")

    ended = shop.run()

    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert [path.name for path in folder.iterdir()] == ["orders.csv"]


@pytest.mark.slow
def test_a_failure_on_real_data_is_repeated_by_the_command_that_it_names(shop: Shop) -> None:
    script = shop.root / "prepare.py"
    script.write_text(
        script.read_text().replace("kept = [", "assert len(lines) < 40\n    kept = [")
    )

    ended = shop.run()

    assert "scriptcheck run daily/prepare --mode deep-dive --base" in " ".join(
        ended.stdout.split()
    )


@pytest.mark.slow
def test_another_place_is_fetched_though_the_dataset_was_before(shop: Shop) -> None:
    shop.run()
    shop.store.put("newer/orders.csv", real_orders(70))
    settings = shop.root / "scriptcheck.yaml"
    settings.write_text(settings.read_text().replace("company-ml/orders/", "company-ml/newer/"))

    ended = shop.run()

    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert shop.store.times("newer/orders.csv") == 1


@pytest.mark.slow
def test_what_was_fetched_for_other_pipelines_stays_known(shop: Shop) -> None:
    settings = shop.root / "scriptcheck.yaml"
    more = "  more: {files: more.csv, real: 's3://company-ml/more/'}\nsteps:\n  count:\n"
    more += "    script: total.py\n    inputs: {kept: {dataset: more, external: true}}\n"
    text = settings.read_text().replace("steps:\n", more, 1)
    settings.write_text(text.replace("pipelines: {", "pipelines: {counts: [count], "))
    shop.store.put("more/kept.csv", b"customer,amount\na,1\n")
    commit(shop.root)

    for pipeline in ("daily/*", "counts/*", "daily/*", "counts/*"):
        ended = shop.run(pipeline)
        assert ended.returncode == 0, ended.stdout + ended.stderr

    assert shop.store.times("orders/orders.csv") == 1
    assert shop.store.times("more/kept.csv") == 1
