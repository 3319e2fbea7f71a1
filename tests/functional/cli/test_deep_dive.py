"""A pipeline on real data: fetched once, the same for both sides, and shown to nobody."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.functional.cli.command import commit, git, scriptcheck
from tests.s3_server.server import Store, serving

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SETTINGS = """\
version: 1
datasets:
  orders:
    files: orders.csv
    rows: 20
    columns:
      order_id: {type: int, unique: true, min: 1, max: 1000}
      customer: {type: category, values: [a, b]}
      amount: {type: float, min: 0, max: 100}
    real: s3://company-ml/orders/
steps:
  prepare: {script: prepare.py, inputs: {orders: {dataset: orders, external: true}}}
pipelines: {daily: [prepare.py, total.py]}
"""
PREPARE = """\
from pathlib import Path


def main(input_paths, output_paths, environ_vars, job_args):
    lines = (Path(input_paths["orders"]) / "orders.csv").read_text().splitlines()[1:]
    kept = [line.split(",") for line in lines]
    text = "".join(f"{customer},{amount}\\n" for _, customer, amount in kept if float(amount) > 0)
    (Path(output_paths["kept"]) / "kept.csv").write_text("customer,amount\\n" + text)
"""
TOTAL = """\
import json
from pathlib import Path


def main(input_paths, output_paths, environ_vars, job_args):
    lines = (Path(input_paths["kept"]) / "kept.csv").read_text().splitlines()[1:]
    total = sum(float(line.split(",")[1]) for line in lines)
    (Path(output_paths["report"]) / "report.json").write_text(json.dumps({"total": total, "rows": len(lines)}))
"""
NAME = "marguerite-of-oslo"


def real_orders(rows: int = 50) -> bytes:
    lines = [f"{1000 + number},{NAME}-{number},{number}.5" for number in range(rows)]
    return ("order_id,customer,amount\n" + "\n".join(lines) + "\n").encode()


class Shop:
    """A repository, and the S3 where its real data are."""

    def __init__(self, root: Path, store: Store, address: str) -> None:
        self.root = root
        self.store = store
        self.variables = {
            "AWS_ENDPOINT_URL": address,
            "AWS_ACCESS_KEY_ID": "key-of-a-test",
            "AWS_SECRET_ACCESS_KEY": "secret-of-a-test",
            "AWS_DEFAULT_REGION": "eu-west-1",
        }

    def run(self, *words: str, is_on_line: bool = True, more: dict[str, str] | None = None) -> Any:
        variables = self.variables if is_on_line else {"AWS_EC2_METADATA_DISABLED": "true"}
        variables = variables | (more or {})
        return scriptcheck(
            "run", "--mode", "deep-dive", *words, folder=self.root, variables=variables
        )

    def results(self, *words: str) -> dict[str, Any]:
        ended = self.run("--json", *words)
        assert ended.returncode in {0, 1}, ended.stderr
        found: dict[str, Any] = json.loads(ended.stdout)
        return found


def a_job(folder: Path, event: str, ref: str) -> dict[str, str]:
    """Give the variables of a job in Actions."""
    file = folder / "event.json"
    file.write_text(json.dumps({"repository": {"default_branch": "main"}}))
    return {
        "CI": "true",
        "GITHUB_ACTIONS": "true",
        "GITHUB_EVENT_NAME": event,
        "GITHUB_EVENT_PATH": str(file),
        "GITHUB_REF": ref,
    }


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    """Give a shop on a branch that has changed its first script."""
    root = tmp_path / "shop"
    root.mkdir()
    (root / "scriptcheck.yaml").write_text(SETTINGS)
    (root / "prepare.py").write_text(PREPARE)
    (root / "total.py").write_text(TOTAL)
    git(root, "init", "--quiet", "--initial-branch=main")
    commit(root)
    git(root, "switch", "--quiet", "--create", "change")
    (root / "prepare.py").write_text(PREPARE.replace("> 0", "> 10"))
    commit(root)
    store = Store()
    store.put("orders/orders.csv", real_orders())
    with serving(store) as address:
        yield Shop(root, store, address)


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


def test_more_than_the_budget_is_refused_with_the_figures(shop: Shop) -> None:
    text = (shop.root / "scriptcheck.yaml").read_text()
    (shop.root / "scriptcheck.yaml").write_text(f"{text}aws: {{budget: 100B, sample: all}}\n")

    ended = shop.run()

    assert ended.returncode == 4, ended.stdout
    assert "budget" in ended.stderr
    assert shop.store.times("orders/orders.csv") == 0


def test_a_run_for_which_nobody_knows_real_data_is_a_mistake(shop: Shop) -> None:
    text = (shop.root / "scriptcheck.yaml").read_text()
    (shop.root / "scriptcheck.yaml").write_text(
        text.replace("    real: s3://company-ml/orders/\n", "")
    )

    ended = shop.run()

    assert ended.returncode == 2, ended.stdout
    assert "says where its real data are" in ended.stderr
    assert "write `real: s3://bucket/prefix/`" in ended.stderr


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


def test_a_plan_says_which_inputs_are_real_and_fetches_nothing(shop: Shop) -> None:
    ended = scriptcheck("plan", "--mode", "deep-dive", folder=shop.root)

    assert ended.returncode == 0, ended.stderr
    assert "orders (real)" in ended.stdout
    assert shop.store.times("orders/orders.csv") == 0


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
def test_a_job_of_the_default_branch_gets_them(shop: Shop, tmp_path: Path, event: str) -> None:
    ended = shop.run("--base", "main", more=a_job(tmp_path, event, "refs/heads/main"))

    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert shop.store.times("orders/orders.csv") == 1


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


def test_files_that_are_no_more_as_they_were_fetched_are_laid_out_anew(shop: Shop) -> None:
    shop.run()
    folder = next((shop.root / ".scriptcheck" / "fixtures" / "sets").iterdir())
    (folder / "more.csv").write_text("order_id,customer,amount\n1,a,2\n")

    ended = shop.run()

    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert [path.name for path in folder.iterdir()] == ["orders.csv"]


def test_a_failure_on_real_data_is_repeated_by_the_command_that_it_names(shop: Shop) -> None:
    script = shop.root / "prepare.py"
    script.write_text(
        script.read_text().replace("kept = [", "assert len(lines) < 40\n    kept = [")
    )

    ended = shop.run()

    assert "scriptcheck run daily/prepare --mode deep-dive --base" in " ".join(
        ended.stdout.split()
    )


def test_another_place_is_fetched_though_the_dataset_was_before(shop: Shop) -> None:
    shop.run()
    shop.store.put("newer/orders.csv", real_orders(70))
    settings = shop.root / "scriptcheck.yaml"
    settings.write_text(settings.read_text().replace("company-ml/orders/", "company-ml/newer/"))

    ended = shop.run()

    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert shop.store.times("newer/orders.csv") == 1


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
