"""A number in a name says nothing where it counts, and may be the age of a person where it does not."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ci_scriptcheck.model.result import Artefact, FileFacts, Outcome, TaskResult
from ci_scriptcheck.run.privacy import results
from ci_scriptcheck.run.privacy.classes import Code
from ci_scriptcheck.run.privacy.counts import without_counts
from ci_scriptcheck.run.privacy.words import is_known, words_of

WORDS = words_of(["f'fold_{at}', f'{customer}.csv'", "data.age, data.score"])


def told(columns: list[str], files: list[str]) -> tuple[list[str], list[str]]:
    """Say how columns of a table, and files beside it, are told."""
    facts = [FileFacts(path=one, bytes=1, digest="d") for one in files]
    table = FileFacts(path="data.parquet", bytes=1, digest="d", columns=tuple(columns))
    result = TaskResult(
        task="load",
        outcome=Outcome.PASSED,
        outputs={"out": Artefact(digest="d", files=(table, *facts))},
    )
    labels = results.labels_for((result,), lambda name: is_known(name, WORDS), Code(words=WORDS))
    first, *others = results.without(result, labels).outputs["out"].files
    return list(first.columns), [one.path for one in others]


def test_columns_and_files_that_count_are_told() -> None:
    columns = ["0", "1", *(f"fold_{at}" for at in range(5))]
    files = ["fold_1.csv", "fold_2.csv", "part-00000.parquet"]
    assert told(columns, files) == (columns, files)


def test_ages_and_numbers_of_customers_are_not() -> None:
    columns, files = told(["age_31", "age_68", "score_104", "0", "68"], ["1.csv", "42.csv"])
    assert all("withheld" in one for one in [*columns, *files])


def test_one_table_does_not_count_on_in_another() -> None:
    assert not without_counts(["age_0", "age_2"])
    assert without_counts(["age_0", "age_1"]) == {"age_0": "age_", "age_1": "age_"}


def test_a_moment_or_a_telephone_does_not_count() -> None:
    assert not without_counts(["born_01_01", "born_01_02", "call_0000000000001"])


@given(st.sets(st.integers(0, 99), min_size=1), st.sampled_from(["fold_{}", "{:05}.csv", "{}"]))
def test_numbers_count_only_without_a_gap_from_0_or_1(numbers: set[int], written: str) -> None:
    names = {written.format(number) for number in numbers}
    first = min(numbers)
    counts = first <= 1 and numbers == set(range(first, first + len(numbers)))
    assert set(without_counts(names)) == (names if counts else set())
