"""Read the shop's orders and drop what cannot be used."""

from pathlib import Path

import pandas as pd


def main(input_paths, output_paths, environ_vars, job_args):
    orders = pd.read_csv(Path(input_paths["orders"]) / "orders.csv", parse_dates=["placed_at"])
    orders = orders.drop_duplicates("order_id").dropna(subset=["amount", "currency"])
    print(f"kept {len(orders)} orders")
    orders.to_parquet(Path(output_paths["clean"]) / "orders.parquet", index=False)
