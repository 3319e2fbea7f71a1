"""Who we are to GitHub, so that nobody else's text is taken for ours."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from ci_scriptcheck.errors import PublishError
from ci_scriptcheck.values import dataclass

if TYPE_CHECKING:
    from ci_scriptcheck.github.api import Api

_BOT = "[bot]"


@dataclass(frozen=True, slots=True, kw_only=True)
class Author:
    """Whoever the token belongs to.

    Attributes:
        login: `None` where GitHub does not say it.
    """

    login: str | None = None

    def wrote(self, item: Mapping[str, object]) -> bool:
        """Say whether a comment, as GitHub's API gives it, is of this author.

        Anybody can write a comment that begins with our marker. Were it taken for ours, we would
        put our words into the mouth of a stranger who can change them afterwards. Where we do not
        know our own name, only a bot's comment can be ours: people are users.
        """
        user = item.get("user")
        if not isinstance(user, Mapping):
            return False
        login, is_bot = str(user.get("login")), user.get("type") == "Bot"
        if self.login is None:
            return is_bot
        # The two APIs need not agree on what stands behind the name of a bot.
        mine = self.login.removesuffix(_BOT) if is_bot else self.login
        return (login.removesuffix(_BOT) if is_bot else login).casefold() == mine.casefold()


def of_token(api: Api) -> Author:
    """Ask who the token belongs to; GraphQL, as `GET /user` knows no tokens of apps, such as a job's own."""
    try:
        answer = api.query("query { viewer { login } }")
    except PublishError:
        return Author()
    login = answer
    for key in ("data", "viewer", "login"):
        login = login.get(key) if isinstance(login, Mapping) else None
    return Author(login=login if isinstance(login, str) and login else None)
