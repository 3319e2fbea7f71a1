"""What becomes of real data along a pipeline."""

from __future__ import annotations

from ci_scriptcheck.model.flow import flows
from tests.unit.report.deep_dived import (
    a_column,
    a_deep_dive,
    a_deep_dive_on_an_execution,
    a_port,
    a_table,
)


def test_stages_stand_in_the_order_in_which_data_flow() -> None:
    (flow,) = flows(a_deep_dive())

    names = [stage.name for stage in flow.stages]
    assert names == ["orders", "countries", "preprocess.features", "split.training"]


def test_an_output_is_held_against_the_input_whose_columns_it_shares() -> None:
    (flow,) = flows(a_deep_dive())
    features = flow.stages[2]

    assert features.before == flow.stages[0]
    assert features.lost is not None
    assert round(features.lost, 3) == 0.088
    assert features.gone() == ("order_id",)
    assert features.new() == ("days_since",)


def test_an_output_that_shares_no_column_is_said_to_come_from_nothing() -> None:
    other = a_port("scores", a_table(3, a_column("score")))

    (flow,) = flows(a_deep_dive(other))

    scores = next(stage for stage in flow.stages if stage.port == "scores")
    assert (scores.before, scores.lost, scores.gaps()) == (None, None, ())


def test_tables_of_one_port_count_together() -> None:
    (flow,) = flows(a_deep_dive())
    training = flow.stages[3]

    assert (training.rows, training.lost) == (9_120, 0.0)
    assert training.columns["days_since"].profile.nulls == 383
    assert training.columns["amount"].profile.high == 9_500.0


def test_it_is_known_where_most_rows_are_lost_and_where_gaps_appear() -> None:
    (flow,) = flows(a_deep_dive())

    worst, gaps = flow.worst(), flow.worst_gaps()

    assert worst is not None
    assert worst.name == "preprocess.features"
    assert gaps is not None
    assert (gaps[0].name, gaps[1].name) == ("preprocess.features", "days_since")


def test_of_several_gaps_those_are_told_that_are_the_most_new_ones() -> None:
    few = a_port("few", a_table(9_000, a_column("customer", "string", nulls=90)))
    many = a_port("many", a_table(9_000, a_column("customer", "string", nulls=3_600)))

    (flow,) = flows(a_deep_dive(few, many))

    gaps = flow.worst_gaps()
    assert gaps is not None
    assert (gaps[0].port, gaps[1].before, gaps[1].here) == ("many", 0.0, 0.4)


def test_only_columns_that_change_are_followed_and_only_where_they_do() -> None:
    (flow,) = flows(a_deep_dive())

    ways = {name: [stage.name for stage, _ in stops] for name, stops in flow.ways()}

    assert ways == {
        "amount": ["orders", "preprocess.features"],
        "region": ["orders", "preprocess.features"],
    }


def test_a_summary_of_many_rows_has_lost_none() -> None:
    totals = a_port("totals", a_table(4, a_column("region", "string"), a_column("total")))

    (flow,) = flows(a_deep_dive(totals))

    assert next(stage for stage in flow.stages if stage.port == "totals").before is None
    assert flow.worst() == flow.stages[2]


def test_moments_that_a_file_holds_as_text_are_of_the_type_they_were() -> None:
    told = a_column("at", "date", is_told=True)

    assert told.is_of_type(a_column("at", "string"))
    assert a_column("at", "string").is_of_type(told)
    assert not told.is_of_type(a_column("at", "int"))
    assert not a_column("at", "date").is_of_type(a_column("at", "string"))


def test_where_production_gave_each_step_its_data_each_is_held_against_those() -> None:
    (flow,) = flows(a_deep_dive_on_an_execution())

    assert [stage.name for stage in flow.stages] == [
        "orders → preprocess",
        "preprocess.features",
        "training → train",
        "train.scores",
    ]
    orders, features, given, scores = flow.stages
    assert (features.before, scores.before) == (orders, given)
    assert (given.rows, scores.rows) == (10_000, 2_000)
