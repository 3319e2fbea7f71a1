"""The JSON Schema of `scriptcheck.yaml`, for editors; `python -m ci_scriptcheck.project.native.schema` writes it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from ci_scriptcheck.project.native.documents import ProjectDocument

FILE = Path(__file__).with_name("scriptcheck.schema.json")
DIALECT = "https://json-schema.org/draft/2020-12/schema"


def schema() -> dict[str, Any]:
    """Give the schema of the settings file as the reader's documents have it."""
    made = ProjectDocument.model_json_schema(by_alias=True, mode="validation")
    plain = _without_titles(made)
    return {"$schema": DIALECT, "title": "scriptcheck.yaml", **plain}


def text() -> str:
    """Give the content of the file that ships with the package."""
    return f"{json.dumps(schema(), indent=2)}\n"


def _without_titles(part: Any) -> Any:  # noqa: ANN401  (JSON)
    """Leave out the titles that pydantic makes of names; a key called `title` stays."""
    if isinstance(part, list):
        return [_without_titles(item) for item in part]
    if not isinstance(part, dict):
        return part
    return {
        key: _without_titles(value)
        for key, value in part.items()
        if key != "title" or not isinstance(value, str)
    }


if __name__ == "__main__":
    FILE.write_text(text(), encoding="utf-8")
