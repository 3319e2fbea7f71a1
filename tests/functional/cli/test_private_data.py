"""Values of real data stay on the machine: no report holds one, whatever goes wrong."""

from __future__ import annotations

import re
import shutil
from typing import TYPE_CHECKING

import pytest

from tests.functional.cli.command import commit, git, scriptcheck

if TYPE_CHECKING:
    from pathlib import Path

PLANTED = ("Jadwiga-7319", "Kowalczyk-7319", "98765.4321")
ROWS = [f"c{number},{PLANTED[0] if number < 3 else 'A'},{number}\n" for number in range(30)]

SLOW = pytest.mark.slow

SETTINGS = """\
version: 1
datasets:
  people:
    copy: people
    real: s3://somewhere/people/
    columns:
      id: {type: string, unique: true}
      name: {type: category, values: [A, B]}
      paid: {type: float, max: 100000}
  clean: {files: clean.csv, key: id, columns: {id: {type: string}}}
steps:
  load:
    script: load.py
    inputs: {people: {dataset: people, external: true, expects: people}}
    outputs: {clean: {dataset: clean}}
  use:
    script: use.py
    inputs: {clean: {dataset: clean, expects: clean}}
    outputs: {report: {values: {report.json: {highest: {max: 5}}}}}
pipelines: {daily: [load, use]}
rules: {SC307: warning}
"""
LOAD = """\
import csv, logging, pathlib
def main(input_paths, output_paths, environ_vars, job_args):
    rows = list(csv.DictReader(open(pathlib.Path(input_paths["people"], "people.csv"))))
    print("first is", rows[-1])
    with open(pathlib.Path(output_paths["clean"], "clean.csv"), "w") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(CHANGED)
"""
USE = """\
import csv, json, logging, pathlib
def main(input_paths, output_paths, environ_vars, job_args):
    rows = list(csv.DictReader(open(pathlib.Path(input_paths["clean"], "clean.csv"))))
    report = {"highest": max(float(row["paid"]) for row in rows), "who": rows[-1]["name"]}
    pathlib.Path(output_paths["report"], "report.json").write_text(json.dumps(report))
    logging.error("look at %s", rows[-1])
"""
RAISING = """
    raise ValueError(f"cannot use {rows[-1]}") from KeyError(rows[-1]["name"])
"""


@pytest.fixture
def bank(tmp_path: Path) -> Path:
    root = tmp_path / "bank"
    (root / "people").mkdir(parents=True)
    rows = "".join([*ROWS, f"c99,{PLANTED[1]},{PLANTED[2]}\n"])
    (root / "people" / "people.csv").write_text(f"id,name,paid\n{rows}")
    (root / "scriptcheck.yaml").write_text(SETTINGS)
    (root / "load.py").write_text(LOAD.replace("CHANGED", "rows"))
    (root / "use.py").write_text(USE)
    git(root, "init", "--quiet", "--initial-branch=main")
    commit(root)
    git(root, "checkout", "--quiet", "-b", "change")
    return root


def reported(root: Path, *words: str) -> str:
    """Run, and give all that reports say."""
    ended = scriptcheck("run", "-v", "--junit", "report.xml", *words, folder=root)
    assert ended.returncode in {0, 1}, ended.stderr
    (run,) = (root / ".scriptcheck" / "runs").iterdir()
    files = [root / "report.xml", run / "record.json", *run.glob("results/*")]
    told = [file.read_text() for file in files]
    told += [
        scriptcheck("report", form, "--run", str(run), folder=root).stdout
        for form in ("console", "junit", "markdown", "html", "json")
    ]
    return "\n".join([ended.stdout, ended.stderr, *told])


@pytest.mark.parametrize("last", ["", RAISING])
def test_no_report_holds_a_value_of_real_data(bank: Path, last: str) -> None:
    edited = '[{**row, "name": row["name"].upper(), "paid": "x" + row["paid"]} for row in rows]'
    (bank / "load.py").write_text(LOAD.replace("CHANGED", edited if not last else "rows"))
    (bank / "use.py").write_text(USE + last)

    told = reported(bank)

    for value in PLANTED:
        assert value not in told
        assert value.upper() not in told
    assert "SC3" in told


def test_neither_what_is_accepted_nor_a_comparison_with_a_commit_holds_one(bank: Path) -> None:
    edited = '[{**row, "name": row["name"].upper(), "paid": "1" + row["paid"]} for row in rows]'
    (bank / "load.py").write_text(LOAD.replace("CHANGED", edited))

    ended = scriptcheck("diff", "main", folder=bank)
    scriptcheck("run", folder=bank)
    scriptcheck("accept", "daily/load", "--reason", "as it should be", folder=bank)

    told = ended.stdout + (bank / "scriptcheck.accepted.yaml").read_text()
    assert "rows changed of `clean.csv`" in told
    for value in PLANTED:
        assert value not in told
        assert value.upper() not in told


def test_the_place_and_the_type_of_a_failure_are_told(bank: Path) -> None:
    (bank / "use.py").write_text(USE + RAISING)

    told = reported(bank)

    assert "SC201 ValueError: (withheld but for 'id', 'name', 'paid': its data are real)" in told
    assert "use.py:8" in told


ADDING = """\
import pandas as pd
from pathlib import Path
def main(input_paths, output_paths, environ_vars, job_args):
    people = pd.read_csv(Path(input_paths["people"], "people.csv"))
    people["owed"] = people["paid"] * 2
    people.to_csv(Path(output_paths["clean"], "clean.csv"), index=False)
"""
SUMMING = """\
import pandas as pd
from pathlib import Path
def main(input_paths, output_paths, environ_vars, job_args):
    clean = pd.read_csv(Path(input_paths["clean"], "clean.csv"))
    total = clean.groupby("name")["owed"].sum().max()
    Path(output_paths["report"], "report.json").write_text(f'{{"highest": {total}}}')
"""


@pytest.mark.slow
def test_a_column_that_the_change_renamed_is_told_as_of_data_that_are_nobodys(bank: Path) -> None:
    git(bank, "checkout", "--quiet", "main")
    (bank / "load.py").write_text(ADDING)
    (bank / "use.py").write_text(SUMMING)
    commit(bank)
    git(bank, "checkout", "--quiet", "-B", "change")
    (bank / "load.py").write_text(ADDING.replace('"owed"', '"debt"'))

    told = reported(bank)

    assert "SC201 KeyError: 'Column not found: owed'" in told
    assert "input `clean` has `debt`, `id`, `name`, `paid`" in told
    assert "`owed` appears in this change at load.py:5." in told
    assert "No input has a column `owed`: read another, or have `load` write it." in told
    for value in PLANTED:
        assert value not in told


@pytest.mark.slow
def test_a_column_that_a_script_misspells_is_told_with_the_one_that_it_means(bank: Path) -> None:
    (bank / "load.py").write_text(ADDING)
    (bank / "use.py").write_text(SUMMING.replace('"owed"', '"owedd"').replace('"name"', '"id"'))

    told = reported(bank)

    assert "SC201 KeyError: 'Column not found: owedd'" in told
    assert "No input has a column `owedd`; did you mean `owed`?" in told
    assert "input `clean` has" in told
    for value in PLANTED:
        assert value not in told


@pytest.mark.slow
def test_a_value_that_a_script_looks_for_is_no_name_of_a_column(bank: Path) -> None:
    (bank / "use.py").write_text(USE + "    raise KeyError(rows[-1]['name'])\n")

    told = reported(bank)

    assert "SC201 KeyError: (withheld: its data are real)" in told
    assert "the whole text is in `log.txt` of this task, on the machine that ran it" in told
    (log,) = (bank / ".scriptcheck" / "runs").glob("*/tasks/daily%2Fuse/log.txt")
    assert PLANTED[1] in log.read_text()
    assert PLANTED[1] not in told


def test_no_name_of_a_class_tells_a_value(bank: Path) -> None:
    naming = "\n    raise type(rows[-1]['name'][:9] + 'Error', (ValueError,), {})('x')\n"
    (bank / "use.py").write_text(USE + naming)

    told = reported(bank)

    assert PLANTED[1][:9] not in told
    assert "SC201 an exception of its own: (withheld: its data are real)" in told


NAMING = """\
import csv, pathlib
def main(input_paths, output_paths, environ_vars, job_args):
    rows = list(csv.DictReader(open(pathlib.Path(input_paths["people"], "people.csv"))))
    folder = pathlib.Path(output_paths["clean"])
    names = sorted({row["name"] for row in rows})
    lines = [",".join([row["id"], "1", *("1" * (row["name"] == name) for name in names)]) for row in rows]
    (folder / "clean.csv").write_text("\\n".join([",".join(["id", "paid", *names]), *lines]) + "\\n")
    for row in rows:
        (folder / f"of {row['name']}.csv").write_text(f"id,paid\\n{row['id']},1\\n")
"""


def test_no_name_of_a_column_or_of_a_file_tells_a_value(bank: Path) -> None:
    (bank / "load.py").write_text(NAMING)

    told = reported(bank)

    for value in PLANTED:
        assert value not in told
    assert "(name 1, withheld)" in told
    assert "`name`" in told  # a column that is gone, and stands in the code


KEYED = """\
import csv, json, pathlib
def main(input_paths, output_paths, environ_vars, job_args):
    rows = list(csv.DictReader(open(pathlib.Path(input_paths["people"], "people.csv"))))
    folder = pathlib.Path(output_paths["clean"])
    (folder / "clean.csv").write_text("id,paid\\n" + "".join(f"{row['id']},1\\n" for row in rows))
    told = {"mean": 47110 + NUMBER, **{row["name"]: NUMBER for row in rows}}
    (folder / "by.json").write_text(json.dumps(told))
"""


def test_no_key_of_a_document_tells_a_value_and_one_that_stands_in_the_code_is_told(
    bank: Path,
) -> None:
    git(bank, "checkout", "--quiet", "main")
    (bank / "load.py").write_text(KEYED.replace("NUMBER", "9"))
    commit(bank)
    git(bank, "checkout", "--quiet", "-B", "change")
    (bank / "load.py").write_text(KEYED.replace("NUMBER", "8"))

    told = reported(bank)

    for value in PLANTED:
        assert value not in told
    for number in ("47118", "47119"):  # as a number of its own: digests and sizes hold any digits
        assert not re.search(rf"(?<![\w.]){number}(?!\w)", told)
    assert "| `mean` |" in told
    assert "values, names withheld" in told


@pytest.mark.slow
def test_of_two_runs_no_key_of_a_document_is_told(bank: Path) -> None:
    for number in "89":
        (bank / "load.py").write_text(KEYED.replace("NUMBER", number))
        scriptcheck("run", folder=bank)
    runs = [str(one) for one in sorted((bank / ".scriptcheck" / "runs").iterdir())]

    ended = scriptcheck("diff", *runs, folder=bank)

    assert "values of `by.json`" in ended.stdout, ended.stderr
    for value in PLANTED:
        assert value not in ended.stdout


ELSEWHERE = """\
import csv, json, os, pathlib
def main(input_paths, output_paths, environ_vars, job_args):
    rows = list(csv.DictReader(open(pathlib.Path(input_paths["people"], "people.csv"))))
    folder = pathlib.Path(output_paths["clean"])
    (folder / "clean.csv").write_text("id,paid\\n" + "".join(f"{row['id']},1\\n" for row in rows))
    names = sorted({row["name"] for row in rows})
    (folder / "by.json").write_text(json.dumps({name: 9 for name in names}))
    for name in names:
        os.environ.get(f"OF_{name}")
        pathlib.Path(input_paths["people"], f"{name}.csv").write_text("1")
        os.symlink("/nowhere", folder / f"{name}.link")
        for place in (pathlib.Path(__file__).parent, pathlib.Path("/usr/share")):
            try:
                open(place / f"{name}.json")
            except OSError:
                pass
    exec(compile("raise ValueError(1)", str(pathlib.Path(__file__).parent / f"{names[1]}.py"), "exec"))
"""


@pytest.mark.parametrize("last", ["pass", "raise ValueError(1)"])
def test_nothing_that_a_script_wrote_or_looked_for_elsewhere_tells_a_value(
    bank: Path, last: str
) -> None:
    (bank / "load.py").write_text(ELSEWHERE.replace("raise ValueError(1)", last))
    settings = (bank / "scriptcheck.yaml").read_text()
    values = "clean: {dataset: clean, values: {by.json: {'*': {max: 1}, auc: {min: 0}}}}"
    (bank / "scriptcheck.yaml").write_text(
        settings.replace("clean: {dataset: clean}}", f"{values}}}\n    env: {{MODE: a}}")
    )

    told = reported(bank)

    for value in PLANTED:
        assert value not in told
    found = [path.read_text() for path in bank.rglob("history/*.json")]
    assert found
    assert not any(value in text for value in PLANTED for text in found)
    assert all(
        rule in told for rule in (["SC201"] if last != "pass" else ["SC211", "SC230", "SC314"])
    )


OPENING = """\
import csv, json, pathlib
def main(input_paths, output_paths, environ_vars, job_args):
    list(open(next(pathlib.Path(input_paths["other"]).iterdir())))
    rows = list(csv.DictReader(open(pathlib.Path(__file__).parent / "people" / "people.csv")))
    folder = pathlib.Path(output_paths["clean"])
    with open(folder / "clean.csv", "w") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(CHANGED)
    (folder / "last.json").write_text(json.dumps(CHANGED[-1]))
"""


@pytest.mark.parametrize(
    "rules", ["{SC307: warning}", pytest.param("{SC307: warning, SC213: warning}", marks=SLOW)]
)
def test_data_that_a_script_opened_though_nobody_gave_them_are_told_as_little(
    bank: Path, rules: str
) -> None:
    listed = "id: {type: string}, name: {type: category, values: [A, B]}"
    settings = (bank / "scriptcheck.yaml").read_text().replace("{SC307: warning}", rules)
    settings = settings.replace("people: {dataset: people", "other: {dataset: other")
    settings = settings.replace(", expects: people", "").replace("[load, use]", "[load]")
    settings = settings.replace(
        "{id: {type: string}}}", f"{{{listed}}}}}\n  other: {{columns: {{id: {{type: string}}}}}}"
    )
    (bank / "scriptcheck.yaml").write_text(settings)
    (bank / "load.py").write_text(OPENING.replace("CHANGED", "rows"))
    commit(bank)
    git(bank, "branch", "--force", "main")
    edited = '[{**row, "name": row["name"].upper(), "paid": "1" + row["paid"]} for row in rows]'
    (bank / "load.py").write_text(OPENING.replace("CHANGED", edited))

    told = reported(bank)

    assert "SC213" in told
    assert "SC307 `name` in `clean.csv` of output `clean` has values, where" in told
    for value in PLANTED:
        assert value not in told
        assert value.upper() not in told


def test_the_first_row_of_a_table_without_a_head_is_no_head(bank: Path) -> None:
    rows = [
        f"{number % 2},{number + 87},0.{number},{PLANTED[1]}{number}\n" for number in range(30)
    ]
    (bank / "people" / "people.csv").write_text("".join(rows))
    (bank / "load.py").write_text(LOAD.replace("CHANGED", "rows"))

    told = reported(bank)

    assert PLANTED[1] not in told
    assert '"0.0"' not in told
    assert '"87"' not in told


def test_a_row_whose_words_the_code_speaks_of_is_no_head(bank: Path) -> None:
    (bank / "people" / "people.csv").write_text(f"id,paid,A,{PLANTED[1]}\n" * 30)
    settings = (bank / "scriptcheck.yaml").read_text()
    listed = settings.partition("      id: {type: string, unique: true}")
    unlisted = listed[0] + listed[2].partition("\n")[2]
    (bank / "scriptcheck.yaml").write_text(unlisted.replace("      name: ", "      Name: "))

    told = reported(bank)

    assert PLANTED[1] not in told
    assert "(name 1, withheld)" in told


def test_columns_that_nobody_lists_are_told_where_most_are_listed(bank: Path) -> None:
    file = bank / "people" / "people.csv"
    file.write_text(file.read_text().replace("id,name,paid", "id,name,paid,Umsatz", 1))

    assert '"Umsatz"' in reported(bank)


PICKLING = """
import pickle, sys
def pickled(output_paths, name):
    kind = type(name, (), {"__module__": __name__})
    setattr(sys.modules[__name__], name, kind)
    pathlib.Path(output_paths["clean"], "model.pkl").write_bytes(pickle.dumps([kind(), pathlib.Path()]))
"""


def test_no_class_in_a_pickle_tells_a_value(bank: Path) -> None:
    call = "\n    pickled(output_paths, rows[{}]['name'])\n"
    writing = PICKLING + LOAD.replace("CHANGED", "rows")
    settings = (bank / "scriptcheck.yaml").read_text()
    (bank / "scriptcheck.yaml").write_text(settings.replace("files: clean.csv, ", ""))
    (bank / "load.py").write_text(writing + call.format(5))
    commit(bank)
    git(bank, "branch", "--force", "main")
    (bank / "load.py").write_text(writing + call.format(-1))

    told = reported(bank)

    assert '"kind":"FileComparison","path":"model.pkl"' in told
    assert '"kind":"ValueComparison","path":"(name ' in told
    for value in PLANTED:
        assert value not in told


MONTHS = "[{**row, 'who': row['name'], 'state': 'open'} for row in rows for _ in range(12)]"


def test_a_value_that_many_rows_of_one_person_hold_is_not_named(bank: Path) -> None:
    of_months = LOAD.replace("rows[0]", f"{MONTHS}[0]").replace("CHANGED", MONTHS)
    (bank / "load.py").write_text(of_months)
    settings = (bank / "scriptcheck.yaml").read_text()
    (bank / "scriptcheck.yaml").write_text(settings.replace("key: id, ", ""))
    commit(bank)
    git(bank, "branch", "--force", "main")
    edited = of_months.replace("row['name']", "row['name'].upper()").replace("'open'", "'closed'")
    (bank / "load.py").write_text(edited)

    told = reported(bank)

    for value in PLANTED:
        assert value not in told
        assert value.upper() not in told
    assert '{"kind":"Figure","name":"\\"closed\\"","before":null,"after":"372"}' in told


@pytest.mark.slow
def test_no_two_names_share_a_label_when_shares_are_merged(bank: Path) -> None:
    (bank / "load.py").write_text(NAMING)
    for number in (1, 2):
        scriptcheck("run", "--shard", f"{number}/2", "--output", f"share{number}", folder=bank)

    ended = scriptcheck("report", "json", "--merge", "share1", "share2", folder=bank)

    numbers = set(re.findall(r"\(name (\S+), withheld\)", ended.stdout))
    assert {number.partition(".")[0] for number in numbers} == {"1", "2"}
    assert not any(value in ended.stdout for value in PLANTED)


def test_a_difference_in_which_names_are_withheld_can_be_accepted(bank: Path) -> None:
    (bank / "load.py").write_text(NAMING)
    (bank / "use.py").write_text(USE.replace("rows[-1]['name']", "''"))
    scriptcheck("run", folder=bank)

    scriptcheck("accept", "daily/load", "--reason", "one for each name", folder=bank)
    again = scriptcheck("run", "-v", folder=bank).stdout

    assert "SC401 and SC402: one for each name (accepted in this change)" in again


def test_what_is_accepted_of_withheld_names_holds_none_of_them(bank: Path) -> None:
    (bank / "load.py").write_text(NAMING)
    commit(bank)
    git(bank, "branch", "--force", "main")
    (bank / "load.py").write_text(NAMING.partition("    for row in rows:")[0])
    scriptcheck("run", folder=bank)

    scriptcheck("accept", "daily/load", "--reason", "no more", folder=bank)
    again = scriptcheck("run", "-v", folder=bank).stdout
    accepted = (bank / "scriptcheck.accepted.yaml").read_text()

    assert accepted.count("- step: load") == 2
    assert 'about: "(names, withheld)"' in accepted
    assert not any(value in accepted for value in PLANTED)
    assert "SC403: no more (accepted in this change)" in again


@pytest.mark.slow
def test_two_runs_beside_each_other_tell_no_name_and_no_value(bank: Path) -> None:
    (bank / "load.py").write_text(NAMING)
    scriptcheck("run", "--all", "--output", "first", folder=bank)
    (bank / "load.py").write_text(
        NAMING.replace('"paid", *names', '"paid", *map(str.upper, names)')
    )
    scriptcheck("run", "--all", "--output", "second", folder=bank)

    for words in ((), ("--json",)):
        ended = scriptcheck("diff", "first", "second", *words, folder=bank)

        assert ended.returncode == 1, ended.stderr
        assert "daily/load, output `clean`" in ended.stdout
        assert ", withheld)" in ended.stdout or "names withheld" in ended.stdout
        for value in PLANTED:
            assert value not in ended.stdout
            assert value.upper() not in ended.stdout


@pytest.mark.slow
def test_files_whose_names_a_record_withholds_are_found_by_what_they_hold(bank: Path) -> None:
    (bank / "load.py").write_text(NAMING)
    scriptcheck("run", "--all", "--output", "first", folder=bank)
    (bank / "load.py").write_text(NAMING.replace("},1", "},2"))
    scriptcheck("run", "--all", "--output", "second", folder=bank)
    for kept in ("first", "second"):
        shutil.rmtree(bank / kept / "tasks")

    ended = scriptcheck("diff", "first", "second", folder=bank)

    assert "names withheld" in ended.stdout, ended.stderr
    assert "Some names are withheld, as they may be values" in ended.stdout


def test_a_class_that_stands_in_the_code_is_told_by_its_name(bank: Path) -> None:
    (bank / "use.py").write_text(
        "class TooPoorError(Exception):\n    pass\n\n\n"
        + USE
        + "    raise TooPoorError(rows[-1])\n"
    )

    told = reported(bank)

    assert "SC201 TooPoorError: (withheld but for 'id', 'name', 'paid': its data are real)" in told
    assert PLANTED[1] not in told


def test_what_a_script_reads_past_its_inputs_is_real_as_well(bank: Path) -> None:
    (bank / "peek.py").write_text(
        "from pathlib import Path\n\n\n"
        "def main(input_paths, output_paths, environ_vars, job_args):\n"
        "    raise ValueError((Path(__file__).parent / 'people' / 'people.csv').read_text())\n"
    )
    settings = (bank / "scriptcheck.yaml").read_text()
    (bank / "scriptcheck.yaml").write_text(
        settings.replace(
            "pipelines:", "  peek: {script: peek.py, outputs: {found: {}}}\npipelines:"
        )
    )

    told = reported(bank)

    assert "SC201 ValueError: (withheld: its data are real)" in told
    assert PLANTED[1] not in told


def make_public(bank: Path) -> None:
    settings = (bank / "scriptcheck.yaml").read_text()
    (bank / "scriptcheck.yaml").write_text(
        settings.replace("real: s3:", "public: true\n    real: s3:")
    )


def test_values_of_public_data_may_be_told(bank: Path) -> None:
    git(bank, "checkout", "--quiet", "main")
    make_public(bank)
    commit(bank)
    git(bank, "checkout", "--quiet", "-B", "change")
    (bank / "use.py").write_text(USE + RAISING)

    assert PLANTED[1] in reported(bank)


def test_a_change_makes_no_data_public_by_saying_so(bank: Path) -> None:
    make_public(bank)
    (bank / "use.py").write_text(USE + RAISING)

    assert PLANTED[1] not in reported(bank)
