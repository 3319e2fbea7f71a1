"""Untrusted files are read in a process that may die of them, and data of projects is made."""

from __future__ import annotations

import contextlib
import socket
from threading import Thread
from typing import TYPE_CHECKING

import pytest

from ci_scriptcheck.data.reader import measuring, synthesizing
from ci_scriptcheck.model.contract import (
    Column,
    ColumnType,
    Dataset,
    Format,
    Schema,
    Synthesized,
    TableFile,
)
from ci_scriptcheck.model.scenario import BUILT_IN
from ci_scriptcheck.run.inside import wire
from ci_scriptcheck.run.process.calls import call
from ci_scriptcheck.run.process.hosts import Hosts, host_key
from ci_scriptcheck.run.process.reader import Reader, reader_spec
from ci_scriptcheck.run.process.request import Address, Call, Ended, Ending, Generator
from tests.functional.run.process_stage import Stage

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SPEC = reader_spec()


@pytest.fixture(scope="module")
def hosts() -> Iterator[Hosts]:
    with Hosts([SPEC], repository=None) as started:
        yield started


@pytest.fixture
def data(tmp_path: Path) -> Path:
    folder = tmp_path / "data"
    folder.mkdir()
    (folder / "rows.csv").write_text("a,b\n1,2\n3,4\n")
    return folder


def test_a_reader_answers_one_request_after_the_other(
    hosts: Hosts, data: Path, tmp_path: Path
) -> None:
    with Reader(hosts.addresses[host_key(SPEC)], folder=tmp_path / "reader") as reader:
        first = reader.ask(measuring(data))
        second = reader.ask(measuring(data))

    assert first == second
    assert first["files"]["rows.csv"]["rows"] == 2


def test_a_request_past_its_time_is_an_answer_and_the_next_one_is_served(
    hosts: Hosts, data: Path, tmp_path: Path
) -> None:
    column = Column(name="n", type=ColumnType.STRING, pattern="[a-z]{40}")
    table = TableFile(name="rows.csv", format=Format.CSV)
    schema = Schema(columns=(column,))
    huge = Dataset(name="huge", schema=schema, files=(table,), origin=Synthesized())
    request = synthesizing(
        "huge",
        node="n",
        datasets={"huge": huge},
        scenario=BUILT_IN["standard"],
        seed=0,
        rows=50_000_000,
        root=tmp_path,
        folder=data / "huge",
    )
    address = hosts.addresses[host_key(SPEC)]
    folder = tmp_path / "reader"
    with Reader(address, folder=folder, writable=(str(data),), timeout=1.0) as reader:
        assert reader.ask(request) == {"error": "not read within 1 s"}
        assert reader.ended is Ended.TIMED_OUT
        assert "files" in reader.ask(measuring(data / "rows.csv"))


def test_who_makes_more_than_was_allowed_is_ended_and_the_next_request_is_served(
    hosts: Hosts, data: Path, tmp_path: Path
) -> None:
    columns = tuple(Column(name=name, type=ColumnType.STRING) for name in "abcdefgh")
    files = (
        TableFile(name="one.csv", format=Format.CSV, share=0.5),
        TableFile(name="two.csv", format=Format.CSV, share=0.5),
    )
    huge = Dataset(name="huge", schema=Schema(columns=columns), files=files, origin=Synthesized())
    (data / "huge").mkdir()
    request = synthesizing(
        "huge",
        node="n",
        datasets={"huge": huge},
        scenario=BUILT_IN["standard"],
        seed=0,
        rows=10_000_000,
        root=tmp_path,
        folder=data / "huge",
        most_bytes=3_000_000,
    )
    address = hosts.addresses[host_key(SPEC)]
    with Reader(address, folder=tmp_path / "reader", writable=(str(data),)) as reader:
        assert reader.ask(request) == {"error": "it has more than 3,000,000 bytes"}
        assert reader.ended is Ended.OUTPUT
        assert "files" in reader.ask(measuring(data / "rows.csv"))

    assert sum(file.stat().st_size for file in (data / "huge").iterdir()) < 200_000_000


@pytest.mark.parametrize(
    ("how", "asked"), [("timed_out", 1), ("memory", 2), ("output", 1), ("lost", 2)]
)
def test_only_what_did_not_take_too_long_is_asked_once_more(
    tmp_path: Path, how: str, asked: int
) -> None:
    heard: list[wire.Message] = []
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listener:
        listener.bind(str(tmp_path / "host.sock"))
        listener.listen()
        Thread(target=end_each, args=(listener, heard, how), daemon=True).start()
        address = Address(socket=str(tmp_path / "host.sock"), token="", log="")
        with Reader(address, folder=tmp_path) as reader:
            answer = reader.ask({"do": "measure"})

    assert list(answer) == ["error"]
    assert heard == [{"ask": {"do": "measure"}}] * asked


def end_each(listener: socket.socket, heard: list[wire.Message], how: str) -> None:
    """Be a host whose reader ends at each request."""
    with contextlib.suppress(OSError):
        while True:
            connection, _ = listener.accept()
            with connection:
                incoming = wire.Incoming()
                while message := wire.receive(connection.fileno(), incoming):
                    if "ask" in message:
                        heard.append(message)
                        break
                wire.send(connection.fileno(), {"ending": {"how": how}})


def test_a_request_that_makes_no_sense_is_an_answer(
    hosts: Hosts, data: Path, tmp_path: Path
) -> None:
    with Reader(hosts.addresses[host_key(SPEC)], folder=tmp_path / "reader") as reader:
        assert "error" in reader.ask({"do": "dance"})
        assert "files" in reader.ask(measuring(data))


def test_without_a_host_there_is_an_answer_too(tmp_path: Path) -> None:
    with Hosts([], repository=None) as empty:
        assert empty.addresses == {}
    with Hosts([SPEC], repository=None) as ended:
        address = ended.addresses[host_key(SPEC)]

    assert "error" in Reader(address, folder=tmp_path).ask({"do": "measure"})


def made_by(hosts: Hosts, folder: Path, text: str) -> tuple[Ending, Path]:
    stage = Stage(folder, hosts, SPEC)
    file = stage.write("datagen.py", text)
    run = folder / "made"
    ending = call(
        stage.address,
        Call(
            target=Generator(
                file=str(file),
                function="orders",
                rows=3,
                seed=1,
                scenario="standard",
                folder=str(run / "out"),
            ),
            folder=str(run),
            private=str(run / "private"),
            log=str(run / "log"),
            tree=str(stage.tree),
        ),
    )
    return ending, run / "out"


@pytest.mark.parametrize(
    ("value", "name"),
    [("'text é'", "content.txt"), ("b'bytes'", "content.bin")],
)
def test_a_generator_may_give_text_or_bytes(
    hosts: Hosts, tmp_path: Path, value: str, name: str
) -> None:
    ending, out = made_by(
        hosts, tmp_path, f"def orders(rows, rng, scenario):\n    return {value}\n"
    )

    assert (ending.how, ending.returned) == (Ended.RETURNED, name)
    assert (out / name).read_bytes() in {"text é".encode(), b"bytes"}


def test_a_generator_may_give_a_table_and_draws_from_its_seed(
    hosts: Hosts, tmp_path: Path
) -> None:
    text = """
        import pandas
        def orders(rows, rng, scenario):
            return pandas.DataFrame({"n": rng.integers(0, 100, rows), "s": scenario})
    """
    ending, out = made_by(hosts, tmp_path, text)
    first = (out / "content.parquet").read_bytes()
    made_by(hosts, tmp_path, text)

    assert ending.returned == "content.parquet"
    assert (out / "content.parquet").read_bytes() == first


def test_a_generator_that_gives_something_else_has_failed(hosts: Hosts, tmp_path: Path) -> None:
    ending, _ = made_by(hosts, tmp_path, "def orders(rows, rng, scenario):\n    return 5\n")

    assert (ending.how, ending.errors[0].type) == (Ended.RAISED, "TypeError")
