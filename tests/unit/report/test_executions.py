"""What a person reads of two executions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ci_scriptcheck.model.comparison import ColumnComparison, Fate, Figure
from ci_scriptcheck.model.drift import Drift, NumberDrift, TableDrift
from ci_scriptcheck.model.execution import Instances, Status, execution_name
from ci_scriptcheck.model.execution_comparison import (
    Contents,
    ExecutionComparison,
    Found,
    PortChange,
    Side,
    StepChange,
)
from ci_scriptcheck.model.execution_failure import told
from ci_scriptcheck.model.execution_settings import HIDDEN, SettingChange
from ci_scriptcheck.report import executions
from ci_scriptcheck.report.page import PLAIN, Page
from ci_scriptcheck.values import replace

if TYPE_CHECKING:
    from collections.abc import Callable

ARN = "arn:aws:sagemaker:eu-west-1:123456789012:pipeline/fraud-training/execution/"


def a_side(identity: str, day: int, status: Status = Status.SUCCEEDED, minutes: int = 48) -> Side:
    return Side(
        name=execution_name(ARN + identity),
        status=status,
        began=f"2026-11-{day}T02:00:00+00:00",
        seconds=minutes * 60.0,
        steps=6,
    )


def a_comparison(*steps: StepChange, **given: object) -> ExecutionComparison:
    return ExecutionComparison(
        before=a_side("5q8w2e1rt0zu", 12),
        after=a_side("9k3j7h2gf5ds", 19, Status.FAILED, 61),
        steps=steps,
        compared=6,
        **given,  # type: ignore[arg-type]  # unread
    )


def a_column(name: str, *figures: Figure, **given: object) -> ColumnComparison:
    kind = "float" if name == "amount" else "string"
    parts = {"fate": Fate.CHANGED, "type_before": kind, "type_after": kind} | given
    return ColumnComparison(name=name, figures=figures, **parts)  # type: ignore[arg-type]  # as given


FAILURE = (
    "AlgorithmError: ExecuteUserScriptError:\nExitCode 1\nErrorMessage \"KeyError: 'Jadwiga'\""
)
PREPROCESS = StepChange(
    name="preprocess",
    statuses=(Status.SUCCEEDED, Status.SUCCEEDED),
    settings=(
        SettingChange(
            what="machines",
            before=f"{Instances(type='ml.m5.xlarge', gigabytes=30)}",
            after=f"{Instances(type='ml.m5.xlarge', count=2, gigabytes=30)}",
        ),
        SettingChange(what="argument", name="--split", before="0.8", after="0.7"),
        SettingChange(what="variable", name="DB_PASSWORD", before=HIDDEN, after=HIDDEN),
        SettingChange(what="variable", name="MIN_ROWS", before="100"),
    ),
    ports=(
        PortChange(
            name="code",
            side="input",
            found=Found(
                before=Contents(objects=1, bytes=3_120),
                after=Contents(objects=1, bytes=3_180),
                drift=Drift(programs=("preprocess.py",)),
            ),
        ),
        PortChange(
            name="features",
            side="output",
            found=Found(
                before=Contents(objects=12, bytes=240_000_000),
                after=Contents(objects=9, bytes=180_000_000),
                drift=Drift(
                    tables=(
                        TableDrift(
                            name="part-*.parquet",
                            files_before=12,
                            files_after=9,
                            rows_before=1_000_000,
                            rows_after=750_000,
                            columns=(
                                a_column("email", fate=Fate.GONE, type_after=None),
                                a_column("age", type_before="int"),
                                a_column(
                                    "amount",
                                    Figure(name="p50", before="20.1", after="30.2"),
                                    Figure(name="p95", before="104", after="156"),
                                    psi=0.412,
                                ),
                                a_column(
                                    "country",
                                    Figure(name='"PL"', before="200,000", after=None),
                                    Figure(name='"DE"', before="500,000", after="525,000"),
                                    psi=1.73,
                                ),
                                a_column(
                                    "phone", nulls_before=1_000, nulls_after=150_000, psi=0.01
                                ),
                                a_column("channel", fate=Fate.NEW, type_before=None),
                            ),
                        ),
                        TableDrift(name="labels.csv", fate=Fate.GONE, files_before=1),
                    ),
                    unread=("`x.parquet`: broken Parquet",),
                ),
            ),
        ),
    ),
)
TRAIN = StepChange(
    name="train",
    statuses=(Status.SUCCEEDED, Status.SUCCEEDED),
    seconds=(720.0, 2460.0),
    taken_from=(f"{ARN}0a1b2c3d4e5f", None),
    metrics={"validation:auc": (0.9134, 0.8412), "train:auc": (None, 0.99)},
)
EVALUATE = StepChange(
    name="evaluate",
    statuses=(Status.SUCCEEDED, Status.FAILED),
    failures=(None, told(FAILURE)),
    ports=(
        PortChange(
            name="report",
            side="output",
            found=Found(
                before=Contents(objects=1, bytes=512),
                after=Contents(objects=1, bytes=512),
                drift=Drift(
                    numbers=(
                        NumberDrift(
                            file="evaluation.json",
                            way="metrics.auc.value",
                            before=0.91,
                            after=0.84,
                        ),
                        NumberDrift(file="evaluation.json", way="metrics.ks.value", before=0.5),
                    ),
                    untold=3,
                ),
            ),
        ),
        PortChange(name="plots", side="output", fate=Fate.GONE),
    ),
)
OTHERS = (
    StepChange(name="monitor", fate=Fate.NEW, statuses=(None, Status.SUCCEEDED)),
    StepChange(
        name="score",
        statuses=(Status.SUCCEEDED, Status.SUCCEEDED),
        untold=(
            "output `output`: lies at the same place in both, so what the first wrote may be overwritten",
        ),
    ),
)
OUTSIDE = "not among what may be read; add `s3://company-ml/fraud/` to `prefixes` under `aws`"
UNREAD = ("`is-good` is a Condition step, of which no data are read",)


def test_everything_that_can_differ(golden: Callable[[str], object]) -> None:
    comparison = a_comparison(PREPROCESS, TRAIN, EVALUATE, *OTHERS, unread=UNREAD)

    assert executions.render(comparison, PLAIN) == golden("executions/differ.txt")


def test_everything_that_can_differ_on_a_narrow_terminal(golden: Callable[[str], object]) -> None:
    comparison = a_comparison(PREPROCESS, TRAIN, EVALUATE, *OTHERS, unread=UNREAD)

    assert executions.render(comparison, Page(width=72)) == golden("executions/narrow.txt")


def test_nothing_differs(golden: Callable[[str], object]) -> None:
    assert executions.render(a_comparison(), PLAIN) == golden("executions/equal.txt")


def test_ports_that_have_the_same_reason_are_told_together(
    golden: Callable[[str], object],
) -> None:
    steps = [
        StepChange(
            name=f"shard-{number}",
            statuses=(Status.SUCCEEDED, Status.SUCCEEDED),
            untold=(f"input `rows`: {OUTSIDE}", f"output `model`: {OUTSIDE}"),
        )
        for number in range(6)
    ]
    waiting = StepChange(
        name="last", untold=("it has not begun, so nothing is known of its data",)
    )

    comparison = a_comparison(*steps, waiting)

    assert executions.render(comparison, PLAIN) == golden("executions/not_compared.txt")


def test_only_what_comes_out_differs(golden: Callable[[str], object]) -> None:
    sample = TableDrift(
        name="scores.csv",
        rows_before=20_000,
        rows_after=18_000,
        is_part=True,
        columns=(a_column("amount", Figure(name="p50", before="0.2", after="0.4"), psi=0.3),),
    )
    found = Found(
        before=Contents(objects=1, bytes=2_000_000_000),
        after=Contents(objects=1, bytes=2_000_000_000),
        drift=Drift(tables=(sample,)),
    )
    step = StepChange(
        name="score",
        statuses=(Status.SUCCEEDED, Status.SUCCEEDED),
        ports=(PortChange(name="scores", side="output", found=found),),
    )

    assert executions.render(a_comparison(step), PLAIN) == golden("executions/chance.txt")


def test_a_step_that_read_other_places_was_given_that(golden: Callable[[str], object]) -> None:
    places = tuple(
        SettingChange(
            what="place",
            name=name,
            before=f"s3://company-ml/fraud/2026-09/{name}/",
            after=f"s3://company-ml/fraud/2026-10/{name}/",
        )
        for name in ("orders", "customers")
    )
    step = StepChange(
        name="prepare", statuses=(Status.SUCCEEDED, Status.SUCCEEDED), settings=places
    )
    orders = PortChange(
        name="orders", side="input", found=Found(drift=Drift(tables=(TableDrift(name="o.csv"),)))
    )

    told = executions.render(a_comparison(step), PLAIN)
    with_data = executions.render(a_comparison(replace(step, ports=(orders,))), PLAIN)

    assert told == golden("executions/other_places.txt")
    assert "other data (`orders`) and data of another place (`customers`)" in " ".join(
        with_data.split()
    )


def test_names_cannot_act_on_a_terminal() -> None:
    step = StepChange(
        name="x\x1b[2J",
        statuses=(Status.SUCCEEDED, Status.SUCCEEDED),
        settings=(
            SettingChange(what="variable", name="A\x1b", before="\u202e", after="::error::"),
        ),
    )

    told = executions.render(a_comparison(step), PLAIN)

    assert "\x1b" not in told
    assert "\u202e" not in told
    assert " ::error::" not in told
