"""A project whose scripts write data made to harm their reader: each is refused within limits, and told of."""

from __future__ import annotations

import json
import textwrap
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from tests.functional.cli.command import commit, git, scriptcheck
from tests.functional.run.process_stage import left_in

if TYPE_CHECKING:
    from pathlib import Path

SETTINGS = """\
version: 1
project: zoo
defaults: {memory: 2GiB, limits: {output_bytes: 2GB}}
datasets:
  raw: {copy: data}
"""
DATASET = "  {name}: {{files: {file}, format: {kind}, columns: {{a: {{type: string}}}}}}\n"
STEP = "  {name}: {{script: {name}.py, inputs: {{data: raw}}, outputs: {{out: {name}}}}}\n"
SCRIPT = """\
import gzip, io, json, os, pickle, tarfile
from pathlib import Path


def main(input_paths, output_paths, environ_vars, job_args):
    rows = Path(input_paths["data"], "rows.csv").read_text()
    out = Path(output_paths["out"])
    file = out / "{file}"
"""


@dataclass(frozen=True, kw_only=True)
class Harmful:
    """A file, how a script writes it, and what has to be said of it.

    Attributes:
        says: Rule, and a part of the message or of the evidence.
    """

    file: str
    body: str
    says: tuple[str, str]


HARMFUL = {
    "gzip_bomb": Harmful(
        file="d.csv.gz",
        body="""
        with gzip.open(file, "wb", compresslevel=1) as packed:
            packed.write(b"a\\n")
            block = (b"0" * 9 + b"\\n") * 100_000
            for _ in range(1_100):
                packed.write(block)
        """,
        says=("SC303", "more than 1,000,000,000 bytes packed into"),
    ),
    "parquet_bomb": Harmful(
        file="d.parquet",
        body="""
        import pyarrow as pa, pyarrow.parquet as pq
        nothing = pa.table({f"c{n}": pa.nulls(1_000_000, pa.int8()) for n in range(50)})
        with pq.ParquetWriter(file, nothing.schema) as writer:
            for _ in range(41):
                writer.write_table(nothing)
        """,
        says=("SC303", "41,000,000 rows in"),
    ),
    "billion_columns": Harmful(
        file="d.csv.gz",
        body="""
        with gzip.open(file, "wb", compresslevel=1) as packed:
            for _ in range(1_000):
                packed.write(b"," * 1_000_000)
        """,
        says=("SC303", "a first line of more than 1,000,000 bytes"),
    ),
    "payload": Harmful(
        file="d.csv",
        body="""
        class Payload:
            def __reduce__(self):
                return os.mkdir, (os.environ["HARMED"],)
        file.write_bytes(pickle.dumps(Payload()))
        """,
        says=("SC303", "pickle"),
    ),
    "leading_out": Harmful(
        file="d.csv",
        body="""
        with tarfile.open(file, "w") as archive:
            for name, kind, target in (
                ("../../escaped", tarfile.REGTYPE, ""),
                ("/etc/escaped", tarfile.REGTYPE, ""),
                ("link", tarfile.SYMTYPE, "/etc/passwd"),
                ("hard", tarfile.LNKTYPE, "../../../../etc/passwd"),
                ("device", tarfile.CHRTYPE, ""),
                ("pipe", tarfile.FIFOTYPE, ""),
            ):
                entry = tarfile.TarInfo(name)
                entry.type, entry.linkname = kind, target
                archive.addfile(entry, io.BytesIO())
        """,
        says=("SC303", "tar"),
    ),
    "nul_bytes": Harmful(
        file="d.csv",
        body='file.write_bytes(b"a\\n" + b"x\\n" * 100_000 + b"\\0" * 9 + b"\\n" + b"y" * 3_000_000)',
        says=("SC303", "a line that is too long"),
    ),
    "broken_letters": Harmful(
        file="d.csv",
        body='file.write_bytes(b"a\\n" + b"x\\n" * 100_000 + b"\\xff\\xfe\\n")',
        says=("SC303", "text that is not UTF-8"),
    ),
    "one_line": Harmful(
        file="d.jsonl",
        body="""
        with file.open("wb") as text:
            text.write(b'{"a": "')
            for _ in range(1_000):
                text.write(b"x" * 1_000_000)
            text.write(b'"}\\n')
        """,
        says=("SC303", "a line of more than 16,000,000 bytes"),
    ),
    "pipe": Harmful(file="d.csv", body="os.mkfifo(file)", says=("SC232", "a named pipe")),
    "link": Harmful(
        file="d.csv",
        body='os.symlink("/etc/passwd", file)',
        says=("SC232", "a link that leads out"),
    ),
    "ordinary": Harmful(file="d.csv", body="file.write_text(rows)", says=("", "")),
}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path / "zoo"
    (root / "data").mkdir(parents=True)
    (root / "data" / "rows.csv").write_text("a,b\n1,2\n3,4\n")
    datasets = [
        DATASET.format(name=name, file=one.file, kind=one.file.split(".")[1])
        for name, one in HARMFUL.items()
    ]
    steps = [STEP.format(name=name) for name in HARMFUL]
    env = f"  env: {{HARMED: {root}/harmed}}\n".replace("  env", "env")
    settings = SETTINGS.replace("defaults: {", f"defaults: {{{env.strip()}, ")
    (root / "scriptcheck.yaml").write_text(
        "".join([settings, *datasets, "steps:\n", *steps]), encoding="utf-8"
    )
    for name, one in HARMFUL.items():
        body = textwrap.indent(textwrap.dedent(one.body).strip("\n"), "    ")
        (root / f"{name}.py").write_text(SCRIPT.format(file=one.file) + body + "\n")
    git(root, "init", "--quiet", "--initial-branch=main")
    commit(root)
    return root


@pytest.mark.slow
def test_harmful_outputs_are_refused_and_the_run_goes_on(root: Path, tmp_path: Path) -> None:
    ended = scriptcheck("run", "--all", "--mode", "isolation", "--json", folder=root)

    assert ended.returncode == 1, ended.stderr
    told = {task["step"]: task for task in json.loads(ended.stdout)["tasks"]}
    assert told.keys() == HARMFUL.keys()
    assert [wrong for name in HARMFUL if (wrong := untrue(name, told[name]))] == []
    assert {name for name, task in told.items() if task["outcome"] == "passed"} == {"ordinary"}
    assert not (root / "harmed").exists()
    assert list(tmp_path.rglob("escaped")) == []
    assert "root:x:" not in ended.stdout
    assert left_in(tmp_path) == []


def untrue(name: str, task: dict[str, Any]) -> str | None:
    """Say what is wrong with the report about a script."""
    rule, words = HARMFUL[name].says
    findings = task["findings"]
    is_told = any(one["rule"] == rule and words in one["message"] for one in findings)
    if is_told or not (rule or findings):
        return None
    return f"{name}: {task['outcome']} {task['why_not']} {findings}"
