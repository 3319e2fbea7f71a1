"""What the settings say about AWS: the documents → the value, held against the datasets."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ci_scriptcheck.errors import did_you_mean
from ci_scriptcheck.model.aws import AwsSettings
from ci_scriptcheck.model.s3_place import s3_place

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from ci_scriptcheck.model.contract import Dataset
    from ci_scriptcheck.project.native.reading import Native


def read_aws(
    native: Native, datasets: Mapping[str, Dataset], pipelines: Collection[str]
) -> AwsSettings:
    """Give the settings for AWS.

    Raises:
        UsageError: a dataset's real data lie where nothing may be read, or executions are of no pipeline.
    """
    written = native.document.aws
    settings = AwsSettings(
        role=written.role,
        region=written.region,
        prefixes=tuple(sorted({s3_place(one) for one in written.prefixes or ()})),
        budget=written.budget,
        sample=written.sample,
        requester_pays=written.requester_pays,
        executions=dict(sorted((written.executions or {}).items())),
        origins={key: native.source.place(("aws", key)) for key in written.given()},
    )
    for name, dataset in datasets.items():
        _check_place(native, settings, name, dataset)
    for name in settings.executions:
        if name not in pipelines:
            raise native.source.mistake(
                f"there is no pipeline `{name}`",
                ("aws", "executions", name),
                advice=did_you_mean(name, pipelines),
            )
    return settings


def _check_place(native: Native, settings: AwsSettings, name: str, dataset: Dataset) -> None:
    if dataset.real is None or not settings.prefixes:
        return
    place = s3_place(dataset.real)
    if any(prefix.holds(place) for prefix in settings.prefixes):
        return
    # What it inherits stands elsewhere.
    own = native.document.datasets.get(name)
    is_own = own is not None and own.real is not None
    raise native.source.mistake(
        f"`{place}` lies in none of the places that may be read",
        ("datasets", name, *(("real",) if is_own else ())),
        facts=tuple(f"`aws.prefixes` has {prefix}" for prefix in settings.prefixes[:5]),
        advice="add it to `prefixes` under `aws`",
    )
