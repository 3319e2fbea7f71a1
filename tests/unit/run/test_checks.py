from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from ci_scriptcheck.errors import Place
from ci_scriptcheck.model.contract import (
    Column,
    ColumnType,
    Dataset,
    Format,
    Schema,
    Synthesized,
    TableFile,
)
from ci_scriptcheck.model.defect import Defect, DefectKind
from ci_scriptcheck.model.difference import Difference, Kind
from ci_scriptcheck.model.plan import Input, Output
from ci_scriptcheck.model.project import Known, RuleSetting, Settings
from ci_scriptcheck.model.result import Artefact, FileFacts, Finding, Level, Outcome
from ci_scriptcheck.model.scenario import BUILT_IN
from ci_scriptcheck.model.source import Synthetic
from ci_scriptcheck.run.judgement.case import Case
from ci_scriptcheck.run.judgement.checks import judge
from ci_scriptcheck.run.judgement.repeat import Repeat
from ci_scriptcheck.run.process.request import (
    AskedInVain,
    Call,
    Ended,
    Ending,
    Frame,
    LoggedError,
    Raised,
    Script,
    Started,
)
from tests.conftest import a_task

RETURNED = Ending(how=Ended.RETURNED)
A_CELL = Difference(how="differs in line 2: `1`, and then `2`", kind=Kind.DATA)
DIFFERING = {"result": {"data.csv": A_CELL}}
A_KEY_ERROR = Raised(
    type="KeyError",
    text="'amount_usd'",
    frames=(
        Frame(file="/repo/scripts/train.py", line=60, function="main", inside=True),
        Frame(file="/repo/lib/features.py", line=41, function="features", inside=True),
        Frame(file="/venv/pandas/core/indexes/base.py", line=3812, function="get_loc"),
    ),
)
ORDERS = Dataset(
    name="orders",
    schema=Schema(columns=(Column(name="order_id", type=ColumnType.STRING),)),
    files=(TableFile(name="orders.csv", format=Format.CSV),),
    origin=Synthesized(),
)


def a_table(*columns: str, rows: int = 1000, path: str = "data.csv") -> FileFacts:
    return FileFacts(
        path=path, bytes=20 * rows + 8, digest="d", format="csv", rows=rows, columns=columns
    )


def a_file(path: str, *, size: int = 100, kind: str | None = "json") -> FileFacts:
    return FileFacts(path=path, bytes=size, digest="d", format=kind)


def lies(*files: FileFacts, read: bool | None = None) -> Artefact:
    return Artefact(digest="d", files=files, read=read)


def reads(port: str, **given: Any) -> Input:
    return Input(
        port=port, parameter=port, source=Synthetic(dataset="orders", node="train"), **given
    )


def writes(port: str, **given: Any) -> Output:
    return Output(port=port, parameter=port, **given)


def a_case(ending: Ending = RETURNED, **given: Any) -> Case:
    """Make a case in which a table of 1,000 rows was read, and one of 900 written."""
    call = Call(
        target=Script(file="/repo/scripts/train.py"),
        folder="/run/work",
        private="/run/private",
        log="/run/log.txt",
        tree="/repo",
        writable=("/run/out",),
        outputs=("/run/out",),
    )
    task = {"inputs": (reads("data"),), "outputs": (writes("result"),)} | given.pop("task", {})
    parts: dict[str, Any] = {
        "inputs": {"data": lies(a_table("order_id", "amount"), read=True)},
        "outputs": {"result": lies(a_table("order_id", "score", rows=900))},
        "today": date(2026, 11, 22),
    }
    return Case(task=a_task(**task), call=call, ending=ending, **parts | given)


def codes(findings: tuple[Finding, ...]) -> list[str]:
    return [finding.rule for finding in findings]


def test_a_script_that_reads_and_writes_and_returns_has_passed() -> None:
    assert judge(a_case()) == (Outcome.PASSED, ())


def test_an_exception_is_told_with_its_innermost_place_in_the_project() -> None:
    outcome, (found,) = judge(a_case(Ending(how=Ended.RAISED, errors=(A_KEY_ERROR,))))

    assert (outcome, found.rule) == (Outcome.FAILED, "SC201")
    assert found.message == "KeyError: 'amount_usd'"
    assert found.place == Place(file="lib/features.py", line=41)
    assert found.frames[0] == Place(file="scripts/train.py", line=60)
    assert found.advice == "No input has a column `amount_usd`; did you mean `amount`?"
    assert found.evidence == ("input `data` has `order_id`, `amount`",)


@pytest.mark.parametrize(
    ("text", "raised_in", "advice"),
    [
        ("'Column not found: amout'", 3, "No input has a column `amout`; did you mean `amount`?"),
        (
            "'Column not found: weekday'",
            3,
            "No input has a column `weekday`: read another, or have the data hold it.",
        ),
        (
            "'weekday'",
            3,
            "No input has a column `weekday`: read another, or have the data hold it.",
        ),
        ("'USD'", 2, None),
        ("'amout'", 2, "No input has a column `amout`; did you mean `amount`?"),
    ],
)
def test_a_key_that_is_missing_in_a_dictionary_is_called_no_column(
    text: str, raised_in: int, advice: str | None
) -> None:
    raised = replace(A_KEY_ERROR, text=text, frames=A_KEY_ERROR.frames[:raised_in])

    _, (found,) = judge(a_case(Ending(how=Ended.RAISED, errors=(raised,))))

    assert found.advice == advice


def test_a_syntax_error_is_no_missing_library() -> None:
    raised = Raised(type="SyntaxError", text="invalid syntax (train.py, line 3)")

    _, (found,) = judge(a_case(Ending(how=Ended.IMPORT_FAILED, errors=(raised,))))

    assert found.advice == "Correct the syntax at the place shown."


def test_a_limit_that_says_no_more_than_the_finding_is_not_repeated() -> None:
    ending = Ending(how=Ended.TIMED_OUT, detail="still running after 300 s")

    _, (found,) = judge(a_case(ending))

    assert found.evidence == ()


def test_a_table_without_rows_is_told_once() -> None:
    task = {"outputs": (writes("result", expects="orders"),)}
    empty = {"result": lies(a_table("order_id", rows=0))}

    _, findings = judge(a_case(task=task, outputs=empty, datasets={"orders": ORDERS}))

    assert codes(findings) == ["SC209"]


def test_what_an_exception_was_raised_from_is_evidence() -> None:
    outer = Raised(type="ValueError", text="cannot train\nbecause of this")

    _, (found,) = judge(a_case(Ending(how=Ended.RAISED, errors=(outer, A_KEY_ERROR))))

    assert found.evidence == (
        "because of this",
        "raised while handling KeyError: 'amount_usd' at lib/features.py:41",
        "input `data` has `order_id`, `amount`",
    )
    assert found.place == Place(file="scripts/train.py")


@pytest.mark.parametrize(
    ("ending", "outcome", "rule", "message"),
    [
        (
            Ending(
                how=Ended.IMPORT_FAILED,
                errors=(Raised(type="ModuleNotFoundError", text="No module named 'lib'"),),
            ),
            Outcome.FAILED,
            "SC202",
            "ModuleNotFoundError: No module named 'lib'",
        ),
        (
            Ending(how=Ended.NO_FUNCTION),
            Outcome.FAILED,
            "SC110",
            "scripts/train.py defines no function `main`",
        ),
        (
            Ending(how=Ended.EXITED, exit_status=3),
            Outcome.FAILED,
            "SC203",
            "left by `sys.exit` with status 3 before `main` returned",
        ),
        (
            Ending(how=Ended.EXITED, exit_status=0),
            Outcome.FAILED,
            "SC203",
            "left by `sys.exit` with status 0 before `main` returned",
        ),
        (
            Ending(how=Ended.SIGNALLED, signal="SIGSEGV"),
            Outcome.CRASHED,
            "SC204",
            "ended by SIGSEGV",
        ),
        (Ending(how=Ended.TIMED_OUT), Outcome.TIMED_OUT, "SC205", "still running after 300 s"),
        (
            Ending(how=Ended.MEMORY),
            Outcome.CRASHED,
            "SC206",
            "used more than 2,048 MiB of memory",
        ),
        (
            Ending(how=Ended.NO_RESULT, exit_status=0),
            Outcome.CRASHED,
            "SC207",
            "the process ended with status 0, without a result of `main`",
        ),
        (
            Ending(how=Ended.PROCESSES),
            Outcome.CRASHED,
            "SC220",
            "had more than 64 processes at one time",
        ),
        (Ending(how=Ended.LOG), Outcome.CRASHED, "SC221", "printed more than 10,000,000 bytes"),
        (
            Ending(how=Ended.OUTPUT),
            Outcome.CRASHED,
            "SC222",
            "wrote more than 10,000 files or 5,000,000,000 bytes",
        ),
        (
            Ending(how=Ended.LOST),
            Outcome.CRASHED,
            "SC223",
            "the process that ran this task was lost",
        ),
    ],
)
def test_every_bad_ending_has_its_outcome_and_rule(
    ending: Ending, outcome: Outcome, rule: str, message: str
) -> None:
    judged, (found,) = judge(a_case(ending))

    assert (judged, found.rule, found.message) == (outcome, rule, message)
    assert found.place is not None


def test_a_missing_output_beside_another_has_failed() -> None:
    case = a_case(task={"outputs": (writes("result"), writes("model"))})

    outcome, (found,) = judge(case)

    assert (outcome, found.rule, found.port) == (Outcome.FAILED, "SC208", "model")


def test_a_missing_optional_output_is_no_finding() -> None:
    case = a_case(task={"outputs": (writes("result"), writes("plots", required=False))})

    assert judge(case) == (Outcome.PASSED, ())


def test_a_script_that_wrote_nothing_at_all_is_vacuous() -> None:
    outcome, found = judge(a_case(outputs={"result": lies()}))

    assert (outcome, codes(found)) == (Outcome.VACUOUS, ["SC209"])


def test_a_step_without_outputs_may_write_nothing() -> None:
    assert judge(a_case(task={"outputs": ()}, outputs={})) == (Outcome.PASSED, ())


def test_rows_that_went_in_and_none_that_came_out_are_vacuous() -> None:
    outcome, (found,) = judge(a_case(outputs={"result": lies(a_table("order_id", rows=0))}))

    assert (outcome, found.rule) == (Outcome.VACUOUS, "SC209")
    assert found.message == "no table of `result` holds a row, and 1,000 rows went in"


def test_of_several_tables_that_went_in_the_rows_of_each_are_told() -> None:
    given = {
        "orders": lies(a_table("order_id", rows=5_000)),
        "customers": lies(a_table("customer_id", rows=1_200)),
        "notes": lies(a_table("note", rows=0)),
    }

    _, (found,) = judge(
        a_case(inputs=given, outputs={"result": lies(a_table("order_id", rows=0))})
    )

    assert found.message == (
        "no table of `result` holds a row, and 1,200 rows of `customers` and 5,000 of `orders` went in"
    )


def test_an_empty_table_beside_a_full_one_is_no_finding() -> None:
    case = a_case(
        task={"outputs": (writes("clean"), writes("rejected"))},
        outputs={"clean": lies(a_table("a")), "rejected": lies(a_table("a", rows=0))},
    )

    assert judge(case) == (Outcome.PASSED, ())


def test_no_rows_from_inputs_without_rows_are_no_finding() -> None:
    case = a_case(
        inputs={"data": lies(a_table("a", rows=0), read=True)},
        outputs={"result": lies(a_table("a", rows=0))},
    )

    assert judge(case) == (Outcome.PASSED, ())


def test_a_port_with_a_schema_and_no_table_is_vacuous() -> None:
    case = a_case(
        task={"outputs": (writes("result", expects="orders"),)},
        outputs={"result": lies(a_file("report.json"))},
        datasets={"orders": ORDERS},
    )

    outcome, (found,) = judge(case)

    assert (outcome, found.rule) == (Outcome.VACUOUS, "SC209")


def test_a_port_with_a_schema_and_a_file_nobody_looked_into_is_no_finding() -> None:
    case = a_case(
        task={"outputs": (writes("result", expects="orders"),)},
        outputs={"result": lies(a_file("orders.feather", kind="arrow"))},
        datasets={"orders": ORDERS},
    )

    assert judge(case) == (Outcome.PASSED, ())


def test_a_model_beside_an_empty_table_is_no_finding() -> None:
    case = a_case(
        task={"outputs": (writes("model"), writes("warnings"))},
        outputs={
            "model": lies(a_file("model.joblib", kind="pickle")),
            "warnings": lies(a_table("what", rows=0)),
        },
    )

    assert judge(case) == (Outcome.PASSED, ())


def test_a_data_port_that_holds_only_metadata_is_vacuous() -> None:
    case = a_case(
        task={"outputs": (writes("sequences"),)},
        outputs={"sequences": lies(a_file("normalization_metadata.json"))},
    )

    outcome, (found,) = judge(case)

    assert (outcome, found.rule) == (Outcome.VACUOUS, "SC209")
    assert "normalization_metadata.json" in found.message


@pytest.mark.parametrize(
    ("port", "file"),
    [
        ("metrics", a_file("metrics.json")),
        ("model", a_file("model.joblib", kind=None)),
        ("model", a_file("model.tar.gz", kind="gzip")),
        ("metadata", a_file("metadata.json")),
        ("report", a_file("report.md", kind="text")),
        ("plots", a_file("roc.png", kind="binary")),
    ],
)
def test_trainings_and_reports_write_no_tables_and_pass(port: str, file: FileFacts) -> None:
    case = a_case(task={"outputs": (writes(port),)}, outputs={port: lies(file)})

    assert judge(case) == (Outcome.PASSED, ())


def test_an_output_of_empty_files_is_vacuous() -> None:
    outcome, found = judge(a_case(outputs={"result": lies(a_file("model.pkl", size=0))}))

    assert (outcome, codes(found)) == (Outcome.VACUOUS, ["SC209"])


def test_a_required_input_that_was_never_read_is_vacuous() -> None:
    case = a_case(inputs={"data": lies(a_table("a"), read=False)})

    outcome, (found,) = judge(case)

    assert (outcome, found.rule, found.port) == (Outcome.VACUOUS, "SC210", "data")


@pytest.mark.parametrize("read", [True, None])
def test_an_input_that_was_read_or_may_have_been_is_no_finding(read: bool | None) -> None:
    assert judge(a_case(inputs={"data": lies(a_table("a"), read=read)}))[1] == ()


def test_an_optional_input_need_not_be_read() -> None:
    case = a_case(
        task={"inputs": (reads("data"), reads("weights", required=False))},
        inputs={
            "data": lies(a_table("a"), read=True),
            "weights": lies(a_file("weights.json"), read=False),
        },
    )

    assert judge(case) == (Outcome.PASSED, ())


def test_a_changed_input_has_failed() -> None:
    outcome, (found,) = judge(a_case(changed={"data": ("data.csv",)}))

    assert (outcome, found.rule) == (Outcome.FAILED, "SC211")
    assert found.message == "changed `data.csv` in input `data`"


def test_a_file_that_was_added_to_an_input_is_a_warning() -> None:
    outcome, (found,) = judge(a_case(changed={"data": ("unpacked.json",)}))

    assert (outcome, found.rule, found.severity) == (Outcome.PASSED, "SC211", Level.WARNING)
    assert found.message == "added `unpacked.json` to input `data`"


def test_paths_of_one_run_are_cut_out_of_messages() -> None:
    raised = Raised(type="OSError", text="no such file: /run/in/data/x.csv, /repo/lib/y.csv")

    _, (found,) = judge(a_case(Ending(how=Ended.RAISED, errors=(raised,))))

    assert found.message == "OSError: no such file: in/data/x.csv, lib/y.csv"


def test_what_a_script_wrote_itself_it_may_read() -> None:
    ending = Ending(
        how=Ended.RETURNED, written=("/var/cache",), read=("/var/cache/a.csv", "/var/other.csv")
    )

    _, found = judge(a_case(ending))

    assert [finding.message for finding in found] == [
        "wrote `/var/cache`",
        "read `/var/other.csv`",
    ]


def test_a_second_run_that_does_not_end_well_is_told() -> None:
    again = Ending(how=Ended.RAISED, errors=(Raised(type="KeyError", text="'a'"),))

    _, found = judge(a_case(Ending(how=Ended.RETURNED), repeats=(Repeat(ending=again),)))

    assert [(finding.rule, finding.message) for finding in found] == [
        ("SC217", "returned, and the second time raised: KeyError")
    ]


def test_misconduct_warns_and_passes() -> None:
    ending = Ending(
        how=Ended.RETURNED,
        written=("/run/out/result/a.csv", "/run/work/b", "/dev/null", "/var/cache.csv"),
        read=("/repo/lib/table.json", "/run/private/x", "/opt/ml/code/hyper.json"),
        refused=("example.org:443",),
        pip_calls=("pip install xgboost",),
        leftovers=("sleep 1000",),
    )

    outcome, found = judge(a_case(ending, repeats=(Repeat(ending=RETURNED, differing=DIFFERING),)))

    assert outcome is Outcome.PASSED
    assert {finding.severity for finding in found} == {Level.WARNING}
    assert [(finding.rule, finding.message) for finding in found] == [
        ("SC212", "wrote `/var/cache.csv`"),
        ("SC213", "read `/opt/ml/code/hyper.json`"),
        ("SC214", "asked for `example.org:443`"),
        ("SC215", "wanted to install packages: `pip install xgboost`"),
        ("SC216", "left `sleep 1000` running"),
        ("SC217", "`data.csv` of output `result` came out differently the second time"),
    ]
    assert found[-1].evidence == ("`data.csv` differs in line 2: `1`, and then `2`",)


def a_logged(**given: Any) -> Ending:
    parts: dict[str, Any] = {
        "text": "method failed: could not convert",
        "level": "ERROR",
        "logger": "root",
        "file": "/repo/scripts/train.py",
        "line": 12,
        "inside": True,
    }
    return Ending(how=Ended.RETURNED, logged=(LoggedError(**parts | given),))


def test_an_error_that_was_logged_before_a_good_end_has_failed() -> None:
    outcome, (found,) = judge(a_case(a_logged()))

    assert (outcome, found.rule) == (Outcome.FAILED, "SC218")
    assert found.message == "logged error `method failed: could not convert` and ended well"
    assert found.place == Place(file="scripts/train.py", line=12)


def test_an_error_that_a_library_logged_is_no_finding() -> None:
    assert judge(a_case(a_logged(inside=False))) == (Outcome.PASSED, ())


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("LABEL_FIELD", "label"),
        ("ID_COLUMN", "id"),
        ("FEATURE_COLUMNS", "amount, price"),
        ("CATEGORICAL_FIELDS", '["amount", "shop"]'),
        ("group_col", "customer"),
    ],
)
def test_a_variable_that_names_a_column_no_input_has_has_failed(variable: str, value: str) -> None:
    outcome, (found,) = judge(a_case(task={"variables": {variable: value}}))

    assert (outcome, found.rule, found.subject) == (Outcome.FAILED, "SC219", variable)


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("LABEL_FIELD", "amount"),
        ("LABEL_FIELD", ""),
        ("SCORE_FIELD", "score"),
        ("OUTPUT_COLUMN", "prediction"),
        ("EXCLUDE_COLUMNS", "name"),
        ("FAIL_ON_MISSING_FIELDS", "true"),
        ("MAX_INPUT_FIELD_LENGTH", "400000"),
        ("MODEL_NAME", "forest"),
        ("FIELDS", "{}"),
        ("ID_FIELDS", '["order_id", "amount"]'),
        ("ID_FIELDS", "[broken"),
        ("KEY_COLUMN", "7"),
    ],
)
def test_a_variable_that_names_no_missing_column_is_no_finding(variable: str, value: str) -> None:
    assert judge(a_case(task={"variables": {variable: value}})) == (Outcome.PASSED, ())


def test_a_variable_that_names_no_column_is_told_beside_the_exception_it_may_explain() -> None:
    ending = Ending(how=Ended.RAISED, errors=(A_KEY_ERROR,))

    outcome, found = judge(a_case(ending, task={"variables": {"LABEL_FIELD": "label"}}))

    assert (outcome, codes(found)) == (Outcome.FAILED, ["SC201", "SC219"])
    assert found[1].severity is Level.WARNING


def test_variables_are_not_judged_where_no_input_is_a_table() -> None:
    case = a_case(
        task={"variables": {"LABEL_FIELD": "label"}},
        inputs={"data": lies(a_file("config.json"), read=True)},
    )

    assert judge(case) == (Outcome.PASSED, ())


A_REFUSAL = Ending(how=Ended.RAISED, errors=(Raised(type="ValueError", text="no rows"),))


def test_a_clear_refusal_passes_where_either_is_right() -> None:
    case = a_case(A_REFUSAL, scenario=BUILT_IN["no_rows"], outputs={"result": lies()})

    assert judge(case) == (Outcome.PASSED, ())


def test_a_refusal_that_leaves_half_an_output_has_failed() -> None:
    outcome, (found,) = judge(a_case(A_REFUSAL, scenario=BUILT_IN["malformed"]))

    assert (outcome, found.rule, found.port) == (Outcome.FAILED, "SC226", "result")


def test_bad_data_that_is_accepted_has_failed() -> None:
    outcome, (found,) = judge(a_case(scenario=BUILT_IN["malformed"]))

    assert (outcome, found.rule) == (Outcome.FAILED, "SC225")


def test_a_crash_passes_in_no_scenario() -> None:
    case = a_case(Ending(how=Ended.SIGNALLED, signal="SIGSEGV"), scenario=BUILT_IN["malformed"])

    assert judge(case)[0] is Outcome.CRASHED


def test_an_exception_without_a_word_is_no_clear_refusal() -> None:
    ending = Ending(how=Ended.RAISED, errors=(Raised(type="AssertionError", text=""),))

    outcome, (found,) = judge(a_case(ending, scenario=BUILT_IN["no_rows"]))

    assert (outcome, found.message) == (Outcome.FAILED, "AssertionError")


def malformed(ending: Ending, defect: Defect, **given: Any) -> Case:
    """Make a case whose input has a defect, and that left nothing."""
    source = Synthetic(dataset="orders", node="train", defect=defect)
    item = Input(port="data", parameter="data_dir", source=source)
    parts = {"outputs": {"result": lies()}, "scenario": BUILT_IN["malformed"]} | given
    return a_case(ending, task={"inputs": (item,)}, **parts)


NO_AMOUNT = Defect(what=DefectKind.MISSING_COLUMN, column="amount")
NO_FLOAT = Defect(what=DefectKind.WRONG_TYPE, column="amount", type="float")
NOTHING = Defect(what=DefectKind.EMPTY, file="sub/orders.csv")


def raised(text: str, kind: str = "ValueError") -> Ending:
    return Ending(how=Ended.RAISED, errors=(Raised(type=kind, text=text),))


@pytest.mark.parametrize(
    ("said", "defect"),
    [
        ("'amount'", NO_AMOUNT),
        ("could not convert string to float: 'not a float 17'", NO_FLOAT),
        ("[Errno 22] in/data/sub/orders.csv is empty", NOTHING),
        ("orders.csv holds no table", NOTHING),
        ("nothing in data_dir", NOTHING),
    ],
)
def test_an_error_that_names_file_column_or_value_refuses_bad_data(
    said: str, defect: Defect
) -> None:
    assert judge(malformed(raised(said), defect)) == (Outcome.PASSED, ())


@pytest.mark.parametrize(
    ("said", "defect"),
    [
        ("No columns to parse from file", NOTHING),
        ("invalid amounts", NO_AMOUNT),
        ("'>' not supported between instances of 'str' and 'int'", NO_FLOAT),
    ],
)
def test_an_error_that_names_nothing_of_it_is_not_clear(said: str, defect: Defect) -> None:
    outcome, (found,) = judge(malformed(raised(said), defect))

    assert (outcome, found.rule, found.port) == (Outcome.FAILED, "SC229", "data")
    assert found.message.endswith(f", and `ValueError: {said}` does not say so")


def test_what_the_error_was_raised_from_counts_too() -> None:
    chain = (
        Raised(type="RuntimeError", text="bad input"),
        Raised(type="KeyError", text="'amount'"),
    )

    assert judge(malformed(Ending(how=Ended.RAISED, errors=chain), NO_AMOUNT))[1] == ()


def test_a_logged_error_and_an_exit_status_refuse_bad_data() -> None:
    logged = LoggedError(text="bad data", level="ERROR", logger="x", file="/repo/a.py", line=1)
    ending = Ending(how=Ended.EXITED, exit_status=3, logged=(logged,))

    assert judge(malformed(ending, NOTHING)) == (Outcome.PASSED, ())
    silent = judge(malformed(Ending(how=Ended.EXITED, exit_status=3), NOTHING))
    assert (silent[0], codes(silent[1])) == (Outcome.FAILED, ["SC203"])


def test_bad_data_that_pass_silently_are_told_with_their_defect() -> None:
    outcome, (found,) = judge(malformed(RETURNED, NO_AMOUNT))

    assert (outcome, found.rule) == (Outcome.FAILED, "SC225")
    assert found.message == "ended well, although input `data` lacks column `amount`"


def test_bad_data_that_were_never_opened_were_not_accepted() -> None:
    unread = {"data": lies(a_table("order_id"), read=False)}

    outcome, found = judge(malformed(RETURNED, NO_AMOUNT, inputs=unread))

    assert (outcome, codes(found)) == (Outcome.VACUOUS, ["SC209", "SC210"])


@pytest.mark.parametrize("how", [Ended.TIMED_OUT, Ended.MEMORY, Ended.SIGNALLED, Ended.NO_RESULT])
def test_no_other_end_refuses_bad_data(how: Ended) -> None:
    assert judge(malformed(Ending(how=how), NO_AMOUNT))[0] in {Outcome.CRASHED, Outcome.TIMED_OUT}


def known(rule: str = "SC201", until: str | None = None) -> dict[str, Any]:
    return {"settings": Settings(known=Known(rules=(rule,), reason="ticket 12", until=until))}


def test_a_known_failure_is_marked_with_its_reason() -> None:
    ending = Ending(how=Ended.RAISED, errors=(A_KEY_ERROR,))

    outcome, (found,) = judge(a_case(ending, task=known(until="2027-01-31")))

    assert (outcome, found.known) == (Outcome.FAILED, "ticket 12")


def test_a_failure_that_is_known_by_several_rules_is_marked_by_any_of_them() -> None:
    settings = Settings(known=Known(rules=("SC209", "SC201"), reason="ticket 12"))
    ending = Ending(how=Ended.RAISED, errors=(A_KEY_ERROR,))

    _, (found,) = judge(a_case(ending, task={"settings": settings}))

    assert found.known == "ticket 12"


def test_a_known_failure_counts_again_after_its_day() -> None:
    ending = Ending(how=Ended.RAISED, errors=(A_KEY_ERROR,))

    _, (found,) = judge(a_case(ending, task=known(until="2026-01-31")))

    assert found.known is None
    assert found.evidence[-1] == "this was known until 2026-01-31: ticket 12"


def test_another_failure_than_the_known_one_counts() -> None:
    ending = Ending(how=Ended.RAISED, errors=(A_KEY_ERROR,))

    _, (found,) = judge(a_case(ending, task=known("SC208")))

    assert found.known is None


def test_a_known_failure_that_does_not_come_has_failed() -> None:
    outcome, (found,) = judge(a_case(task=known()))

    assert (outcome, found.rule) == (Outcome.FAILED, "SC224")


def test_a_rule_can_be_lowered_for_some_steps() -> None:
    rules = (RuleSetting(rule="SC210", level=Level.WARNING, steps=("tr*",)),)

    outcome, (found,) = judge(a_case(inputs={"data": lies(a_table("a"), read=False)}, rules=rules))

    assert (outcome, found.severity) == (Outcome.PASSED, Level.WARNING)


def test_a_rule_that_is_off_finds_nothing() -> None:
    rules = (RuleSetting(rule="SC2", level=Level.OFF),)

    assert judge(a_case(changed={"data": ("data.csv",)}, rules=rules)) == (Outcome.PASSED, ())


def test_what_is_no_file_in_an_output_is_told_with_what_it_is() -> None:
    link = "a link that leads out of it"

    outcome, found = judge(a_case(left_out={"out": {"a": "a named pipe", "b": link}}))

    assert (outcome, [one.rule for one in found]) == (Outcome.PASSED, ["SC232"])
    assert found[0].message == "`a` in output `out` is a named pipe, which no reader gets"
    assert found[0].evidence == (f"`b` is {link}",)


def asking(*names: str) -> Ending:
    return Ending(
        how=Ended.RETURNED,
        asked_in_vain=tuple(
            AskedInVain(name=name, file="/repo/lib/settings.py", line=3) for name in names
        ),
    )


def test_a_variable_that_nothing_declares_is_told_at_the_place_that_asks() -> None:
    ending = asking("FAST_MOD", "LABEL", "SM_CHANNEL", "no_proxy")

    outcome, (found,) = judge(a_case(ending, task={"declared": ("FAST_MODE", "LABEL")}))

    assert (outcome, found.rule) == (Outcome.PASSED, "SC230")
    assert found.message == "asked for the variable `FAST_MOD`, which nothing declares"
    assert found.place == Place(file="lib/settings.py", line=3)
    assert found.advice == "did you mean `FAST_MODE`? Else declare it, or set it under `env:`."


def test_where_no_variable_is_declared_none_is_asked_for_in_vain() -> None:
    assert judge(a_case(asking("FAST_MODE"))) == (Outcome.PASSED, ())


def starting(*commands: str) -> Ending:
    return Ending(
        how=Ended.RETURNED,
        started=tuple(
            Started(command=command, file="/repo/lib/version.py", line=3) for command in commands
        ),
    )


def test_a_program_that_the_script_starts_is_a_warning_at_its_place() -> None:
    outcome, (found,) = judge(a_case(starting("git log -1", "/bin/ls /repo/data")))

    assert (outcome, found.rule, found.severity) == (Outcome.PASSED, "SC231", Level.WARNING)
    assert found.message == "started `git log -1`"
    assert found.place == Place(file="lib/version.py", line=3)
    assert found.evidence == ("and `/bin/ls data`, lib/version.py:3",)


def test_the_settings_may_forbid_programs() -> None:
    rules = (RuleSetting(rule="SC231", level=Level.ERROR),)

    assert judge(a_case(starting("git log"), rules=rules))[0] is Outcome.FAILED


def test_a_call_of_pip_that_was_answered_is_no_program_that_was_started() -> None:
    commands = (
        "pip install x",
        "/venv/bin/python3 -m pip install x",
        "/a/pip3.11 list",
        "uv add x",
    )

    assert judge(a_case(starting(*commands))) == (Outcome.PASSED, ())
