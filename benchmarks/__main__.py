"""`python -m benchmarks`: measure, print the tables, and keep them as Markdown and JSON."""

from __future__ import annotations

import argparse
import json
import os
import platform
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tabulate import tabulate

from benchmarks import (
    base_beside,
    comparison,
    overhead,
    peers,
    scheduling,
    sharing,
    synthesis,
    transfer,
    validation,
)
from benchmarks.cursus import release

if TYPE_CHECKING:
    from collections.abc import Callable


def main() -> None:
    """Measure what the command line asks for."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    named = ", ".join([*PARTS, "cursus"])
    parser.add_argument("parts", nargs="*", help=f"of {named}; by default all but the last")
    parser.add_argument("--rounds", type=int, default=5, help="pairs of runs for each figure")
    parser.add_argument("--output", type=Path, default=Path(".cache") / "bench")
    parser.add_argument("--checkout", type=Path, help="cursus: a clone of its public release")
    parser.add_argument("--python", type=Path, help="cursus: interpreter with its libraries")
    parser.add_argument("--record", type=Path, help="cursus: record.json of a run done before")
    given = parser.parse_args()
    if unknown := set(given.parts) - {*PARTS, "cursus"}:
        parser.error(f"there is no part {', '.join(sorted(unknown))}")
    if "cursus" in given.parts and not (given.checkout and (given.python or given.record)):
        parser.error("cursus wants --checkout, and --python or --record")
    parts: dict[str, Callable[[int], tuple[Any, str]]] = {
        **PARTS,
        "cursus": lambda _: _measure_cursus(given),
    }
    data: dict[str, Any] = {"machine": _machine()}
    texts = [f"Measured on {data['machine']}."]
    for name in given.parts or PARTS:
        data[name], text = parts[name](given.rounds)
        texts.append(text)
    text = "\n\n".join(texts) + "\n"
    print(text)  # noqa: T201  (a command)
    given.output.mkdir(parents=True, exist_ok=True)
    (given.output / "benchmarks.md").write_text(text)
    (given.output / "benchmarks.json").write_text(json.dumps(data, indent=2) + "\n")


def _measure_peers(rounds: int) -> tuple[Any, str]:
    pairs = peers.measured(rounds)
    return [asdict(pair) for pair in pairs], _peers(pairs)


def _measure_scheduling(rounds: int) -> tuple[Any, str]:
    figures = scheduling.measured(scheduling.GRAPHS)
    scripts = scheduling.measured_with_scripts(rounds)
    data = scheduling.summary(figures) | {
        "pipelines": [asdict(figure) for figure in figures],
        "with_scripts": [asdict(figure) for figure in scripts],
    }
    return data, _scheduling(figures, scripts)


def _measure_beside(rounds: int) -> tuple[Any, str]:
    figures = base_beside.measured(rounds)
    rows = [
        (
            figure.what,
            f"{figure.alone:.2f} s",
            f"{figure.beside:.2f} s",
            f"{figure.ratio:.2f}",
            f"{figure.goal}",
        )
        for figure in figures
    ]
    headers = ("one script of twelve changed", "head alone", "with base", "ratio", "goal")
    table = tabulate(rows, headers, tablefmt="github", disable_numparse=True)
    return [asdict(figure) for figure in figures], table


def _measure_sharing(_rounds: int) -> tuple[Any, str]:
    figure = sharing.measured()
    headers = ("tasks", "shares", "longest / mean, expected", "taken", "run twice", "differences")
    row = (
        f"{figure.tasks}",
        f"{figure.shares}",
        f"{figure.expected:.3f}",
        f"{figure.taken:.3f}",
        f"{figure.twice:.1%}",
        f"{figure.differences}",
    )
    table = tabulate([row], headers, tablefmt="github", disable_numparse=True)
    return asdict(figure), table


def _measure_overhead(rounds: int) -> tuple[Any, str]:
    cost = overhead.cost(rounds)
    begins = overhead.begins(rounds)
    data = asdict(cost) | {"begins": [asdict(begin) for begin in begins]}
    return data, _overhead(cost, begins)


def _measure_synthesis(rounds: int) -> tuple[Any, str]:
    made = synthesis.measured(rounds)
    return [asdict(figure) for figure in made], _synthesis(made)


def _peers(pairs: list[peers.Pair]) -> str:
    rows = [
        [
            pair.situation.value,
            pair.peer,
            f"{1000 * pair.ours:,.0f} ms",
            f"{1000 * pair.theirs:,.0f} ms",
            f"{pair.ratio:.2f}",
            "" if pair.goal is None else f"≤ {pair.goal}",
        ]
        for pair in sorted(pairs, key=lambda pair: list(peers.Situation).index(pair.situation))
    ]
    headers = ["situation", "beside", "scriptcheck", "theirs", "ratio", "goal"]
    title = "Six small pandas steps; medians of runs that were timed one after the other:"
    return f"{title}\n\n{tabulate(rows, headers, tablefmt='github', disable_numparse=True)}"


def _scheduling(figures: list[scheduling.Figure], scripts: list[scheduling.Figure]) -> str:
    summary = scheduling.summary(figures)
    real = scheduling.summary(scripts)
    return (
        f"{len(figures)} random pipelines of {scheduling.NODES} steps on {scheduling.WORKERS}"
        " workers, time over the longest chain or half the work, whichever is longer:"
        f" median {summary['median']:.3f} (goal ≤ 1.07), worst {summary['worst']:.3f}"
        " (goal ≤ 1.12). The same with real scripts, counting all that a worker does for one:"
        f" median {real['median']:.3f}, worst {real['worst']:.3f} of {len(scripts)}."
    )


def _overhead(cost: overhead.Cost, begins: list[overhead.Begin]) -> str:
    rows = [
        [begin.what, f"{1000 * begin.seconds:,.0f} ms", f"≤ {1000 * begin.goal:,.0f} ms"]
        for begin in begins
    ]
    step = (
        f"A step of a chain takes {1000 * cost.step:.1f} ms, every check on; its `main` called"
        f" directly takes {1000 * cost.direct:.1f} ms: {1000 * cost.overhead:.1f} ms more"
        f" (goal ≤ 30 ms). A fork for it and no check costs {1000 * cost.least:.1f} ms more than the"
        f" call, so the tool adds {cost.overhead / cost.least:.2f} times what that adds."
    )
    table = tabulate(rows, ("command", "time", "goal"), tablefmt="github", disable_numparse=True)
    return f"{step}\n\n{table}"


def _synthesis(made: list[synthesis.Figure]) -> str:
    rows = [
        [
            figure.format,
            f"{figure.ours:.2f} s",
            f"{figure.theirs:.2f} s",
            f"{figure.ratio:.2f}",
            f"{figure.cpu_ratio:.2f}",
            f"≤ {synthesis.GOAL}",
            f"{figure.our_memory:,.0f} MB",
            f"{figure.their_memory:,.0f} MB",
        ]
        for figure in made
    ]
    headers = ["format", "scriptcheck", "by hand", "ratio", "of processor time", "goal"]
    headers += ["our memory", "theirs"]
    title = f"{synthesis.ROWS:,} rows of {len(synthesis.COLUMNS)} columns made and written:"
    return f"{title}\n\n{tabulate(rows, headers, tablefmt='github', disable_numparse=True)}"


def _measure_cursus(given: argparse.Namespace) -> tuple[Any, str]:
    record = given.record or release.run(given.checkout, given.python)
    parts = release.classed(given.checkout, record)
    data = {name: [asdict(one) for one in classes] for name, classes in parts.items()}
    return data, release.text(parts)


def _measure_validation(rounds: int) -> tuple[Any, str]:
    figures = validation.measured(rounds)
    title = (
        f"{validation.ROWS:,} rows of 20 columns in Parquet held against their schema, beside DuckDB"
        f" by hand (goal ≤ {validation.GOAL}, under {validation.MOST_MB} MB, equal verdicts):"
    )
    return [asdict(figure) for figure in figures], _beside_sql(title, figures)


def _measure_comparison(rounds: int) -> tuple[Any, str]:
    figures = comparison.measured(rounds)
    title = (
        f"Two tables of {comparison.ROWS:,} rows of 20 columns in Parquet compared by key, beside"
        f" DuckDB by hand (goal ≤ {comparison.GOAL}, under {comparison.MOST_MB} MB, equal figures):"
    )
    return [asdict(figure) for figure in figures], _beside_sql(title, figures)


def _beside_sql(title: str, figures: list[validation.Figure]) -> str:
    rows = [
        [
            figure.what,
            f"{figure.ours:.2f} s",
            f"{figure.by_hand:.2f} s",
            f"{figure.ratio:.2f}",
            f"{figure.cpu_ratio:.2f}",
            f"{figure.peak_mb:,.0f} MB",
            "yes" if figure.is_equal else "no",
        ]
        for figure in figures
    ]
    headers = [
        "table",
        "scriptcheck",
        "by hand",
        "ratio",
        "of processor time",
        "peak",
        "equal verdicts",
    ]
    return f"{title}\n\n{tabulate(rows, headers, tablefmt='github', disable_numparse=True)}"


def _measure_transfer(rounds: int) -> tuple[Any, str]:
    figures = transfer.measured(rounds)
    rows = [
        (
            figure.what,
            f"{figure.ours / 1e6:.0f}",
            f"{figure.theirs / 1e6:.0f}",
            f"{figure.ratio:.2f}",
            f"{figure.cpu_ratio:.2f}",
            f"{figure.seconds:.1f}",
            f"{figure.cutting:.1f}",
            f"{figure.read / figure.of:.2%}",
            f"{figure.rows[0]:,} of {figure.rows[1]:,}" if figure.rows[1] else "all",
            f"{figure.peak_mb:.0f}",
            f"{figure.reader_mb:.0f}",
        )
        for figure in figures
    ]
    headers = (
        *("fetched", "ours, MB/s", "boto3's manager, MB/s", "ratio", "of processor time"),
        *("seconds", "of it cutting"),
        *("read", "rows", "peak, MB", "reader's peak, MB"),
    )
    table = tabulate(rows, headers, tablefmt="github", disable_numparse=True)
    goal = (
        f"To be at least {transfer.GOAL} times as fast, with less than {transfer.MOST_MB} MB; "
        f"samples without a key read less than {transfer.MOST_READ:.0%}."
    )
    return [
        asdict(figure) for figure in figures
    ], f"Real data from S3, on loopback. {goal}\n\n{table}"


def _machine() -> str:
    return f"{platform.system()} {platform.machine()}, {os.cpu_count()} processors, Python {platform.python_version()}"


PARTS: dict[str, Callable[[int], tuple[Any, str]]] = {
    "peers": _measure_peers,
    "scheduling": _measure_scheduling,
    "overhead": _measure_overhead,
    "synthesis": _measure_synthesis,
    "validation": _measure_validation,
    "comparison": _measure_comparison,
    "beside": _measure_beside,
    "sharing": _measure_sharing,
    "transfer": _measure_transfer,
}

if __name__ == "__main__":
    main()
