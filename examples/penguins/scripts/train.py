"""Train one of two kinds of classifier: `ALGORITHM` is `logistic` or `forest`."""

from __future__ import annotations

import argparse
import logging
from pathlib import Path

import pandas as pd
from penguins.artefacts import save_model
from penguins.measurements import CATEGORICAL, FEATURES, NUMERIC, require_columns
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

logger = logging.getLogger(__name__)


def build_model(algorithm: str) -> Pipeline:
    """Join preprocessing and classifier, so that both are packaged together."""
    classifiers = {
        "logistic": LogisticRegression(max_iter=1000),
        "forest": RandomForestClassifier(n_estimators=50, random_state=0),
    }
    if algorithm not in classifiers:
        msg = f"ALGORITHM is {algorithm!r}; it must be one of {', '.join(classifiers)}"
        raise ValueError(msg)
    columns = ColumnTransformer(
        [
            ("numeric", StandardScaler(), NUMERIC),
            ("categorical", OneHotEncoder(handle_unknown="ignore"), CATEGORICAL),
        ]
    )
    return make_pipeline(columns, classifiers[algorithm])


def main(
    input_paths: dict[str, str],
    output_paths: dict[str, str],
    environ_vars: dict[str, str],
    job_args: argparse.Namespace,
) -> None:
    """Read the `train` part of `splits`, write `model`."""
    label = environ_vars["LABEL_FIELD"]
    train = pd.read_csv(Path(input_paths["splits"], "train", "penguins.csv"))
    require_columns(train, [label, *FEATURES])
    model = build_model(environ_vars["ALGORITHM"])
    model.fit(train[FEATURES], train[label])
    logger.info(
        "accuracy on %d birds: %.3f", len(train), model.score(train[FEATURES], train[label])
    )
    save_model(model, Path(output_paths["model"]))
