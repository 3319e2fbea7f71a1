"""A SageMaker on loopback that knows pipelines, executions and jobs, and is asked by boto3 itself.

Each request and each answer is held against the description of the service that botocore ships; what is not as it
says is kept in `violations`, which have to be empty in the end.
"""

from __future__ import annotations

import json
import re
import threading
from datetime import UTC, datetime
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

import boto3
from botocore.config import Config
from botocore.loaders import Loader
from botocore.model import ServiceModel
from botocore.validate import ParamValidator

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import TracebackType
    from typing import Self

    from botocore.client import BaseClient
    from botocore.model import Shape

Answer = dict[str, Any]


class RefusedError(Exception):
    """A request that is refused, with the code that AWS gives for it."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class SageMaker:
    """What the service knows.

    Attributes:
        executions: ARN → what `describe_pipeline_execution` answers, in the order in which they began.
        steps: ARN → its steps as they are listed.
        processing, training, transform: Name of a job → its description.
        page: Items of a page, whatever is asked for.
        asked: The operations that were asked for, in order.
        denied: Operations that are refused.
    """

    def __init__(self, page: int = 10) -> None:
        self.executions: dict[str, Answer] = {}
        self.steps: dict[str, list[Answer]] = {}
        self.processing: dict[str, Answer] = {}
        self.training: dict[str, Answer] = {}
        self.transform: dict[str, Answer] = {}
        self.page = page
        self.asked: list[str] = []
        self.denied: set[str] = set()

    def answer(self, operation: str, given: Answer) -> Answer:
        self.asked.append(operation)
        if operation in self.denied:
            who, action = "arn:aws:iam::123456789012:user/developer", f"sagemaker:{operation}"
            message = f"User: {who} is not authorized to perform: {action} on resource: *"
            why = f"because no identity-based policy allows the {action} action"
            raise RefusedError("AccessDeniedException", f"{message} {why}")
        match operation:
            case "DescribePipelineExecution":
                return self._execution(given["PipelineExecutionArn"])
            case "ListPipelineExecutionSteps":
                arn = given["PipelineExecutionArn"]
                self._execution(arn)
                return self._paged("PipelineExecutionSteps", self.steps.get(arn, []), given)
            case "ListPipelineExecutions":
                return self._paged(
                    "PipelineExecutionSummaries", self._of_pipeline(given["PipelineName"]), given
                )
            case "DescribeProcessingJob":
                return _job(self.processing, given["ProcessingJobName"])
            case "DescribeTrainingJob":
                return _job(self.training, given["TrainingJobName"])
            case "DescribeTransformJob":
                return _job(self.transform, given["TransformJobName"])
            case _:
                raise RefusedError("UnknownOperationException", operation)

    def _execution(self, arn: str) -> Answer:
        if arn not in self.executions:
            raise RefusedError("ResourceNotFound", f"Pipeline execution with ARN {arn} not found.")
        return self.executions[arn]

    def _of_pipeline(self, name: str) -> list[Answer]:
        found = [
            {
                "PipelineExecutionArn": arn,
                "StartTime": one["CreationTime"],
                "PipelineExecutionStatus": one["PipelineExecutionStatus"],
            }
            for arn, one in self.executions.items()
            if f":pipeline/{name}/" in arn
        ]
        if not found:
            raise RefusedError("ResourceNotFound", f"Pipeline '{name}' does not exist.")
        return found[::-1]

    def _paged(self, key: str, items: list[Answer], given: Answer) -> Answer:
        start = int(given.get("NextToken", "0"))
        end = start + min(self.page, given.get("MaxResults", self.page))
        more = {"NextToken": str(end)} if end < len(items) else {}
        return {key: items[start:end], **more}


class SageMakerServer:
    """The service behind a port of loopback."""

    def __init__(self, service: SageMaker) -> None:
        self._service = service
        self._contract = _Contract()
        self._http = ThreadingHTTPServer(("127.0.0.1", 0), _handler(service, self._contract))
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.01,))

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._http.shutdown()
        self._thread.join()
        self._http.server_close()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self._http.server_address[1]}"

    @property
    def violations(self) -> list[str]:
        return self._contract.violations

    def client(self) -> BaseClient:
        once = Config(retries={"total_max_attempts": 1})
        return _session().client("sagemaker", endpoint_url=self.address, config=once)


@cache
def _described() -> ServiceModel:
    """Load what botocore says of the service, which is large."""
    return ServiceModel(Loader().load_service_model("sagemaker", "service-2"), "sagemaker")


@cache
def _session() -> boto3.Session:
    return boto3.Session("test", "test", region_name="eu-west-1")


def least_answer(operation: str) -> Answer:
    """Make an answer that has what the service has to give, and nothing else."""
    answer: Answer = _least(_described().operation_model(operation).output_shape)
    return answer


def _least(shape: Shape) -> Any:
    match shape.type_name:
        case "structure":
            return {name: _least(shape.members[name]) for name in shape.required_members}
        case "list":
            return []
        case "map":
            return {}
        case "string":
            return shape.enum[0] if shape.enum else ""
        case "timestamp":
            return datetime.fromtimestamp(0, UTC)
        case _:
            return 0


class _Contract:
    """What botocore says of the service, and what was done against it."""

    def __init__(self) -> None:
        self.violations: list[str] = []

    def check(self, operation: str, given: Answer, side: str) -> None:
        model = _described().operation_model(operation)
        shape = model.input_shape if side == "request" else model.output_shape
        found = ParamValidator().validate(given, shape)
        wrong = [found.generate_report()] if found.has_errors() else []
        wrong += _wrong_texts(given, shape, "")
        self.violations += [f"{operation}, {side}: {text}" for text in wrong]


def _wrong_texts(value: Any, shape: Shape, way: str) -> Iterator[str]:
    """Give the texts that are none of those allowed, or of another form; botocore leaves that to the service."""
    match shape.type_name:
        case "structure":
            for name in value.keys() & shape.members.keys():
                yield from _wrong_texts(value[name], shape.members[name], f"{way}.{name}")
        case "list":
            for item in value:
                yield from _wrong_texts(item, shape.member, f"{way}[]")
        case "string":
            allowed = getattr(shape, "enum", None)
            pattern = shape.metadata.get("pattern")
            if allowed and value not in allowed:
                yield f"{way}: `{value}` is none of {allowed[:9]}"
            if pattern and not _fits(pattern, value):
                yield f"{way}: `{value}` does not fit {pattern}"
        case _:
            pass


def _fits(pattern: str, value: str) -> bool:
    try:
        return re.fullmatch(pattern, value, re.DOTALL) is not None
    except re.error:
        # A few are written for Java, with characters beyond what Python's have names for.
        return True


def _job(jobs: dict[str, Answer], name: str) -> Answer:
    if name not in jobs:
        raise RefusedError(
            "ValidationException", "Could not find requested job with name: " + name
        )
    return jobs[name]


def _handler(service: SageMaker, contract: _Contract) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            given = json.loads(self.rfile.read(int(self.headers["Content-Length"])) or b"{}")
            operation = self.headers["X-Amz-Target"].removeprefix("SageMaker.")
            contract.check(operation, given, "request")
            try:
                answer = service.answer(operation, given)
                contract.check(operation, answer, "answer")
                self._send(200, answer)
            except RefusedError as error:
                self._send(400, {"__type": error.code, "message": str(error)})

        def _send(self, status: int, answer: Answer) -> None:
            body = json.dumps(answer, default=datetime.timestamp).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/x-amz-json-1.1")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    return Handler
