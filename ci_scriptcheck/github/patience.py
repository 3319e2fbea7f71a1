"""How long GitHub is waited for, and which answers are worth another try.

https://docs.github.com/rest/using-the-rest-api/best-practices-for-using-the-rest-api: wait as long as
`Retry-After` says, else until `X-RateLimit-Reset`, else a minute.
"""

from __future__ import annotations

import math
import time
from typing import TYPE_CHECKING, Any, cast

from github.GithubRetry import GithubRetry

from ci_scriptcheck.errors import PublishError

if TYPE_CHECKING:
    from collections.abc import Callable

    from urllib3 import BaseHTTPResponse

LONGEST = 300.0
"""Seconds that one publication waits in all. A job that sleeps longer costs more than its comment."""

TRIES = 5
_WITHOUT_WORD = 60.0  # seconds; what GitHub asks for where its answer names no time
# Refused before anything was done: what is else sent only once may be sent again.
_NOT_DONE = (403, 429)


class WaitedError(PublishError):
    """GitHub had us wait with a change, and did not make it; what it is to change may be another by now."""


class Patience:
    """The time that is left for waiting, over all requests of a publication."""

    def __init__(
        self, *, sleep: Callable[[float], None] = time.sleep, seconds: float = LONGEST
    ) -> None:
        self._sleep = sleep
        self._left = seconds

    def wait(self, seconds: float) -> None:
        """Wait so many seconds.

        Raises:
            PublishError: more than is left.
        """
        if seconds > self._left:
            raise PublishError(
                what=f"GitHub wants us to wait {math.ceil(seconds)} seconds,"
                f" and {math.floor(self._left)} are left",
                advice="run this job again later",
            )
        self._left -= seconds
        self._sleep(seconds)

    def pause(self, seconds: float) -> None:
        """Wait so many seconds, or as many as are left."""
        self.wait(min(seconds, self._left))

    def back_off(self, tries: int) -> None:
        """Wait after so many failed tries, each time twice as long: 1, 2, 4, … seconds."""
        self.wait(2.0 ** (tries - 1))


class PatientRetry(GithubRetry):
    """The client's own rules for rate limits, within our patience.

    Only requests that may be sent twice are sent again after a fault of the server. Lost connections
    are not its business: whoever sent the request knows what to look at before it is sent again. Nor are
    changes that had to wait, for the same reason.
    """

    def __init__(self, *, patience: Patience, **given: Any) -> None:  # noqa: ANN401  (urllib3's arguments)
        self.patience = patience
        given.setdefault("status_forcelist", [429, *range(500, 600)])
        given.setdefault("allowed_methods", frozenset({"GET", "HEAD", "DELETE"}))
        super().__init__(
            **{
                "total": TRIES,
                "connect": 0,
                "read": 0,
                "other": 0,
                "backoff_factor": 1,
                "raise_on_status": False,
                **given,
            }
        )

    def new(self, **changed: Any) -> PatientRetry:  # noqa: ANN401  (urllib3's arguments)
        """Make the state after another try; `urllib3` calls it."""
        return super().new(patience=self.patience, **changed)

    def increment(
        self,
        method: str | None = None,
        url: str | None = None,
        response: Any = None,  # noqa: ANN401  (urllib3's)
        *rest: Any,  # noqa: ANN401  (urllib3's)
        **given: Any,  # noqa: ANN401  (urllib3's)
    ) -> PatientRetry:
        """Make the state after another try; a change is not tried again here."""
        state = cast("PatientRetry", super().increment(method, url, response, *rest, **given))
        if method == "PATCH" and response is not None:
            state.sleep(response)
            raise WaitedError(
                what="GitHub takes no more requests for now", advice="run this job again later"
            )
        return state

    def is_retry(self, method: str, status_code: int, has_retry_after: bool = False) -> bool:  # noqa: FBT001, FBT002  (urllib3's signature)
        """Say whether an answer is worth another try; of 403, `increment` looks closer."""
        return status_code in _NOT_DONE or super().is_retry(method, status_code, has_retry_after)

    def get_retry_after(self, response: BaseHTTPResponse) -> float | None:
        """Give the seconds that the answer asks us to wait, if it does."""
        asked = super().get_retry_after(response)
        if asked is None and response.status == 429:
            return _until_reset(response.headers.get("X-RateLimit-Reset")) or _WITHOUT_WORD
        return asked

    def sleep(self, response: BaseHTTPResponse | None = None) -> None:
        """Wait before the next try."""
        asked = None if response is None else self.get_retry_after(response)
        self.patience.wait(self.get_backoff_time() if asked is None else max(0.0, asked))


def _until_reset(moment: str | None) -> float | None:
    """Give the seconds until a moment in seconds since 1970; one more, as it ends within one."""
    if moment is None or not (moment.isascii() and moment.isdecimal()):
        return None
    return max(0.0, int(moment) - time.time()) + 1
