"""A logistic regression, kept as JSON."""

import json
from pathlib import Path

import numpy as np

from claims.processing.archives import member

MODEL_FILE = "fraud_model.json"
COLUMNS_FILE = "feature_columns.txt"


class Model:
    """Weights of standardized features."""

    def __init__(self, columns, mean, spread, weights):
        self.columns, self.mean, self.spread, self.weights = columns, mean, spread, weights

    def predict(self, frame):
        """Give the probability of fraud for each row."""
        scaled = (frame[self.columns].to_numpy(float) - self.mean) / self.spread
        logits = np.c_[np.ones(len(scaled)), scaled] @ self.weights
        return 1 / (1 + np.exp(-np.clip(logits, -30, 30)))


def fit(frame, columns, label, rounds, eta):
    """Fit by plain gradient descent."""
    values = frame[columns].to_numpy(float)
    mean, spread = values.mean(axis=0), values.std(axis=0) + 1e-9
    matrix = np.c_[np.ones(len(values)), (values - mean) / spread]
    target = frame[label].to_numpy(float)
    weights = np.zeros(matrix.shape[1])
    for _ in range(rounds):
        guess = 1 / (1 + np.exp(-np.clip(matrix @ weights, -30, 30)))
        weights += eta * matrix.T @ (target - guess) / len(matrix)
    return Model(columns, mean, spread, weights)


def save(model, folder):
    """Write what the platform will pack."""
    parts = {name: getattr(model, name).tolist() for name in ("mean", "spread", "weights")}
    Path(folder, MODEL_FILE).write_text(json.dumps(parts))
    Path(folder, COLUMNS_FILE).write_text("\n".join(model.columns) + "\n")


def load(folder):
    """Read a model out of the archive."""
    parts = {name: np.array(part) for name, part in json.loads(member(folder, MODEL_FILE)).items()}
    return Model(load_columns(folder), **parts)


def load_columns(folder):
    """Read only the names of the features."""
    return member(folder, COLUMNS_FILE).split()


def auc(label, score):
    """Area under the ROC curve, by ranks; 0.5 where there is only one class."""
    label, score = np.asarray(label), np.asarray(score)
    positive, negative = score[label == 1], score[label == 0]
    if not len(positive) or not len(negative):
        return 0.5
    above = (positive[:, None] > negative).mean() + 0.5 * (positive[:, None] == negative).mean()
    return float(above)
