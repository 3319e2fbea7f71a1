"""The JSON Schema that ships with the package says what the reader accepts."""

from __future__ import annotations

import json
from typing import Any

import jsonschema
import pytest

from ci_scriptcheck.errors import UsageError
from ci_scriptcheck.project.native import schema
from ci_scriptcheck.project.native.reading import read_native
from ci_scriptcheck.project.native.yaml_text import read_yaml
from tests.functional.project.test_everything import EVERYTHING


def validator() -> Any:
    shipped = json.loads(schema.FILE.read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(shipped)
    return jsonschema.Draft202012Validator(shipped)


def test_the_schema_that_ships_is_what_the_documents_say() -> None:
    shipped = schema.FILE.read_text(encoding="utf-8")

    assert shipped == schema.text(), "run `python -m ci_scriptcheck.project.native.schema`"


def test_a_file_that_uses_every_key_fits() -> None:
    content = (EVERYTHING / "scriptcheck.yaml").read_bytes()

    validator().validate(read_yaml(content, "scriptcheck.yaml").data)


def test_the_least_file_fits() -> None:
    content = b"version: 1\ndatasets: {raw: {copy: data}}\npipelines: {daily: [a.py, b.py]}\n"

    validator().validate(read_yaml(content, "scriptcheck.yaml").data)


@pytest.mark.parametrize(
    "text",
    [
        "stepz: {}",
        "steps: {a: {scrpt: x}}",
        "steps: {a: {inputs: {p: {datset: x}}}}",
        "steps: {a: {timeout: 5x}}",
        "defaults: {memory: 3QB}",
        "defaults: {network: some}",
        "datasets: {a: {columns: {b: {nulls: 2}}}}",
        "version: 2",
        "pipelines: {a: 5}",
        "rules: {SC208: of}",
        "aws: {role: scriptcheck}",
        "aws: {region: Ireland}",
        "aws: {prefixes: [company-ml]}",
        "aws: {sample: most}",
        "datasets: {a: {real: company-ml}}",
    ],
)
def test_what_the_reader_refuses_the_schema_refuses_too(text: str) -> None:
    data = read_yaml(text.encode(), "scriptcheck.yaml").data

    assert not validator().is_valid(data)
    with pytest.raises(UsageError):
        read_native(text.encode(), "scriptcheck.yaml")
