"""What a deep dive does again of production, and how what comes out lies beside it, as a terminal shows it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ci_scriptcheck.model import verdict
from ci_scriptcheck.model.comparison import (
    ColumnComparison,
    Fate,
    Figure,
    FileComparison,
    TableComparison,
)
from ci_scriptcheck.model.drift import Drift, NumberDrift, TableDrift
from ci_scriptcheck.model.plan import Input, Mode
from ci_scriptcheck.model.production import (
    AHEAD,
    BesideProduction,
    FixturePart,
    FromProduction,
    Original,
)
from ci_scriptcheck.model.result import Finding, Level, Outcome
from ci_scriptcheck.model.source import Upstream
from ci_scriptcheck.report import console, markdown, production
from ci_scriptcheck.report.comment import beside_production as beside_comment
from ci_scriptcheck.report.comment.sheet import Room, sheet
from ci_scriptcheck.report.comment.story import story
from ci_scriptcheck.report.links import Links
from ci_scriptcheck.report.page import PLAIN, Detail
from ci_scriptcheck.run.judgement import beside_production
from ci_scriptcheck.values import replace
from tests.conftest import a_plan, a_record, a_result, a_task

if TYPE_CHECKING:
    from collections.abc import Callable

    from ci_scriptcheck.model.plan import Plan, Task
    from ci_scriptcheck.model.run_record import RunRecord

ARN = "arn:aws:sagemaker:eu-west-1:123456789012:pipeline/fraud-training/execution/5q8w2e1rt0zu"
GONE = "s3://company-ml/scores/ any more; a newer execution may have it"

MOVED = ColumnComparison(
    name="amount",
    fate=Fate.CHANGED,
    type_before="float",
    type_after="float",
    psi=0.41,
    figures=(
        Figure(name="p50", before="20.1", after="30.2"),
        Figure(name="p95", before="104", after="156"),
    ),
)
LOST = ColumnComparison(name="channel", fate=Fate.GONE, type_before="string")


def a_dive(node: str, **given: Any) -> Task:
    original = Original(execution=ARN, step=node.title(), **given)
    return a_task(
        node, pipeline="fraud", id=f"fraud/{node}[real]", mode=Mode.DEEP_DIVE, original=original
    )


def the_plan() -> Plan:
    new = Original(execution=ARN, why_not="no step of the execution has its name, or its script")
    return a_plan(
        a_dive("prepare", taken=("MIN_ROWS",), kept=("SPLIT",), withheld=("DB_PASSWORD",)),
        a_dive("train", taken=("max_depth", "objective")),
        a_dive(
            "report",
            written_here={"scores": f"nothing lies at {GONE}"},
            written_again=("rates",),
        ),
        replace(a_dive("explain"), original=new),
        modes=(Mode.DEEP_DIVE,),
    )


def the_record() -> RunRecord:
    plan = the_plan()
    table = TableComparison(
        rows_before=440, rows_after=420, gone=20, changed=12, columns=(replace(MOVED, rows=12),)
    )
    rows = FileComparison(path="features.csv", fate=Fate.CHANGED, table=table)
    shares = TableDrift(
        name="part-*.parquet",
        files_before=3,
        files_after=1,
        rows_before=24_717,
        rows_after=19_539,
        columns=(LOST, MOVED),
        is_part=True,
    )
    metric = NumberDrift(file="evaluation.json", way="test.auc", before=0.91, after=0.84)
    found = {
        "fraud/prepare[real]": (
            BesideProduction(port="features", files=(rows,), is_as_base=True),
            BesideProduction(port="scaler", opaque=("scaler.pkl",)),
            BesideProduction(port="schema"),
        ),
        "fraud/train[real]": (
            BesideProduction(port="scores", is_sample=True, drift=Drift(tables=(shares,))),
            BesideProduction(port="checks", is_sample=True),
        ),
        "fraud/report[real]": (
            BesideProduction(port="evaluation", drift=Drift(numbers=(metric,))),
            BesideProduction(
                port="plots",
                why_not="step `Report` failed there, so what it wrote is a part at most",
            ),
        ),
    }
    tasks = plan.by_id()
    results = [
        a_result(
            name,
            beside_production=ports,
            findings=tuple(
                beside_production.finding(tasks[name], one) for one in ports if one.differs
            ),
        )
        for name, ports in found.items()
    ]
    return a_record(plan, *results)


def test_whose_variables_hold_is_said_before_the_run(golden: Callable[[str], object]) -> None:
    told = "\n".join(production.told(the_plan(), PLAIN)) + "\n"

    assert told == golden("console/as_production.txt")


def test_what_came_out_stands_beside_what_production_wrote(
    golden: Callable[[str], object],
) -> None:
    assert console.ending(the_record(), PLAIN) == golden("console/beside_production.txt")


def test_of_other_inputs_no_output_is_said_to_be_a_sample() -> None:
    plan = the_plan()
    fed = BesideProduction(port="scores", is_sample=True, others=("prepared",))
    lost = replace(fed, port="checks", drift=Drift(tables=(TableDrift(name="c.csv"),)))
    record = a_record(plan, a_result("fraud/train[real]", beside_production=(fed, lost)))

    told = " ".join((production.beside(record, PLAIN) or "").split())

    assert "Its input `prepared` is not known to be what production had: rows and metrics" in told
    assert (
        "1 output lies as production's as a whole, rows and metrics not compared: "
        "fraud/train[real] `scores`"
    ) in told


def test_an_input_of_another_name_that_held_the_same_is_told_once() -> None:
    fed = BesideProduction(port="scores", alike={"prepared": "input-1"})
    record = a_record(
        the_plan(),
        a_result("fraud/train[real]", beside_production=(fed, replace(fed, port="checks"))),
    )

    told = " ".join((production.beside(record, PLAIN) or "").split())

    assert told == (
        "prod 2 outputs are as production wrote them: fraud/train[real] `scores` and fraud/train[real] `checks`"
        " prod fraud/train[real] `prepared` holds what production's step was given as `input-1`."
    )


def test_a_comment_tells_the_same_with_its_tables(golden: Callable[[str], object]) -> None:
    assert markdown.comment(the_record(), Links()) == golden("markdown/beside_production.md")


def test_a_comment_counts_what_it_has_no_room_for() -> None:
    record = the_record()
    small = sheet(record.plan, Links(), Room(differences=1, asides=0))

    told = "\n\n".join(beside_comment.told(story(record), small))

    assert "2 more outputs differ." in told
    assert "2 outputs not compared with production." in told
    assert "`scores`" not in told


def test_what_needs_no_table_is_told_in_a_sentence(golden: Callable[[str], object]) -> None:
    gone = TableDrift(name="extra.csv", fate=Fate.GONE, files_before=1)
    drift = Drift(tables=(gone,), programs=("train.py",), untold=2, unread=("`x.csv`: broken",))
    one = BesideProduction(port="model", drift=drift)
    record = a_record(the_plan(), a_result("fraud/train[real]", beside_production=(one,)))

    told = f"{production.beside(record, PLAIN)}\n"
    comment = markdown.comment(record, Links())

    assert told == golden("console/beside_production_in_sentences.txt")
    for sentence in ("other code", "extra.csv", "2 metrics that moved", "not looked into"):
        assert sentence in comment


def test_nothing_is_excused_for_which_nothing_speaks(golden: Callable[[str], object]) -> None:
    table = TableComparison(
        rows_before=440, rows_after=440, changed=12, columns=(replace(MOVED, psi=None, rows=12),)
    )
    file = FileComparison(path="features.csv", fate=Fate.CHANGED, table=table)
    ports = [
        BesideProduction(port=port, files=(file,), lies_alike=True, **known)
        for port, known in (
            ("nothing-known", {"is_as_base": None}),
            ("slight", {"is_slight": True}),
            ("by-chance", {"is_as_base": True}),
            ("by-this-change", {"is_as_base": False, "is_base_as_production": True}),
            (
                "rounded-by-this-change",
                {"is_slight": True, "is_as_base": False, "is_base_as_production": True},
            ),
            ("neither", {"is_as_base": False}),
        )
    ]
    longer = replace(file, table=replace(table, rows_after=448, new=8))
    ports.append(replace(ports[2], port="rows-are-new", files=(longer,)))
    sample = replace(ports[3], port="sample", files=(), is_sample=True)
    record = a_record(
        the_plan(), a_result("fraud/train[real]", beside_production=(*ports, sample))
    )

    told = "\n".join(
        f"{one.port}: {sentence}"
        for one in (*ports, sample)
        for sentence in production.sentences(one, record)
    )

    assert f"{told}\n" == golden("console/excused_beside_production.txt")


def test_what_production_cannot_have_written_yet_is_told_and_what_is_not_seen(
    golden: Callable[[str], object],
) -> None:
    here = Upstream(task="fraud/prepare[real]", port="features")
    given = FromProduction(parts=(FixturePart(fixture="s3://company-ml/features/"),))
    item = Input(port="data", parameter="data", source=given, here=here)
    plan = a_plan(a_dive("prepare"), replace(a_dive("train"), inputs=(item,)))
    why = (
        "its `data` is what production's `prepare` wrote, and this branch writes `value_eur` there"
    )
    missed = Finding(
        rule="SC201",
        severity=Level.ERROR,
        message="KeyError: 'value_eur'",
        known=f"{AHEAD}: {why}",
    )
    record = a_record(
        plan,
        a_result("fraud/prepare[real]", differing=("features",)),
        a_result("fraud/train[real]", outcome=Outcome.FAILED, findings=(missed,)),
    )

    assert verdict.exit_code(record) == 0
    assert console.ending(record, PLAIN) == golden("console/ahead_of_production.txt")
    assert markdown.comment(record, Links()) == golden("markdown/ahead_of_production.md")


def test_each_finding_says_of_which_execution_and_why_it_may_be(
    golden: Callable[[str], object],
) -> None:
    found = [one for result in the_record().results for one in result.findings]

    told = "\n\n".join("\n".join([one.message, *one.evidence, str(one.advice)]) for one in found)
    assert f"{told}\n" == golden("console/findings_beside_production.txt")


def test_all_names_are_told_where_all_is_asked_for() -> None:
    steps = [a_dive(f"shard{number}", taken=("A",)) for number in range(12)]
    plan = a_plan(*steps)

    assert production.told(plan, PLAIN)[-1].endswith("and 2 more such lines, shown with `-v`")
    assert len(production.told(plan, replace(PLAIN, detail=Detail.VERBOSE))) == 12


def test_a_run_that_does_nothing_again_says_nothing_of_production() -> None:
    assert production.beside(a_record(), PLAIN) is None
    assert production.told(a_plan(a_task()), PLAIN) == []
