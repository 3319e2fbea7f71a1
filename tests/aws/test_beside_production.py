"""What steps write, held against what production wrote from the same: rows, wholes, and what nobody can say."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.aws.company import Company, a_company, in_a_line, kept, orders
from tests.functional.cli.command import commit, git
from tests.sagemaker_server.stories import BUCKET

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def company(tmp_path: Path) -> Iterator[Company]:
    with a_company(tmp_path) as found:
        yield found


def test_each_step_comes_to_what_production_came_to_on_the_same_inputs(company: Company) -> None:
    ended = company.dive()

    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert "2 outputs are as production wrote them" in in_a_line(ended)
    assert "with its: LEAST" in in_a_line(ended)
    assert "2 passed" in ended.stdout


def test_what_a_step_does_otherwise_is_told_row_by_row_where_nothing_is_a_sample(
    company: Company,
) -> None:
    company.change("prepare.py", "* factor", "* factor * 100")
    commit(company.root)

    ended = company.call("run", "--mode", "deep-dive")

    told = in_a_line(ended)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert "daily/prepare[real], output `kept` is not what production wrote (SC502)" in told
    assert "daily/total[real], output `report` is not" not in told
    assert "440 of 440 rows changed of `kept.csv`" in told
    assert "daily/total[real] `report`" in told  # as many rows, on production's own input
    assert "not by this change" not in told


def test_what_main_does_otherwise_too_is_not_laid_to_the_change(company: Company) -> None:
    git(company.root, "switch", "--quiet", "main")
    company.change("prepare.py", "* factor", "* factor * 100")
    commit(company.root)
    git(company.root, "switch", "--quiet", "--create", "other")
    company.change("prepare.py", "import Path", "import Path  # of files")

    ended = company.dive("daily", "--base", "main")

    told = in_a_line(ended)
    assert "main writes the same: not by this change" in told
    assert "440 of 440 rows changed of `kept.csv`" in told


def test_what_production_gives_in_place_of_real_data_of_main_is_not_missed(
    company: Company,
) -> None:
    git(company.root, "switch", "--quiet", "main")
    real = "    real: s3://company-ml/raw/5q8w2e1rt0zu/\n    rows: 20"
    company.change("scriptcheck.yaml", "    rows: 20", real)
    company.change("scriptcheck.yaml", ", executions: {daily: fraud-training}", "")
    commit(company.root)
    git(company.root, "switch", "--quiet", "--create", "by-executions")
    company.change("scriptcheck.yaml", real, "    rows: 20")

    company.change("scriptcheck.yaml", "aws: {", "aws: {executions: {daily: fraud-training}, ")
    given = company.dive("daily", "--base", "main")

    assert given.returncode == 0, given.stdout + given.stderr
    assert "2 outputs are as production wrote them" in in_a_line(given)
    assert "SC506" not in given.stdout


def test_samples_are_compared_as_wholes_and_neither_rows_nor_metrics_are(
    company: Company,
) -> None:
    company.put(f"{BUCKET}/raw/{company.story.id}/orders.csv", orders(200_000))
    company.put(
        company.story.place("Prepare", "kept") + "/kept.csv", kept(200_000, least=10, times=50)
    )
    company.change("scriptcheck.yaml", "aws: {", "aws: {sample: 1MB, ")

    ended = company.dive()

    told = in_a_line(ended)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert "Its data were samples" in told
    assert "output `kept` is not what production wrote (SC502)" in told
    assert "amount p95 4280, p50 2520 p95 86.5, p50 49.5" in told
    assert "of its rows were looked at" in told
    assert "daily/total[real] `report` is not compared: its data were samples" in told


def test_numbers_that_are_as_good_as_the_same_may_be_rounded_otherwise(company: Company) -> None:
    company.change("prepare.py", "* factor", "* factor * 1.00001")

    told = in_a_line(company.dive())

    assert "440 of 440 rows changed of `kept.csv`" in told
    assert "No number differs by more than 0.01 %: rounding may be all that differs." in told


def test_a_few_rows_that_are_a_tenth_too_low_are_not_excused(company: Company) -> None:
    company.change("prepare.py", "* factor", "* factor * (0.9 if customer.endswith('-77') else 1)")
    commit(company.root)

    told = in_a_line(company.call("run", "--mode", "deep-dive"))

    assert "1 of 440 rows changed of `kept.csv`" in told
    assert "main writes what production wrote: it is this change" in told
    assert "may be all that differs" not in told


def test_what_main_draws_by_chance_may_be_all_that_differs(company: Company) -> None:
    git(company.root, "switch", "--quiet", "main")
    company.change("prepare.py", "import Path", "import Path\nimport random")
    company.change(
        "prepare.py",
        "    text = ",
        "    kept = [one for one in kept if float(one[2]) >= least]\n"
        "    amounts = random.sample([one[2] for one in kept], len(kept))\n"
        "    kept = [(*one[:2], amount) for one, amount in zip(kept, amounts)]\n"
        "    text = ",
    )
    commit(company.root)
    git(company.root, "switch", "--quiet", "--create", "other")
    company.change("prepare.py", "import random", "import random  # as before")
    commit(company.root)

    told = in_a_line(company.call("run", "--mode", "deep-dive"))

    assert "main writes the same: not by this change" in told
    assert "lies as production's does, and main's as well: chance may be all that differs." in told


@pytest.mark.parametrize(("level", "code", "is_told"), [("error", 1, True), ("off", 0, False)])
def test_the_rule_counts_as_much_as_the_settings_say(
    company: Company, level: str, code: int, is_told: bool
) -> None:
    company.change("scriptcheck.yaml", "version: 1", f"version: 1\nrules: {{SC502: {level}}}")
    company.change("prepare.py", "* factor", "* factor * 100")

    ended = company.dive()

    assert ended.returncode == code, ended.stdout + ended.stderr
    assert ("not what production wrote" in ended.stdout) is is_told
    assert "passed" in ended.stdout  # the step behind it runs on production's own data


def test_a_model_is_not_said_to_be_the_same_where_its_bytes_are_not(company: Company) -> None:
    company.change(
        "total.py",
        "    (Path(output",
        "    (Path(output_paths['report']) / 'model.pkl').write_bytes(b'\\x80\\x04\\x00two')\n    (Path(output",
    )
    company.put(company.story.place("Total", "report") + "/model.pkl", b"\x80\x04\x00one")

    ended = company.dive()

    assert "`report` is not compared: `model.pkl` has other bytes" in in_a_line(ended)
    assert "SC502" not in ended.stdout


@pytest.mark.parametrize(
    ("rates", "why"),
    [
        (f"{BUCKET}/rates/", "nothing lies at"),
        ("s3://elsewhere/rates/", "lies in none of the places that may be read"),
    ],
)
def test_without_an_input_that_production_had_rows_say_nothing_and_that_is_told(
    company: Company, rates: str, why: str
) -> None:
    company.change(
        "scriptcheck.yaml", "external: true}}", "external: true}, rates: {required: false}}"
    )
    company.change("prepare.py", "* factor", "* factor * 100")
    story = company.told("with-rates", rates=rates)

    ended = company.dive("--s3-execution-arn", story.arn)

    told = in_a_line(ended)
    assert "1 output is as production wrote it: daily/total[real]" in told, ended.stderr
    assert "without its input `rates`: " in told
    assert why in told
    assert "rows changed" not in told
    assert (
        "Its input `rates` is not known to be what production had: rows and metrics are not compared"
        in told
    )


def test_what_the_step_before_writes_counts_as_production_s_where_it_holds_the_same(
    company: Company,
) -> None:
    story = company.told("called-otherwise", called="input-1")
    company.change("total.py", "rows = len(lines)", "rows = len(lines) + 1")

    ended = company.dive("--s3-execution-arn", story.arn)

    told = in_a_line(ended)
    assert "daily/total[real] `kept` holds what production's step was given as `input-1`" in told
    assert "output `report` is not what production wrote (SC502)" in told, ended.stderr
    assert "not known to be what production had" not in told


def test_what_the_step_before_writes_otherwise_is_not_taken_for_production_s(
    company: Company,
) -> None:
    story = company.told("called-otherwise", called="input-1")
    company.change("prepare.py", "* factor", "* factor * 100")

    told = in_a_line(company.dive("--s3-execution-arn", story.arn))

    assert "`kept` is not what production wrote (SC502)" in told
    assert "input `kept` is not known to be what production had" in told
    assert "holds what production's step was given" not in told


@pytest.mark.parametrize(
    ("moment", "is_compared"), [("2026-11-19T01:00:00Z", True), ("2026-11-19T03:00:00Z", False)]
)
def test_nothing_is_compared_where_an_input_was_written_again_since(
    company: Company, moment: str, is_compared: bool
) -> None:
    company.store.modified[f"raw/{company.story.id}/orders.csv"] = moment
    company.change("prepare.py", "* factor", "* factor * 100")

    first, again = company.dive(), company.dive()

    for told in (in_a_line(first), in_a_line(again)):
        assert ("output `kept` is not what production wrote" in told) is is_compared, told
        assert ("`orders` was written again after" in told) is not is_compared
        assert "1 output is as production wrote it: daily/total[real] `report`" in told


TOTAL_BY_NAME = """\
import json
from pathlib import Path

import pandas as pd


def main(input_paths, output_paths, environ_vars, job_args):
    data = pd.read_csv(Path(input_paths["kept"]) / "kept.csv")
    total = float(data["amount"].sum())
    (Path(output_paths["report"]) / "report.json").write_text(json.dumps({"total": total}))
"""


@pytest.fixture
def renamed(company: Company) -> Company:
    """Give a branch that writes `value_eur` in place of `amount`, which the next step on main reads."""
    git(company.root, "switch", "--quiet", "main")
    (company.root / "total.py").write_text(TOTAL_BY_NAME)
    commit(company.root)
    git(company.root, "switch", "--quiet", "--create", "rename")
    company.change("prepare.py", "customer,amount", "customer,value_eur")
    return company


def test_a_step_that_reads_what_the_change_writes_need_not_pass_before_production_has_run_it(
    renamed: Company,
) -> None:
    renamed.change("total.py", '"amount"', '"value_eur"')
    commit(renamed.root)

    ended = renamed.call("run", "--mode", "deep-dive", "--base", "main")

    told = in_a_line(ended)
    assert "known: production has not run this change yet" in told, ended.stderr
    assert "`prepare` wrote, and this branch writes `value_eur` there" in told
    assert (
        "daily/total[real] cannot pass on what production gave before production has run the change"
        in told
    )
    assert ended.returncode == 0, ended.stdout


def test_a_column_that_neither_production_nor_this_branch_writes_is_missed_all_the_same(
    renamed: Company,
) -> None:
    renamed.change("total.py", '"amount"', '"value_usd"')
    commit(renamed.root)

    ended = renamed.call("run", "--mode", "deep-dive", "--base", "main")

    told = in_a_line(ended)
    assert ended.returncode == 1
    assert "production has not run this change" not in told
    assert "this branch writes `value_eur` there" in told


def test_who_names_a_column_that_the_change_takes_away_is_told_though_production_gave_it(
    renamed: Company,
) -> None:
    commit(renamed.root)

    ended = renamed.call("run", "--mode", "deep-dive", "--base", "main")

    told = in_a_line(ended)
    assert ended.returncode == 1, ended.stderr
    assert "SC401 column `amount`" in told
    assert "daily/total[real] `kept` was given as production gave it" in told
