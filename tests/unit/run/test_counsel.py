"""What helps against an exception, by its kind."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from ci_scriptcheck.model.plan import Input
from ci_scriptcheck.model.project import Settings
from ci_scriptcheck.model.source import Upstream
from ci_scriptcheck.run.judgement.counsel import Counsel, counsel
from ci_scriptcheck.run.judgement.exhibits import Scene
from ci_scriptcheck.run.privacy.texts import KnownNames
from ci_scriptcheck.run.process.request import Ended, Ending, Frame, Raised, Script
from tests.unit.run.test_checks import a_case, a_file, a_table, lies, reads

SCRIPT = Script(
    file="/repo/scripts/train.py",
    input_paths={"data": "/run/in/data"},
    output_paths={"result": "/run/out/result"},
)
PANDAS = Frame(file="/venv/pandas/core/indexes/base.py", line=3812, function="get_loc")
SCENE = Scene(
    python="/repo/.venv/bin/python",
    beside={"/repo/conf": ("model.json", "names.json")},
)


def own(code: str = "") -> Frame:
    return Frame(file="/repo/scripts/train.py", line=7, function="main", code=code, inside=True)


def told(kind: str, text: str, *frames: Frame, scene: Scene = SCENE, **given: Any) -> Counsel:
    """Give what is said about an exception in a script that has one table and one document."""
    raised = Raised(type=kind, text=text, frames=frames or (own(),))
    inputs = {"data": lies(a_table("order_id", "amount"), a_file("meta.json"), read=True)}
    case = a_case(
        Ending(how=Ended.RAISED, errors=(raised,)), **{"inputs": inputs, "scene": scene} | given
    )
    found = counsel(replace(case, call=replace(case.call, target=SCRIPT)))
    assert found is not None
    return found


@pytest.mark.parametrize(
    "text",
    [
        "\"None of [Index(['amout', 'x'], dtype='object')] are in the [columns]\"",
        "\"['amout', 'x'] not in index\"",
        "\"['amout', 'x'] not found in axis\"",
        "\"None of ['amout', 'x'] are in the columns\"",
        "\"The following id_vars or value_vars are not present in the DataFrame: ['amout', 'x']\"",
        "\"Label(s) ['amout', 'x'] do not exist\"",
        "\"Columns not found: 'amout', 'x'\"",
        "\"The following 'index' labels are not columns of the DataFrame: ['amout', 'x']\"",
    ],
)
def test_columns_that_no_input_has_are_told_with_those_that_are_there(text: str) -> None:
    found = told("KeyError", text, own(), PANDAS)

    assert found.advice == "No input has a column `amout`, `x`; did you mean `amount`?"
    assert found.facts == ("input `data` has `order_id`, `amount`",)


ASTYPE = "\"Only a column name can be used for the key in a dtype mappings argument. 'amout' not found in columns.\""


def test_columns_are_found_in_the_words_of_csv_readers_and_of_attributes() -> None:
    expected = "Usecols do not match columns, columns expected but not found: ['amout']"

    for found in (
        told("ValueError", expected),
        told("AttributeError", "'DataFrame' object has no attribute 'amout'"),
        told("AttributeError", "'DataFrameGroupBy' object has no attribute 'amout'"),
        told("KeyError", ASTYPE, own(), PANDAS),
    ):
        assert found.advice == "No input has a column `amout`; did you mean `amount`?"


def test_of_private_data_those_columns_are_listed_that_are_known_otherwise() -> None:
    some = told(
        "KeyError", "'amout'", own(), PANDAS, known=KnownNames(names=frozenset({"amount"}))
    )
    none = told("KeyError", "'amout'", own(), PANDAS, known=KnownNames())

    assert some.facts == ("input `data` has `amount` and 1 more",)
    assert none.facts == ("input `data` has 2 columns that may not be named here",)
    assert "amount" not in none.advice


def test_of_private_data_those_files_are_listed_that_are_known_otherwise() -> None:
    missing = "[Errno 2] No such file or directory: '/run/in/data/rows.csv'"

    found = told("FileNotFoundError", missing, known=KnownNames(names=frozenset({"data.csv"})))

    assert found.facts == ("input `data` holds `data.csv` and 1 more",)


def test_columns_that_no_input_has_are_remembered_by_name() -> None:
    assert told("KeyError", "'amout'", own(), PANDAS).lacking == ("amout",)
    assert told("KeyError", "'amount'", own(), PANDAS).lacking == ()


def test_a_column_that_an_input_has_was_lost_on_the_way() -> None:
    found = told("KeyError", "'amount'", own(), PANDAS)

    assert found.advice == (
        "Input `data` has `amount`: find the line before this one that drops or renames it."
    )


def test_a_key_of_a_parameter_is_told_with_the_keys_that_are_there() -> None:
    found = told("KeyError", "'dta'", own('open(input_paths["dta"])'))

    assert found.advice == "Declare `dta` under `inputs:` of `train`; did you mean `data`?"
    assert found.facts == ("`input_paths` has `data`",)


def test_a_variable_that_is_not_set_can_be_set() -> None:
    found = told("KeyError", "'REGION'", own('os.environ["REGION"]'), PANDAS)

    assert found.advice == "Give the variable `REGION` a value under `env:`."


@pytest.mark.parametrize("text", ["'pln'", "\"['pln'] not in index\""])
@pytest.mark.parametrize(
    "code",
    [
        """df[["order_id", "pln"]].to_csv(f"{output_paths['model']}/m.csv")""",
        """df["pln"].to_csv(Path(output_paths["result"]) / "m.csv")""",
        """pd.read_csv(input_paths["data"])[environ_vars["LABEL"]]""",
    ],
)
def test_a_missing_column_is_no_key_of_a_parameter_that_its_line_names_too(
    text: str, code: str
) -> None:
    found = told("KeyError", text, own(code), PANDAS)

    assert found.advice.startswith("No input has a column `pln`")


def test_a_key_of_another_mapping_is_none_of_a_parameter_on_its_line() -> None:
    found = told("KeyError", "'amout'", own("""row["amout"] + len(input_paths["data"])"""))

    assert found.advice == "No input has a column `amout`; did you mean `amount`?"


def test_a_key_of_a_parameter_may_stand_in_a_variable() -> None:
    found = told("KeyError", "'dta'", own("open(input_paths[name])"))

    assert found.advice == "Declare `dta` under `inputs:` of `train`; did you mean `data`?"


def test_an_argument_that_is_not_given_can_be_given() -> None:
    found = told("AttributeError", "'Namespace' object has no attribute 'job_type'")

    assert found.advice == "Give `job_type` a value under `args:`."


def test_a_file_that_an_input_lacks_is_told_with_those_that_it_holds() -> None:
    found = told(
        "FileNotFoundError", "[Errno 2] No such file or directory: '/run/in/data/date.csv'"
    )

    assert found.advice == "Read `data.csv`, or have the data of `data` written as `date.csv`."
    assert found.facts == ("input `data` holds `data.csv`, `meta.json`",)


def test_a_folder_that_is_to_be_written_into_has_to_be_made() -> None:
    found = told(
        "FileNotFoundError", "[Errno 2] No such file or directory: '/run/out/result/x/y.csv'"
    )

    assert found.advice.startswith("Make the folder before writing into it")


def test_a_file_that_the_repository_lacks_is_told_with_its_neighbours() -> None:
    found = told(
        "FileNotFoundError", "[Errno 2] No such file or directory: '/repo/conf/name.json'"
    )

    assert found.advice == "Did you mean `names.json`?"
    assert found.facts == ("`conf` holds `model.json`, `names.json`",)


def test_a_relative_path_counts_from_an_empty_folder() -> None:
    found = told(
        "FileNotFoundError",
        "[Errno 2] No such file or directory: 'conf/names.json'",
        scene=Scene(elsewhere=("conf/names.json",)),
    )

    assert "build it from `Path(__file__).parent`" in found.advice
    assert found.facts == ("`conf/names.json` is in the repository",)


def test_a_path_of_the_platform_is_to_be_taken_from_the_inputs() -> None:
    found = told("FileNotFoundError", "[Errno 2] No such file or directory: '/opt/ml/x.json'")

    assert found.advice.startswith("Take the path from `input_paths`")


def test_a_command_is_no_file() -> None:
    subprocess = Frame(file="/usr/lib/python3.11/subprocess.py", line=1, function="_execute_child")

    found = told("FileNotFoundError", "[Errno 2] No such file or directory: 'aws'", subprocess)

    assert found.advice == "Install the command `aws` on this machine, or do without it."


def test_a_folder_where_the_script_wants_a_file() -> None:
    found = told("IsADirectoryError", "[Errno 21] Is a directory: '/run/in/data'")

    assert "`inputs: {data: {file: <name>}}`" in found.advice


def test_a_module_that_is_missing_names_the_interpreter_that_looked_for_it() -> None:
    found = told("ModuleNotFoundError", "No module named 'torch.nn'")

    assert found.advice == (
        "Install `torch` there, or name another interpreter under `python:`; "
        "`needs: [torch]` leaves the step out where it is missing."
    )
    assert found.facts == ("`.venv/bin/python` looked for it",)


def test_a_module_of_the_repository_names_its_import_root() -> None:
    found = told(
        "ModuleNotFoundError", "No module named 'shop.tables'", scene=Scene(roots=("src",))
    )

    assert found.advice == "`shop.tables` lies in `src`: say `path: [src]` under `defaults:`."


def test_a_name_that_a_library_lacks_is_a_matter_of_its_version() -> None:
    found = told(
        "ImportError",
        "cannot import name 'TargetEncoder' from 'sklearn.preprocessing' (/venv/sklearn/a.py)",
    )

    assert found.advice.startswith("`.venv/bin/python` has another version of `sklearn`")


def test_an_empty_table_names_the_empty_files() -> None:
    found = told(
        "pandas.errors.EmptyDataError",
        "No columns to parse from file",
        inputs={"data": lies(a_file("part.csv", size=0), read=True)},
    )

    assert found.facts == ("`part.csv` of input `data` is empty",)


def test_what_an_exception_was_raised_from_may_be_what_helps() -> None:
    case = a_case(
        Ending(
            how=Ended.RAISED,
            errors=(
                Raised(type="RuntimeError", text="no"),
                Raised(type="ModuleNotFoundError", text="No module named 'torch'"),
            ),
        )
    )

    found = counsel(case)

    assert found is not None
    assert found.advice.startswith("Install `torch`")


def test_where_nothing_helpful_is_known_nothing_is_said() -> None:
    case = a_case(Ending(how=Ended.RAISED, errors=(Raised(type="ValueError", text="no"),)))

    assert counsel(case) is None


def test_a_key_is_looked_up_in_the_input_that_a_file_stands_for() -> None:
    text = "[Errno 2] No such file or directory: '/run/in/data/other.json'"
    script = replace(SCRIPT, input_paths={"data": "/run/in/data/meta.json"})
    case = a_case(
        Ending(how=Ended.RAISED, errors=(Raised(type="FileNotFoundError", text=text),)),
        task={"inputs": (reads("data", file="meta.json"),), "settings": Settings()},
    )

    found = counsel(replace(case, call=replace(case.call, target=script)))

    assert found is not None
    assert found.facts == ("input `data` holds `data.csv`",)


def test_a_function_that_takes_other_names_is_told_those_it_is_given() -> None:
    text = "main() got an unexpected keyword argument 'input_paths'"
    raised = Raised(type="TypeError", text=text, frames=())

    found = counsel(a_case(Ending(how=Ended.RAISED, errors=(raised,))))

    assert found is not None
    assert found.advice == (
        "Have `main` take `input_paths`, `output_paths`, `environ_vars` and `job_args`:"
        " it is given all four, by these names."
    )


def test_a_step_is_named_that_could_write_a_missing_column() -> None:
    task = {
        "inputs": (
            Input(
                port="data",
                parameter="data",
                source=Upstream(task="daily/prepare[edge_cases]", port="out"),
            ),
        )
    }

    found = told("KeyError", "'Column not found: total'", own(), PANDAS, task=task)

    assert (
        found.advice == "No input has a column `total`: read another, or have `prepare` write it."
    )


def test_an_input_that_is_opened_as_a_file_is_told_with_the_files_in_it() -> None:
    found = told("IsADirectoryError", "[Errno 21] Is a directory: '/run/in/data'")

    assert found.advice.startswith("`data` is a folder: open a file in it")
    assert found.facts == ("input `data` holds `data.csv`, `meta.json`",)


def test_a_question_to_nobody_is_told_as_one() -> None:
    found = told("EOFError", "EOF when reading a line")

    assert found.advice == "Ask nobody: take the answer from `job_args` or a variable."
