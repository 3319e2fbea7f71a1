"""A logistic regression, small enough to read."""

import numpy as np

FEATURES = ["amount_usd", "items", "new_buyer", "hour"]


def design(frame):
    """Turn a table into a matrix with an intercept."""
    return np.column_stack([np.ones(len(frame)), frame[FEATURES].to_numpy(float)])


def standardise(matrix, mean, spread):
    return np.column_stack([matrix[:, 0], (matrix[:, 1:] - mean) / spread])


def probability(matrix, weights):
    return 1 / (1 + np.exp(-np.clip(matrix @ weights, -30, 30)))


def fit(matrix, target, steps=300, rate=0.5):
    """Fit by gradient descent; the columns must be standardised."""
    weights = np.zeros(matrix.shape[1])
    for _ in range(steps):
        gradient = matrix.T @ (probability(matrix, weights) - target) / len(target)
        weights -= rate * gradient
    return weights
