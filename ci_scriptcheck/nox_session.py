"""The nox session that a project reuses to check its scripts on a laptop as continuous integration does.

In a project's `noxfile.py`:

    import nox
    from ci_scriptcheck.nox_session import check

    @nox.session
    def scriptcheck(session: nox.Session) -> None:
        check(session, requirements=("requirements.txt",))

nox itself has to find this package then: `pip install nox ci-scriptcheck`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nox.command import CommandFailed

if TYPE_CHECKING:
    import nox


def check(
    session: nox.Session,
    *,
    projects: tuple[str, ...] = (".",),
    requirements: tuple[str, ...] = (),
    scriptcheck: str = "ci-scriptcheck",
) -> None:
    """Check what this branch affects in each project; the session's arguments go to `run`.

    Every project is checked, also after one has failed; the session fails at the end.

    Args:
        session: The session; its environment gets the scripts' libraries and scriptcheck.
        projects: Folders that hold a `scriptcheck.yaml`.
        requirements: Requirements files of the scripts.
        scriptcheck: What pip installs as scriptcheck; a path while working on scriptcheck itself.
    """
    needed = [argument for file in requirements for argument in ("-r", file)]
    session.install(scriptcheck, *needed)
    broken = [project for project in projects if not _passes(session, project)]
    if broken:
        session.error(f"scripts are broken in {', '.join(broken)}")


def _passes(session: nox.Session, project: str) -> bool:
    try:
        session.run("scriptcheck", "-C", project, "run", *session.posargs)
    except CommandFailed:
        return False
    return True
