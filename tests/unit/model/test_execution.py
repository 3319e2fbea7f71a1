"""The names of executions, as AWS writes them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ci_scriptcheck.model.execution import execution_name, is_pipeline_name

PART = st.text("abcXYZ019-", min_size=1)


@given(pipeline=PART, identity=PART, partition=st.sampled_from(["aws", "aws-cn", "aws-us-gov"]))
def test_a_name_is_written_as_it_was_read(pipeline: str, identity: str, partition: str) -> None:
    arn = (
        f"arn:{partition}:sagemaker:eu-west-1:123456789012"
        f":pipeline/{pipeline}/execution/{identity}"
    )

    name = execution_name(arn)

    assert (name.arn, name.pipeline, name.id) == (arn, pipeline, identity)


@pytest.mark.parametrize(
    "written",
    [
        "fraud-training",
        "arn:aws:sagemaker:eu-west-1:123456789012:pipeline/fraud",
        "arn:aws:sagemaker:eu-west-1:123456789012:pipeline/fraud/execution/",
        "arn:aws:sagemaker:eu-west-1:1234:pipeline/fraud/execution/x",
        "arn:aws:sagemaker:eu-west-1:123456789012:pipeline/fraud/execution/x\n",
    ],
)
def test_what_is_no_execution_is_refused(written: str) -> None:
    with pytest.raises(ValueError, match="it is not"):
        execution_name(written)


def test_an_arn_is_no_name_of_a_pipeline() -> None:
    assert is_pipeline_name("fraud-training")
    assert not is_pipeline_name("arn:aws:sagemaker:eu-west-1:123456789012:pipeline/fraud")
    assert not is_pipeline_name("-fraud")
