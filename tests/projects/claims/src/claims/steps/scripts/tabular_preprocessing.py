"""Join claims with their policies; a training job also splits them."""

import argparse
import logging
import os
import sys
import traceback

import numpy as np

from claims.processing.tables import read_folder, write_splits

logger = logging.getLogger(__name__)

CONTAINER_PATHS = {
    "INPUT_DATA": "/opt/ml/processing/input/data",
    "INPUT_POLICIES": "/opt/ml/processing/input/policies",
    "OUTPUT_DIR": "/opt/ml/processing/output",
}


def join_policies(claims, policies):
    """Add region and premium of the policy; claims without a policy are refused."""
    joined = claims.merge(policies, on="policy_id", how="left", validate="many_to_one")
    unknown = joined["region"].isna()
    if unknown.any():
        raise ValueError(f"{unknown.sum()} claims have no policy")
    return joined


def clean(joined, label):
    """Drop claims without a label."""
    labelled = joined.dropna(subset=[label])
    labelled = labelled.assign(**{label: labelled[label].astype(int)})
    return labelled.sort_values("claim_id").reset_index(drop=True)


def split(frame, train_ratio, test_val_ratio):
    """Split at random, the same way each time."""
    order = np.random.default_rng(42).permutation(len(frame))
    first = int(len(frame) * train_ratio)
    second = first + int((len(frame) - first) * test_val_ratio)
    return {
        "train": frame.iloc[order[:first]],
        "val": frame.iloc[order[first:second]],
        "test": frame.iloc[order[second:]],
    }


def main(input_paths, output_paths, environ_vars, job_args):
    """Read `DATA` and `POLICIES`, write `processed_data`."""
    label = environ_vars["LABEL_FIELD"]
    train_ratio = float(environ_vars.get("TRAIN_RATIO", "0.7"))
    test_val_ratio = float(environ_vars.get("TEST_VAL_RATIO", "0.5"))
    output_format = environ_vars.get("OUTPUT_FORMAT", "CSV")

    claims = read_folder(input_paths["DATA"])
    policies = read_folder(input_paths["POLICIES"])
    frame = clean(join_policies(claims, policies), label)
    if job_args.job_type == "training":
        splits = split(frame, train_ratio, test_val_ratio)
    else:
        splits = {job_args.job_type: frame}
    for name, part in splits.items():
        logger.info("%s: %d claims, %d fraudulent", name, len(part), part[label].sum())
    write_splits(splits, output_paths["processed_data"], output_format)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--job_type", required=True, choices=["training", "calibration"])
    args = parser.parse_args()
    try:
        main(
            {"DATA": CONTAINER_PATHS["INPUT_DATA"], "POLICIES": CONTAINER_PATHS["INPUT_POLICIES"]},
            {"processed_data": CONTAINER_PATHS["OUTPUT_DIR"]},
            {
                "LABEL_FIELD": os.environ["LABEL_FIELD"],
                "TRAIN_RATIO": os.environ.get("TRAIN_RATIO", "0.7"),
                "TEST_VAL_RATIO": os.environ.get("TEST_VAL_RATIO", "0.5"),
                "OUTPUT_FORMAT": os.environ.get("OUTPUT_FORMAT", "CSV"),
            },
            args,
        )
    except Exception:
        logger.error(traceback.format_exc())
        sys.exit(1)
