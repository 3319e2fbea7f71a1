"""The features of a flight, known before it leaves."""

from __future__ import annotations

import pandas as pd

CATEGORICAL = ["carrier", "origin", "dest"]
NUMERIC = [
    "distance",
    "hour",
    "month",
    "weekday",
    "temp",
    "wind_speed",
    "precip",
    "pressure",
    "visib",
]
FEATURES = CATEGORICAL + NUMERIC
LABEL = "is_late"


def add_calendar(flights: pd.DataFrame) -> pd.DataFrame:
    """Add month and day of the week of the scheduled departure, in New York's time."""
    local = pd.to_datetime(flights["time_hour"], utc=True).dt.tz_convert("America/New_York")
    return flights.assign(month=local.dt.month, weekday=local.dt.day_of_week)


def add_label(flights: pd.DataFrame, late_minutes: float) -> pd.DataFrame:
    """Say which flights left late; cancelled flights never left and are dropped."""
    left = flights.dropna(subset=["dep_delay"])
    return left.assign(**{LABEL: (left["dep_delay"] > late_minutes).astype(int)})
