"""Pack model, calibration and the code that serves them into one archive."""

import logging
import shutil
import sys
import tarfile
import tempfile
import traceback
from pathlib import Path

from claims.processing.archives import MODEL_ARCHIVE

logger = logging.getLogger(__name__)

SERVING = Path(__file__).parents[2] / "serving"


def main(input_paths, output_paths, environ_vars, job_args):
    """Read `model_input` and `calibration_model`, write `packaged_model`."""
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        shutil.unpack_archive(Path(input_paths["model_input"], MODEL_ARCHIVE), work, "gztar")
        shutil.copytree(input_paths["calibration_model"], work / "calibration")
        shutil.copytree(SERVING, work / "code", ignore=shutil.ignore_patterns("__pycache__"))
        with tarfile.open(Path(output_paths["packaged_model"], MODEL_ARCHIVE), "w:gz") as archive:
            for path in sorted(work.iterdir()):
                archive.add(path, path.name)
    logger.info("packed %s", MODEL_ARCHIVE)


if __name__ == "__main__":
    try:
        main(
            {
                "model_input": "/opt/ml/processing/input/model",
                "calibration_model": "/opt/ml/processing/input/calibration",
            },
            {"packaged_model": "/opt/ml/processing/output"},
            {},
            None,
        )
    except Exception:
        logger.error(traceback.format_exc())
        sys.exit(1)
