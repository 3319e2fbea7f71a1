"""Bring all amounts into one currency and add what the model looks at."""

import json
from pathlib import Path

import pandas as pd


def main(input_paths, output_paths, environ_vars, job_args):
    orders = pd.read_parquet(Path(input_paths["clean"]) / "orders.parquet")
    rates = json.loads((Path(input_paths["rates"]) / "rates.json").read_text())

    orders["amount_usd"] = orders.pop("amount") * orders.pop("currency").map(rates).astype(float)
    orders["hour"] = orders.pop("placed_at").dt.hour
    orders["new_buyer"] = orders["new_buyer"].astype(int)

    print(f"{len(orders)} orders worth {orders['amount_usd'].sum():,.0f} USD")
    orders.to_parquet(Path(output_paths["features"]) / "features.parquet", index=False)
