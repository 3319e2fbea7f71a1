"""Drop orders that are too small, and split what is left for training."""

from pathlib import Path

from ...tables import plain


def main(input_paths, output_paths, environ_vars, job_args):
    label = environ_vars["LABEL_FIELD"]
    least = float(environ_vars.get("LEAST_GRAMS", "1"))
    rows = [row for row in plain.read(input_paths["DATA"]) if float(row["grams"]) >= least]
    for row in rows:
        row[label] = int(row[label])
    folder = Path(output_paths["cleaned"])
    if job_args.job_type != "training":
        plain.write(folder / job_args.job_type / "orders.csv", rows)
        return
    middle = len(rows) // 2
    plain.write(folder / "train" / "orders.csv", rows[:middle])
    plain.write(folder / "test" / "orders.csv", rows[middle:])
