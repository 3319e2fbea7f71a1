"""How the limited reader is asked, by whoever has one: in a run, by a command, or where real data are cut.

What can be asked, `reader`, `cutting.requests` and `freezing.requests` say; who starts the process,
`run.process.reader`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Message = dict[str, Any]
"""A request or an answer, which JSON can say."""

AskReader = Callable[[Message], Message]
"""Has a request answered; the answer is `{"error": text}` where that cannot be done."""
