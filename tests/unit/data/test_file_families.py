"""Files of one table, told by their names."""

from __future__ import annotations

import pytest

from ci_scriptcheck.data.compare.file_families import families, pattern_of


@pytest.mark.parametrize(
    ("name", "pattern"),
    [
        (
            "part-00000-3f2a8c1e-9d1b-4c7e-8a55-0123456789ab-c000.snappy.parquet",
            "part-*.snappy.parquet",
        ),
        ("dt=2026-11-01/hour=02/rows.csv", "dt=*/hour=*/rows.csv"),
        ("train.csv", "train.csv"),
        ("scores-5q8w2e1rt0zu.csv", "scores-*.csv"),
        ("2024features.csv", "*features.csv"),
        ("2026-11-19T02:00:00.csv.gz", "*.csv.gz"),
        ("scores_20261119_0200.jsonl", "scores_*.jsonl"),
        ("facade.csv", "facade.csv"),
        ("model.v2/x.json", "model.v*/x.json"),
    ],
)
def test_numbers_and_marks_of_a_run_are_left_out_of_a_name(name: str, pattern: str) -> None:
    assert pattern_of(name) == pattern


def test_a_file_that_both_sides_have_alone_keeps_its_name() -> None:
    found = families(["fold_2.csv", "p1.csv"], ["fold_2.csv", "p1.csv", "p2.csv"])

    assert found == {
        "fold_2.csv": (("fold_2.csv",), ("fold_2.csv",)),
        "p*.csv": (("p1.csv",), ("p1.csv", "p2.csv")),
    }
