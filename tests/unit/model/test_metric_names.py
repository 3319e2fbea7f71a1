"""Which numbers of a report measure a model, and which ways to them may be told of real data."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ci_scriptcheck.model import metric_names


@pytest.mark.parametrize(
    "way",
    [
        ("binary_classification_metrics", "auc", "value"),
        ("regression_metrics", "mse", "standard_deviation"),
        ("folds", "fold_2", "logLoss"),
        ("validation:auc",),
        ("classReport", "class 1", "f1-score"),
        ("precision_at_100",),
        ("R2",),
        ("test", "weightedF1"),
        ("top_5_error",),
        ("results", "f1_score"),
        ("final", "loss"),
        ("validation", "score"),
    ],
)
def test_what_metrics_are_called_is_told(way: tuple[str | int, ...]) -> None:
    assert metric_names.is_measure(way)
    assert metric_names.is_told(way)


@pytest.mark.parametrize(
    "way",
    [
        ("jadwiga", "auc"),
        ("by_customer", "4711", "auc"),
        ("score", 0),
        (3, "score"),
        ("score", "0"),
        ("12", "loss"),
        ("4711", "auc"),
        ("score_98765",),
        ("score_104",),
        ("top score",),
        ("error", "top"),
        ("final_score",),
        ("results", "score"),
        ("best score value",),
        ("score 079 123 45 67",),
        ("folds", "fold 1", "error 10.0.0.1"),
        ("auc", "DE"),
        ("auc\u200b",),
        ("zażółć", "auc"),
        ("", "auc"),
        ("auc" * 40,),
    ],
)
def test_a_way_with_any_other_word_is_not_told(way: tuple[str | int, ...]) -> None:
    assert not metric_names.is_told(way)


@pytest.mark.parametrize("way", [("rows",), ("threshold", "value"), ("metrics", 3), ("macro",)])
def test_what_is_called_otherwise_is_no_measure(way: tuple[str | int, ...]) -> None:
    assert not metric_names.is_measure(way)


@given(st.text(min_size=1))
def test_whatever_stands_beside_words_of_measuring_makes_a_way_untold(text: str) -> None:
    is_a_word = metric_names.is_told((text,))

    assert metric_names.is_told(("metrics", text, "auc")) == is_a_word
