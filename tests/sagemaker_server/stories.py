"""Executions as they happen: builders of what SageMaker would tell of them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.sagemaker_server.server import Answer, SageMaker

ACCOUNT = "arn:aws:sagemaker:eu-west-1:123456789012"
BUCKET = "s3://company-ml"
START = datetime(2026, 11, 19, 2, 0, tzinfo=UTC)


class Story:
    """One execution that is being told, step by step."""

    def __init__(
        self,
        service: SageMaker,
        id: str,  # noqa: A002  (what it is)
        *,
        pipeline: str = "fraud-training",
        status: str = "Succeeded",
        begin: datetime = START,
        minutes: float = 48,
    ) -> None:
        self.service, self.id = service, id
        self.arn = f"{ACCOUNT}:pipeline/{pipeline}/execution/{id}"
        self.begin = begin
        self.steps: list[Answer] = []
        service.steps[self.arn] = self.steps
        service.executions[self.arn] = {
            "PipelineArn": f"{ACCOUNT}:pipeline/{pipeline}",
            "PipelineExecutionArn": self.arn,
            "PipelineExecutionStatus": status,
            "CreationTime": begin,
            "LastModifiedTime": begin + timedelta(minutes=minutes),
        }

    def place(self, step: str, port: str) -> str:
        """Give where an output of a step of this execution lies."""
        return f"{BUCKET}/fraud/{self.id}/{step}/{port}"

    def processing(  # noqa: PLR0913  (what such a job has)
        self,
        step: str,
        *,
        inputs: dict[str, str] | None = None,
        outputs: tuple[str, ...] = (),
        status: str = "Succeeded",
        minutes: float = 5,
        environment: dict[str, str] | None = None,
        arguments: tuple[str, ...] = (),
        instance: str = "ml.m5.xlarge",
        instances: int = 1,
        image: str = "763104351884.dkr.ecr.eu-west-1.amazonaws.com/sklearn:1.2-1",
        failure: str | None = None,
        code: str | None = None,
        **more: Any,
    ) -> Answer:
        name = f"pipelines-{self.id}-{step}-Ab3dEf5hIj"
        arn = f"{ACCOUNT}:processing-job/{name}"
        code = code or f"{BUCKET}/code/{step}.py"
        script = code.rpartition("/")[2]
        sources = {**(inputs or {}), "code": code}
        begin = self._begin()
        self.service.processing[name] = {
            "ProcessingJobName": name,
            "ProcessingJobArn": arn,
            "ProcessingJobStatus": {"Succeeded": "Completed"}.get(status, status),
            "CreationTime": begin,
            "ProcessingStartTime": begin + timedelta(minutes=1),
            "ProcessingEndTime": begin + timedelta(minutes=1 + minutes),
            "ProcessingInputs": [
                {
                    "InputName": port,
                    "S3Input": {
                        "S3Uri": uri,
                        "LocalPath": f"/opt/ml/processing/input/{port}",
                        "S3DataType": "S3Prefix",
                    },
                }
                for port, uri in sources.items()
            ],
            "ProcessingOutputConfig": {
                "Outputs": [
                    {
                        "OutputName": port,
                        "S3Output": {
                            "S3Uri": self.place(step, port),
                            "LocalPath": f"/opt/ml/processing/output/{port}",
                            "S3UploadMode": "EndOfJob",
                        },
                    }
                    for port in outputs
                ]
            },
            "ProcessingResources": {
                "ClusterConfig": {
                    "InstanceCount": instances,
                    "InstanceType": instance,
                    "VolumeSizeInGB": 30,
                }
            },
            "AppSpecification": {
                "ImageUri": image,
                "ContainerEntrypoint": ["python3", f"/opt/ml/processing/input/code/{script}"],
                **({"ContainerArguments": list(arguments)} if arguments else {}),
            },
            "Environment": environment or {},
            **({"FailureReason": failure} if failure else {}),
            **more,
        }
        return self._add(step, status, {"ProcessingJob": {"Arn": arn}}, minutes, failure)

    def training(  # noqa: PLR0913  (what such a job has)
        self,
        step: str,
        *,
        channels: dict[str, str],
        hyperparameters: dict[str, str] | None = None,
        status: str = "Succeeded",
        minutes: float = 12,
        metrics: dict[str, float] | None = None,
        failure: str | None = None,
        **more: Any,
    ) -> Answer:
        name = f"pipelines-{self.id}-{step}-Kl7mNo9pQr"
        arn = f"{ACCOUNT}:training-job/{name}"
        begin = self._begin()
        target = f"{BUCKET}/fraud/{self.id}/models"
        model = f"{target}/{name}/output/model.tar.gz"
        self.service.training[name] = {
            "TrainingJobName": name,
            "TrainingJobArn": arn,
            "TrainingJobStatus": {"Succeeded": "Completed"}.get(status, status),
            "SecondaryStatus": {"Succeeded": "Completed"}.get(status, status),
            "CreationTime": begin,
            "TrainingStartTime": begin + timedelta(minutes=1),
            "TrainingEndTime": begin + timedelta(minutes=1 + minutes),
            "TrainingTimeInSeconds": int(minutes * 60),
            "ModelArtifacts": {"S3ModelArtifacts": model},
            "AlgorithmSpecification": {
                "TrainingImage": "141502667606.dkr.ecr.eu-west-1.amazonaws.com/xgboost:1.7-1",
                "TrainingInputMode": "File",
            },
            "InputDataConfig": [
                {
                    "ChannelName": channel,
                    "DataSource": {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": uri}},
                }
                for channel, uri in channels.items()
            ],
            "OutputDataConfig": {"S3OutputPath": target},
            "ResourceConfig": {
                "InstanceType": "ml.m5.4xlarge",
                "InstanceCount": 1,
                "VolumeSizeInGB": 50,
            },
            "StoppingCondition": {"MaxRuntimeInSeconds": 86400},
            "HyperParameters": hyperparameters or {},
            "FinalMetricDataList": [
                {"MetricName": key, "Value": value, "Timestamp": begin}
                for key, value in (metrics or {}).items()
            ],
            **({"FailureReason": failure} if failure else {}),
            **more,
        }
        return self._add(step, status, {"TrainingJob": {"Arn": arn}}, minutes, failure)

    def transform(self, step: str, *, source: str, minutes: float = 4) -> Answer:
        name = f"pipelines-{self.id}-{step}-St1uVw3xYz"
        arn = f"{ACCOUNT}:transform-job/{name}"
        begin = self._begin()
        self.service.transform[name] = {
            "TransformJobName": name,
            "TransformJobArn": arn,
            "TransformJobStatus": "Completed",
            "ModelName": "fraud-model",
            "CreationTime": begin,
            "TransformStartTime": begin + timedelta(minutes=1),
            "TransformEndTime": begin + timedelta(minutes=1 + minutes),
            "TransformInput": {
                "DataSource": {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": source}}
            },
            "TransformOutput": {"S3OutputPath": self.place(step, "scores")},
            "TransformResources": {"InstanceType": "ml.m5.large", "InstanceCount": 2},
        }
        return self._add(step, "Succeeded", {"TransformJob": {"Arn": arn}}, minutes, None)

    def other(self, step: str, metadata: dict[str, Any], *, status: str = "Succeeded") -> Answer:
        """Tell of a step of another kind."""
        return self._add(step, status, metadata, 0.5, None)

    def taken(self, step: str, source: str, *, by: str = "CacheHitResult") -> Answer:
        """Tell of a step that was not run, as what an earlier execution made of it was taken."""
        made = self._add(step, "Succeeded", {}, 0, None)
        made[by] = {"SourcePipelineExecutionArn": source}
        return made

    def _add(
        self, step: str, status: str, metadata: Answer, minutes: float, failure: str | None
    ) -> Answer:
        begin = self._begin()
        made: Answer = {
            "StepName": step,
            "StartTime": begin,
            "EndTime": begin + timedelta(minutes=2 + minutes),
            "StepStatus": status,
            "AttemptCount": 1,
            "Metadata": metadata,
            **({"FailureReason": failure} if failure else {}),
        }
        self.steps.append(made)
        return made

    def _begin(self) -> datetime:
        return self.begin + timedelta(minutes=len(self.steps))
