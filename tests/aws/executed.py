"""Two executions of one pipeline with all that they read and wrote, and what can be planted in the second."""

from __future__ import annotations

import io
import json
import tarfile
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from tests.sagemaker_server.stories import BUCKET, START, Story

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from tests.sagemaker_server.server import SageMaker

ROWS = 3_000
PLANTED = ("Jadwiga-7319", "hunter2")
"""A value of the data, and a secret; neither may be told."""

FAILURE = (
    "AlgorithmError: ExecuteUserScriptError:\nExitCode 1\nErrorMessage"
    f' "KeyError: \'{PLANTED[0]}\'"\nCommand "python3 report.py"'
)


def tell(service: SageMaker, week: int, planted: Collection[str]) -> tuple[str, dict[str, bytes]]:
    """Tell of the execution of one week.

    Returns:
        Its ARN, and what lies in the bucket then.
    """
    story = Story(
        service,
        f"{week}q8w2e{week}rt0zu",
        begin=START + timedelta(weeks=week),
        status="Failed" if "failure" in planted else "Succeeded",
    )
    objects: dict[str, bytes] = {}

    def put(place: str, name: str, content: bytes) -> None:
        objects[f"{place.removeprefix(f'{BUCKET}/')}/{name}"] = content

    code = f"{BUCKET}/code/{week}"
    put(code, "prepare.py", b"rows = 2\n" if "code" in planted else b"rows = 1\n")
    _prepare(story, code, planted, put)
    story.training(
        "train",
        channels={"train": story.place("prepare", "features")},
        hyperparameters={
            "max_depth": "9" if "hyperparameter" in planted else "6",
            "sagemaker_job_name": f'"train-{week}"',
        },
        metrics={"validation:auc": 0.84 if "log metric" in planted else 0.91},
        minutes=41 if "time" in planted else 12,
    )
    (training,) = (
        job for name, job in service.training.items() if name.startswith(f"pipelines-{story.id}-")
    )
    place, _, name = training["ModelArtifacts"]["S3ModelArtifacts"].rpartition("/")
    put(place, name, _packed(week, 4_000 if "size" in planted else 2_000))
    if "step" in planted:
        story.processing("monitor", inputs={"features": story.place("prepare", "features")})
    story.processing(
        "report",
        inputs={"model": f"{place}/{name}"},
        outputs=("evaluation",),
        status="Failed" if "failure" in planted else "Succeeded",
        failure=FAILURE if "failure" in planted else None,
    )
    put(story.place("report", "evaluation"), "evaluation.json", _evaluation(planted))
    return story.arn, objects


def _prepare(
    story: Story, code: str, planted: Collection[str], put: Callable[[str, str, bytes], None]
) -> None:
    environment = {
        "MIN_ROWS": "500" if "variable" in planted else "100",
        "DB_PASSWORD": f"{PLANTED[1]}-{story.id}" if "secret" in planted else PLANTED[1],
        "TARGET": story.place("prepare", "features"),
        "RUN": f"nightly-{story.id}",
    }
    put(f"{BUCKET}/raw/now", "rows.csv", b"a\n1\n")
    story.processing(
        "prepare",
        inputs={"raw": f"{BUCKET}/raw/now"},
        outputs=("features",),
        environment=environment,
        arguments=("--split", "0.7" if "argument" in planted else "0.8"),
        instances=2 if "machines" in planted else 1,
        code=f"{code}/prepare.py",
    )
    rows = _rows(story.begin.day, planted)
    for number in range(3):
        part = io.BytesIO()
        pq.write_table(rows.slice(number * len(rows) // 3, len(rows) // 3), part)
        name = f"part-{number:05d}-{story.id}.snappy.parquet"
        put(story.place("prepare", "features"), name, part.getvalue())


def _rows(seed: int, planted: Collection[str]) -> Any:
    count = ROWS // 2 if "rows" in planted else ROWS
    rng = np.random.default_rng(seed)
    amount = rng.lognormal(3, 1, count) * (1.6 if "drift" in planted else 1.0)
    country = rng.choice(["DE", "FR", "PL"], count, p=[0.5, 0.3, 0.2])
    if "category" in planted:
        country = np.where(country == "PL", "DE", country)
    age = [
        None if "nulls" in planted and number % 10 == 0 else int(age)
        for number, age in enumerate(rng.integers(18, 90, count))
    ]
    columns = {
        "id": np.arange(seed * count, (seed + 1) * count),
        "name": [f"{PLANTED[0]}-{number}" for number in rng.integers(0, 10**9, count)],
        "amount": amount,
        "country": country,
        "age": [str(one) for one in age] if "type" in planted else age,
        "channel": ["web"] * count,
    }
    if "column" in planted:
        del columns["channel"]
    return pa.table(columns)


def _evaluation(planted: Collection[str]) -> bytes:
    auc = {"value": 0.84 if "metric" in planted else 0.91, "standard_deviation": "NaN"}
    per_customer = {PLANTED[0]: {"auc": 0.4 if "private metric" in planted else 0.5}}
    return json.dumps(
        {"binary_classification_metrics": {"auc": auc}, "by_customer": per_customer}
    ).encode()


def _packed(moment: int, size: int) -> bytes:
    """Pack a model, as always with the moment at which that was done."""
    target = io.BytesIO()
    content = np.random.default_rng(1).bytes(size)
    with tarfile.open(fileobj=target, mode="w:gz") as archive:
        member = tarfile.TarInfo("xgboost-model")
        member.size, member.mtime = len(content), moment
        archive.addfile(member, io.BytesIO(content))
    return target.getvalue()
