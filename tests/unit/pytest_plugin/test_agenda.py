"""Which jobs are handed out, in which order, and which are given up."""

from ci_scriptcheck.pytest_plugin.agenda import Agenda, Blocked, Forecast, Job, JobEnded, forecast

DIAMOND = (
    Job(id="load"),
    Job(id="left", needs=("load",)),
    Job(id="right", needs=("load",), weight=5.0),
    Job(id="join", needs=("left", "right")),
)
ALL = frozenset(job.id for job in DIAMOND)


def test_only_jobs_whose_needs_have_ended_well_are_handed_out() -> None:
    agenda = Agenda(DIAMOND, wanted=ALL)

    assert agenda.take() == "load"
    assert agenda.take() is None
    agenda.finish("load", JobEnded.WELL)
    assert [agenda.take(), agenda.take(), agenda.take()] == ["right", "left", None]


def test_the_job_with_the_longest_way_behind_it_goes_first() -> None:
    jobs = (Job(id="short"), Job(id="first"), Job(id="last", needs=("first",)))

    assert Agenda(jobs, wanted={"short", "first", "last"}).take() == "first"


def test_all_that_follows_a_failure_is_given_up_once() -> None:
    agenda = Agenda(DIAMOND, wanted=ALL)
    agenda.take()
    agenda.finish("load", JobEnded.WELL)
    agenda.take()
    agenda.take()

    assert agenda.finish("right", JobEnded.BADLY) == (Blocked(job="join", cause="right"),)
    assert agenda.finish("left", JobEnded.BADLY) == ()
    assert agenda.is_finished


def test_a_job_that_is_left_out_still_orders_the_ones_around_it() -> None:
    agenda = Agenda(DIAMOND, wanted={"load", "join"})

    assert [agenda.take(), agenda.take()] == ["load", None]
    assert agenda.finish("load", JobEnded.BADLY) == (Blocked(job="join", cause="load"),)


def test_a_job_that_is_done_orders_nothing() -> None:
    agenda = Agenda(DIAMOND, wanted={"load", "join"}, done={"left", "right"})

    assert {agenda.take(), agenda.take()} == {"load", "join"}


def test_a_job_is_begun_twice_at_most() -> None:
    agenda = Agenda(DIAMOND, wanted={"load"})
    agenda.take()

    assert agenda.retry("load")
    assert agenda.take() == "load"
    assert agenda.attempts("load") == 2
    assert not agenda.retry("load")


def test_a_job_that_was_never_begun_loses_no_attempt() -> None:
    agenda = Agenda(DIAMOND, wanted={"load"})
    agenda.take()
    agenda.put_back("load")

    assert agenda.take() == "load"
    assert agenda.attempts("load") == 1


def test_the_forecast_knows_how_many_workers_are_of_use() -> None:
    assert forecast(DIAMOND, wanted=ALL) == Forecast(seconds=7.0, width=2)
    assert forecast(DIAMOND, wanted=ALL, workers=1) == Forecast(seconds=8.0, width=1)
    assert forecast(DIAMOND, wanted=()) == Forecast(seconds=0.0, width=0)
