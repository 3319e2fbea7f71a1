"""Six small pandas steps, written as a project of each tool that is compared.

All of them compute the same from the same thousand orders:

    orders ── clean ─┬─ total ─┐
                     └─────────┴─ derive ── split ─┬─ fit ── evaluate
                                                   └─────────┘
"""

from __future__ import annotations

import random
import subprocess
import textwrap
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

ROWS = 1000
CHANGED = "derive"
"""The step that is edited; three others read what it writes, directly or not."""


@dataclass(frozen=True, kw_only=True)
class Step:
    """One step: what it reads and writes, and the function that turns one into the other.

    Attributes:
        inputs: Name of a table or document → the step that writes it; `None` is the raw data.
        outputs: What it writes.
        body: Source of the function; its parameters are the inputs, in order.
    """

    name: str
    inputs: dict[str, str | None]
    outputs: tuple[str, ...]
    body: str


STEPS = (
    Step(
        name="clean",
        inputs={"orders": None},
        outputs=("cleaned",),
        body="""
            orders = orders.drop_duplicates("order_id")
            orders = orders[orders["amount"] > 0]
            return orders.assign(month=pd.to_datetime(orders["day"]).dt.month)
        """,
    ),
    Step(
        name="total",
        inputs={"cleaned": "clean"},
        outputs=("totals",),
        body="""
            by_customer = cleaned.groupby("customer")["amount"]
            return by_customer.agg(total="sum", mean="mean", orders="count").reset_index()
        """,
    ),
    Step(
        name="derive",
        inputs={"cleaned": "clean", "totals": "total"},
        outputs=("features",),
        body="""
            scale = 1.0
            joined = cleaned.merge(totals, on="customer", how="left")
            joined["share"] = scale * joined["amount"] / joined["total"]
            return joined[["order_id", "month", "orders", "share", "mean", "amount"]]
        """,
    ),
    Step(
        name="split",
        inputs={"features": "derive"},
        outputs=("train", "test"),
        body="""
            chosen = features.sample(frac=0.8, random_state=0).sort_index()
            return chosen, features.drop(chosen.index)
        """,
    ),
    Step(
        name="fit",
        inputs={"train": "split"},
        outputs=("model",),
        body="""
            columns = ["month", "orders", "share", "mean"]
            weights, *_ = np.linalg.lstsq(train[columns], train["amount"], rcond=None)
            return pd.DataFrame({"column": columns, "weight": weights})
        """,
    ),
    Step(
        name="evaluate",
        inputs={"model": "fit", "test": "split"},
        outputs=("metrics",),
        body="""
            guessed = test[model["column"]].to_numpy() @ model["weight"].to_numpy()
            error = float(np.sqrt(np.mean((guessed - test["amount"]) ** 2)))
            return pd.DataFrame({"rows": [len(test)], "error": [error]})
        """,
    ),
)


def write_orders(folder: Path) -> None:
    """Write the raw data, `orders.csv`."""
    chance = random.Random(0)  # noqa: S311  (repeatable)
    folder.mkdir(parents=True)
    lines = ["order_id,customer,day,amount"]
    for number in range(ROWS):
        day = f"2024-{chance.randint(1, 12):02}-{chance.randint(1, 28):02}"
        amount = f"{chance.lognormvariate(3, 1):.2f}"
        lines.append(f"o{number},c{chance.randint(1, 80)},{day},{amount}")
    (folder / "orders.csv").write_text("\n".join(lines) + "\n")


def as_scripts(folder: Path) -> None:
    """Write one script for each step; it is called as a function or from a command line."""
    scripts = folder / "scripts"
    scripts.mkdir(parents=True)
    for step in STEPS:
        (scripts / f"{step.name}.py").write_text(_script(step))


def as_scriptcheck(folder: Path) -> None:
    """Write a project of scriptcheck in a git repository."""
    as_scripts(folder)
    write_orders(folder / "data")
    lines = [
        "project: six",
        "defaults: {timeout: 1m}",
        "datasets:",
        "  orders: {copy: data}",
        "steps:",
    ]
    for step in STEPS:
        ports = ", ".join(
            f"{name}: {'{}' if source else '{dataset: orders, external: true}'}"
            for name, source in step.inputs.items()
        )
        written = ", ".join(f"{name}: {{}}" for name in step.outputs)
        lines.append(f"  {step.name}:")
        lines.append(f"    script: scripts/{step.name}.py")
        lines.append(f"    inputs: {{{ports}}}")
        lines.append(f"    outputs: {{{written}}}")
    lines += ["pipelines:", "  six:", "    nodes:"]
    for step in STEPS:
        links = ", ".join(
            f"{name}: {source}.{name}" for name, source in step.inputs.items() if source
        )
        lines.append(
            f"      {step.name}: {{inputs: {{{links}}}}}" if links else f"      {step.name}: {{}}"
        )
    (folder / "scriptcheck.yaml").write_text("\n".join(lines) + "\n")
    _commit(folder)


def as_dvc(folder: Path, *, dvc: Path, python: Path) -> None:
    """Write a project of DVC: one stage for each script, in a git repository."""
    as_scripts(folder)
    write_orders(folder / "data" / "orders")
    lines = ["stages:"]
    for step in STEPS:
        reads = [f"data/{name}" for name in step.inputs]
        writes = [f"data/{name}" for name in step.outputs]
        script = f"scripts/{step.name}.py"
        lines.append(f"  {step.name}:")
        lines.append(f"    cmd: {python} {script} {' '.join(reads + writes)}")
        lines.append(f"    deps: [{', '.join([script, *reads])}]")
        lines.append(f"    outs: [{', '.join(writes)}]")
    (folder / "dvc.yaml").write_text("\n".join(lines) + "\n")
    _commit(folder)
    subprocess.run([dvc, "init", "--quiet"], cwd=folder, check=True)  # noqa: S603  (ours)


def as_kedro(folder: Path, *, version: str) -> None:
    """Write a project of Kedro: one node for each step, every table in its catalogue."""
    package = folder / "src" / "six"
    package.mkdir(parents=True)
    write_orders(folder / "data")
    settings = {"package_name": "six", "project_name": "six", "kedro_init_version": version}
    lines = [f'{key} = "{value}"' for key, value in settings.items()]
    (folder / "pyproject.toml").write_text("\n".join(["[tool.kedro]", *lines]) + "\n")
    for file in ("__init__.py", "settings.py"):
        (package / file).write_text("")
    (package / "pipeline_registry.py").write_text(_kedro_registry())
    for step in STEPS:
        (package / f"{step.name}.py").write_text(_functions(step))
    for environment in ("base", "local"):
        (folder / "conf" / environment).mkdir(parents=True)
    tables = ["orders", *(name for step in STEPS for name in step.outputs)]
    entries = [
        f"{name}:\n  type: pandas.CSVDataset\n  filepath: data/{name}.csv\n"
        "  save_args: {index: false}\n"
        for name in tables
    ]
    (folder / "conf" / "base" / "catalog.yml").write_text("".join(entries))


def as_pytest(folder: Path) -> None:
    """Write a test for each script, which runs it on what the test before has written."""
    as_scripts(folder)
    write_orders(folder / "data" / "orders")
    lines = [
        '"""Runs each step on what the ones before it wrote."""',
        "",
        "import importlib",
        "import sys",
        "from pathlib import Path",
        "",
        "HERE = Path(__file__).parent",
        'DATA = HERE / "data"',
        'sys.path.insert(0, str(HERE / "scripts"))',
    ]
    for step in STEPS:
        inputs = {name: f"str(DATA / {name!r})" for name in step.inputs}
        outputs = {name: f"str(DATA / {name!r})" for name in step.outputs}
        lines += ["", "", f"def test_{step.name}():"]
        lines.append(f'    script = importlib.import_module("{step.name}")')
        lines.append(f"    script.main({_literal(inputs)}, {_literal(outputs)}, {{}}, None)")
        lines += [f'    assert (DATA / "{name}" / "{name}.csv").exists()' for name in step.outputs]
    (folder / "test_steps.py").write_text("\n".join(lines) + "\n")
    (folder / "pytest.ini").write_text("[pytest]\n")


def edit(file: Path, number: int) -> None:
    """Change a script so that what it writes is different each time."""
    source = file.read_text()
    before = next(line for line in source.splitlines() if line.strip().startswith("scale = "))
    file.write_text(source.replace(before, before.partition("=")[0] + f"= 1.{number:03}"))


def _script(step: Step) -> str:
    reads = "\n".join(
        f'    {name} = pd.read_csv(Path(input_paths["{name}"]) / "{name}.csv")'
        for name in step.inputs
    )
    results = ", ".join(step.outputs)
    writes = "\n".join(
        f'    write({name}, Path(output_paths["{name}"]) / "{name}.csv")' for name in step.outputs
    )
    count = len(step.inputs)
    return (
        "import sys\nfrom pathlib import Path\n\n"
        + _functions(step)
        + "\n\ndef write(table, file):\n"
        "    file.parent.mkdir(parents=True, exist_ok=True)\n"
        "    table.to_csv(file, index=False)\n"
        "\n\ndef main(input_paths, output_paths, environ_vars, job_args):\n"
        f"{reads}\n    {results} = {step.name}({', '.join(step.inputs)})\n{writes}\n"
        '\n\nif __name__ == "__main__":\n'
        f"    main(dict(zip({list(step.inputs)}, sys.argv[1:{count + 1}])),\n"
        f"         dict(zip({list(step.outputs)}, sys.argv[{count + 1}:])), {{}}, None)\n"
    )


def _functions(step: Step) -> str:
    imports = "import numpy as np\n" if "np." in step.body else ""
    body = textwrap.indent(textwrap.dedent(step.body).strip(), "    ")
    return (
        f"{imports}import pandas as pd\n\n\ndef {step.name}({', '.join(step.inputs)}):\n{body}\n"
    )


def _kedro_registry() -> str:
    imports = "\n".join(f"from six.{step.name} import {step.name}" for step in STEPS)
    nodes = "\n".join(
        f"        node({step.name}, {list(step.inputs)}, {list(step.outputs)!r}"
        f', name="{step.name}"),'
        if len(step.outputs) > 1
        else f"        node({step.name}, {list(step.inputs)}, {step.outputs[0]!r}"
        f', name="{step.name}"),'
        for step in STEPS
    )
    return (
        f"from kedro.pipeline import node, pipeline\n\n{imports}\n\n\n"
        'def register_pipelines():\n    return {"__default__": pipeline([\n'
        f"{nodes}\n    ])}}\n"
    )


def _literal(entries: dict[str, str]) -> str:
    return "{" + ", ".join(f'"{name}": {value}' for name, value in entries.items()) + "}"


def _commit(folder: Path) -> None:
    name = ["-c", "user.name=bench", "-c", "user.email=bench@localhost"]
    for words in (["init", "-q", "-b", "main"], ["add", "."], [*name, "commit", "-qm", "six"]):
        subprocess.run(["git", *words], cwd=folder, check=True)  # noqa: S603, S607  (git)
