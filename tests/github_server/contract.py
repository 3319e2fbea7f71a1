"""Whether requests and answers are as GitHub's description of its API says."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from openapi_core import Config, OpenAPI
from openapi_core.testing import MockRequest, MockResponse
from werkzeug.datastructures import MultiDict

from tests.github_server.description import USED, description

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_HOST = "https://api.github.com"


class Contract:
    """The description, ready to be asked."""

    def __init__(self) -> None:
        self._description = description()
        # A misspelt name in what we send would else pass as one more property.
        strict = Config(additional_properties_default_policy="forbid")
        self._requests = OpenAPI.from_dict(self._description, config=strict)
        self._answers = OpenAPI.from_dict(self._description)

    def example(self, name: str) -> Any:
        """Give one of GitHub's own examples, of which answers are made."""
        return self._description["components"]["examples"][name]["value"]

    def wrong_in_request(
        self,
        method: str,
        path: str,
        query: Sequence[tuple[str, str]],
        headers: Mapping[str, str],
        body: bytes,
    ) -> list[str]:
        """List what is wrong with a request."""
        errors = self._requests.iter_request_errors(_request(method, path, query, headers, body))
        return [f"{method} {path}: {_in_words(error)}" for error in errors]

    def wrong_in_answer(
        self, method: str, path: str, status: int, headers: Mapping[str, str], body: bytes
    ) -> list[str]:
        """List what is wrong with an answer.

        Refusals that the description leaves out for a path, such as those for lack of a permission,
        are as they are for all paths; a success that it leaves out is one more fault.
        """
        if status >= 400 and not self._is_documented(method, path, status):
            return []
        # 204 and 302 have no body, and so no type.
        errors = self._answers.iter_response_errors(
            _request(method, path, (), {}, b""),
            MockResponse(body, status, dict(headers)),
        )
        return [f"{status} to {method} {path}: {_in_words(error)}" for error in errors]

    def _is_documented(self, method: str, path: str, status: int) -> bool:
        parts = path.split("/")
        for pattern in USED:
            names = pattern.split("/")
            if len(names) == len(parts) and all(
                name == part or name.startswith("{")
                for name, part in zip(names, parts, strict=True)
            ):
                verbs = self._description["paths"][pattern]
                return str(status) in verbs.get(method.lower(), {}).get("responses", {})
        return False


def _request(
    method: str,
    path: str,
    query: Sequence[tuple[str, str]],
    headers: Mapping[str, str],
    body: bytes,
) -> MockRequest:
    made = MockRequest(_HOST, method, path, headers=dict(headers), data=body)
    made.parameters.query = MultiDict(query)
    return made


def _in_words(error: BaseException | None) -> str:
    """Give what is wrong, without the whole of what it is wrong in."""
    words = ""
    while error is not None:
        details = [
            f"{'/'.join(map(str, one.absolute_path))}: {one.message[:300]}"
            for one in getattr(error, "schema_errors", ())
        ]
        words = "; ".join(details) or str(error)[:300]
        if details:
            break
        error = error.__cause__
    return words
