"""Package model, calibration and the code that serves them."""

from __future__ import annotations

import argparse
import shutil
import tarfile
import tempfile
from pathlib import Path

from flights.processing.models import ARCHIVE

INFERENCE = Path(__file__).parents[2] / "serving" / "inference.py"


def main(
    input_paths: dict[str, str],
    output_paths: dict[str, str],
    environ_vars: dict[str, str],
    job_args: argparse.Namespace,
) -> None:
    """Read `model_input` and `calibration_model`, write `packaged_model`."""
    with tempfile.TemporaryDirectory() as folder:
        unpacked = Path(folder)
        shutil.unpack_archive(Path(input_paths["model_input"], ARCHIVE), unpacked)
        shutil.copy(Path(input_paths["calibration_model"], "calibrator.joblib"), unpacked)
        (unpacked / "code").mkdir()
        shutil.copy(INFERENCE, unpacked / "code")
        with tarfile.open(Path(output_paths["packaged_model"], ARCHIVE), "w:gz") as archive:
            for path in sorted(unpacked.iterdir()):
                archive.add(path, path.name)
