"""Laws of reading settings: JSON is YAML, and whatever is written is read or refused with a line."""

from __future__ import annotations

import ast
import json
import re
import warnings

from hypothesis import given, settings
from hypothesis import strategies as st

from ci_scriptcheck.errors import UsageError
from ci_scriptcheck.project.loader import load_project
from ci_scriptcheck.project.native.yaml_text import read_yaml
from ci_scriptcheck.project.script.usage import usage
from tests.functional.project.test_everything import EVERYTHING, everything
from tests.unit.project.trees import MemoryTree

TEXTS = st.text(st.characters(exclude_categories=("Cc", "Cs", "Cn", "Co")), max_size=20)
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**20), 10**20)
    | st.floats(allow_nan=False, allow_infinity=False)
    | TEXTS,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(TEXTS.filter(lambda key: key != "<<"), inner, max_size=4)
    ),
    max_leaves=20,
)
EXAMPLE = (EVERYTHING / "scriptcheck.yaml").read_text(encoding="utf-8")
FILES = {
    path: content.decode()
    for path, content in everything().read_many(everything().paths()).items()
}
TOKENS = list(re.finditer(r"[\w./-]+|[\[\]{},:\"']", EXAMPLE))
JUNK = (
    "null",
    "[]",
    "{}",
    "[1, 2]",
    "-1",
    "1e999",
    "*a",
    "&a",
    "<<",
    "..",
    "a.b",
    "a/b.c",
    "x: y",
    "",
)


@given(VALUES)
def test_json_is_read_as_json_reads_it(value: object) -> None:
    text = json.dumps(value, ensure_ascii=False)

    assert read_yaml(text.encode(), "s.yaml").data == json.loads(text)


@given(st.text(max_size=80))
def test_any_text_is_read_or_refused_with_its_line(text: str) -> None:
    try:
        read_yaml(text.encode("utf-8", "surrogatepass"), "s.yaml")
    except UsageError as error:
        assert error.where is not None  # noqa: PT017  (both ends are right)
        assert error.where.line is not None  # noqa: PT017  (as above)


@settings(deadline=None, max_examples=150)
@given(st.lists(st.tuples(st.sampled_from(TOKENS), st.sampled_from(JUNK)), min_size=1, max_size=3))
def test_a_damaged_file_makes_a_project_or_a_usage_error(
    damages: list[tuple[re.Match[str], str]],
) -> None:
    text = EXAMPLE
    for token, junk in sorted(damages, key=lambda damage: -damage[0].start()):
        text = text[: token.start()] + junk + text[token.end() :]
    try:
        load_project(MemoryTree({**FILES, "scriptcheck.yaml": text}))
    except UsageError as error:
        assert error.where is not None  # noqa: PT017  (both ends are right)


@given(st.text(max_size=60) | st.lists(st.sampled_from(JUNK), max_size=8).map(" ".join))
def test_any_script_is_understood_or_a_syntax_error(body: str) -> None:
    text = f"def main(input_paths, output_paths, environ_vars, job_args):\n    {body}\n"

    try:
        is_understood = bool(usage(text))
    except SyntaxError:
        is_understood = False

    assert is_understood == is_python(text)


def is_python(text: str) -> bool:
    try:
        with warnings.catch_warnings(action="ignore"):
            ast.parse(text)
    except (SyntaxError, ValueError):
        return False
    return True
