"""Places in S3 are read as they are written, and lie within each other as folders do."""

from __future__ import annotations

import pytest

from ci_scriptcheck.model.s3_place import S3Place, s3_place


@pytest.mark.parametrize(
    ("written", "place"),
    [
        ("s3://company-ml/fraud/raw/", S3Place(bucket="company-ml", prefix="fraud/raw/")),
        ("s3://company-ml/a.csv", S3Place(bucket="company-ml", prefix="a.csv")),
        ("s3://company-ml", S3Place(bucket="company-ml")),
        ("s3://company.ml/", S3Place(bucket="company.ml")),
        ("s3://company-ml/a//b", S3Place(bucket="company-ml", prefix="a//b")),
    ],
)
def test_a_place_is_a_bucket_and_what_keys_begin_with(written: str, place: S3Place) -> None:
    assert s3_place(written) == place
    assert s3_place(str(place)) == place


@pytest.mark.parametrize(
    ("written", "why"),
    [
        ("company-ml/fraud", "begin with `s3://`"),
        ("S3://company-ml", "begin with `s3://`"),
        ("s3://", "`` is no name of a bucket"),
        ("s3://Company/x", "`Company` is no name of a bucket"),
        ("s3://a..b/x", "`a..b` is no name of a bucket"),
        ("s3://company-ml/a\nb", "cannot be seen"),
    ],
)
def test_what_is_no_place_says_why(written: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        s3_place(written)


@pytest.mark.parametrize(
    ("outer", "inner", "is_held"),
    [
        ("s3://data/fraud/", "s3://data/fraud/raw/a.csv", True),
        ("s3://data/fraud", "s3://data/fraud/raw", True),
        ("s3://data/fraud/", "s3://data/fraud/", True),
        ("s3://data", "s3://data/anything", True),
        ("s3://data/fraud", "s3://data/fraudulent/a.csv", False),
        ("s3://data/fraud/", "s3://data/fraud", False),
        ("s3://data/fraud/", "s3://other/fraud/", False),
        ("s3://data/fraud/raw", "s3://data/fraud/", False),
    ],
)
def test_a_place_holds_what_lies_below_its_folder(outer: str, inner: str, is_held: bool) -> None:
    assert s3_place(outer).holds(s3_place(inner)) is is_held
