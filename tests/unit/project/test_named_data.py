"""Data that are found by the names of files that scripts open."""

from __future__ import annotations

import pytest

from ci_scriptcheck.project.named_data import data_for, names_below

LOAD = """
def main(input_paths, output_paths, environ_vars, job_args):
    {}
"""
THERE = ("load.py", "tests/data/transactions.csv", "tests/data/shops.csv", "old/transactions.csv")


@pytest.mark.parametrize(
    "line",
    [
        "read(f\"{input_paths['raw']}/transactions.csv\")",
        'read(Path(input_paths["raw"]) / "transactions.csv")',
        'read(os.path.join(input_paths["raw"], "transactions.csv"))',
        'read(Path(input_paths["raw"]).joinpath("transactions.csv"))',
        'read(input_paths["raw"] + "/transactions.csv")',
        'raw = Path(input_paths["raw"]); table = raw / "transactions.csv"; read(table)',
    ],
)
def test_a_file_is_found_by_the_name_that_a_script_opens_below_an_input(line: str) -> None:
    source = LOAD.replace("{}", line)

    assert names_below(source, "raw") == ("transactions.csv",)
    assert data_for("raw", [source], THERE) == "tests/data/transactions.csv"


def test_the_folder_that_holds_all_files_is_found_where_scripts_open_several() -> None:
    source = LOAD.replace(
        "{}", 'raw = input_paths["raw"]; read(f"{raw}/transactions.csv", f"{raw}/shops.csv")'
    )

    assert data_for("raw", [source], THERE) == "tests/data"


def test_a_file_in_a_folder_of_its_own_is_given_with_all_around_it() -> None:
    source = LOAD.replace("{}", 'read(input_paths["raw"] + "/2025/a.csv")')

    assert data_for("raw", [source], ["samples/2025/a.csv"]) == "samples"


def test_names_of_other_inputs_and_of_outputs_say_nothing() -> None:
    source = LOAD.replace(
        "{}",
        'read(input_paths["rates"] + "/transactions.csv")'
        '.to_csv(output_paths["raw"] + "/transactions.csv")',
    )

    assert data_for("raw", [source], THERE) is None
