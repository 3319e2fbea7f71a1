"""Make requests as the endpoint will get them, for its load test."""

import json
import logging
import os
import sys
import tarfile
import tempfile
import traceback
from pathlib import Path

from claims.processing.models import load_columns

logger = logging.getLogger(__name__)


def request(columns, content_type, value):
    """Write one request in the format of this content type."""
    if content_type == "text/csv":
        return "request.csv", ",".join(str(value) for _ in columns) + "\n"
    if content_type == "application/json":
        return "request.json", json.dumps(dict.fromkeys(columns, value))
    raise ValueError(f"no request can be made for {content_type}")


def main(input_paths, output_paths, environ_vars, job_args):
    """Read `model_input`, write `payload_sample`."""
    columns = load_columns(input_paths["model_input"])
    value = float(environ_vars.get("DEFAULT_NUMERIC_VALUE", "0.5"))
    content_types = environ_vars.get("CONTENT_TYPES", "text/csv").split(",")
    with tempfile.TemporaryDirectory() as folder:
        with tarfile.open(Path(output_paths["payload_sample"], "payload.tar.gz"), "w:gz") as archive:
            for content_type in content_types:
                name, text = request(columns, content_type, value)
                path = Path(folder, name)
                path.write_text(text)
                archive.add(path, name)
    logger.info("made %d requests of %d features", len(content_types), len(columns))


if __name__ == "__main__":
    variables = {
        "CONTENT_TYPES": os.environ.get("CONTENT_TYPES", "text/csv,application/json"),
        "DEFAULT_NUMERIC_VALUE": os.environ.get("DEFAULT_NUMERIC_VALUE", "0.5"),
    }
    try:
        main(
            {"model_input": "/opt/ml/processing/input/model"},
            {"payload_sample": "/opt/ml/processing/output"},
            variables,
            None,
        )
    except Exception:
        logger.error(traceback.format_exc())
        sys.exit(1)
