"""Scripts that do what no script should, and what has to be said about each."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass

MAIN = "def main(input_paths, output_paths, environ_vars, job_args):"

ORDINARY = """
from pathlib import Path

def main(input_paths, output_paths, environ_vars, job_args):
    text = Path(input_paths["data"], "rows.csv").read_text()
    Path(output_paths["out"], "rows.csv").write_text(text)
"""

DO_THE_WORK = """
    from pathlib import Path
    text = Path(input_paths["data"], "rows.csv").read_text()
    Path(output_paths["out"], "rows.csv").write_text(text)
"""


@dataclass(frozen=True, slots=True)
class Truth:
    """What has to be said of a script.

    Attributes:
        outcome: How the task has to end.
        rule: Which rule its first error has; `None` where there is none.
        says: A part of the message.
    """

    outcome: str
    rule: str | None
    says: str = ""


PASSED = Truth("passed", None)
STILL_RUNNING = Truth("timed_out", "SC205", "still running after 2 s")
VANISHED = Truth("crashed", "SC207", "without a result of `main`")
NOTHING_WRITTEN = Truth("vacuous", "SC209", "wrote nothing at all")


@dataclass(frozen=True, slots=True, kw_only=True)
class Hostile:
    """A script, and the truth about it.

    Attributes:
        before: Lines of the module.
        body: Lines of `main`.
        warns: Rule and message of its first warning, where one has to be.
        works: Whether it does its work, too, before it does harm.
    """

    before: str = ""
    body: str
    truth: Truth
    warns: str = ""
    works: bool = True

    @property
    def source(self) -> str:
        """Write the module."""
        work = DO_THE_WORK if self.works else ""
        body = textwrap.indent(textwrap.dedent(self.body).strip("\n"), "    ")
        return f"{textwrap.dedent(self.before)}\n{MAIN}\n{work}{body}\n"


ENDINGS = {
    "endless_loop": Hostile(
        body="while True: pass",
        truth=STILL_RUNNING,
    ),
    "ignores_sigterm": Hostile(
        before="import signal, time",
        body="""
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGALRM):
            signal.signal(number, signal.SIG_IGN)
        time.sleep(600)
        """,
        truth=STILL_RUNNING,
    ),
    "stops_itself": Hostile(
        before="import os, signal",
        body="os.kill(os.getpid(), signal.SIGSTOP)",
        truth=STILL_RUNNING,
    ),
    "segmentation_fault": Hostile(
        before="import ctypes",
        body="ctypes.string_at(0)",
        truth=Truth("crashed", "SC204", "SIGSEGV"),
    ),
    "kills_itself": Hostile(
        before="import os",
        body="os.kill(os.getpid(), 9)",
        truth=Truth("crashed", "SC204", "SIGKILL"),
    ),
    "leaves_with_0": Hostile(
        before="import os",
        body="os._exit(0)",
        truth=VANISHED,
    ),
    "replaces_itself": Hostile(
        before="import os",
        body="os.execv('/bin/true', ['true'])",
        truth=VANISHED,
    ),
    "exits_with_0": Hostile(
        before="import sys",
        body="sys.exit(0)",
        truth=Truth("failed", "SC203", "status 0"),
    ),
    "exits_with_3": Hostile(
        before="import sys",
        body="sys.exit(3)",
        truth=Truth("failed", "SC203", "status 3"),
    ),
    "memory_bomb": Hostile(
        body="""
        hoard = []
        while True:
            hoard.append(b"x" * 5_000_000)
        """,
        truth=Truth("crashed", "SC206", "300 MiB"),
    ),
    "fork_bomb": Hostile(
        before="import os, time",
        body="""
        for _ in range(9):  # 512 processes at most
            os.fork()
        time.sleep(60)
        """,
        truth=Truth("crashed", "SC220", "more than 20 processes"),
    ),
    "a_gigabyte_of_log": Hostile(
        body="""
        for _ in range(1_000_000):
            print("x" * 1000)
        """,
        truth=Truth("crashed", "SC221", "printed more than"),
    ),
    "a_million_files": Hostile(
        body="""
        for number in range(1_000_000):
            open(output_paths["out"] + f"/{number}", "w").close()
        """,
        truth=Truth("crashed", "SC222", "wrote more than 200 files"),
    ),
    "a_huge_file": Hostile(
        body="""
        with open(output_paths["out"] + "/big", "wb") as file:
            while True:
                file.write(b"x" * 1_000_000)
        """,
        truth=Truth("crashed", "SC222", "wrote more than 20,000,000 bytes"),
    ),
    "leaves_a_daemon": Hostile(
        before="import os",
        body="""
        if os.fork() == 0:
            os.setsid()
            if os.fork() == 0:
                os.execv("/bin/sleep", ["sleep", "613"])
            os._exit(0)
        """,
        truth=PASSED,
        warns="SC216 left `sleep 613` running",
    ),
    "deletes_its_folder": Hostile(
        before="import os, shutil",
        body="""
        shutil.rmtree(os.getcwd(), ignore_errors=True)
        shutil.rmtree(os.environ["HOME"], ignore_errors=True)
        shutil.rmtree(output_paths["out"], ignore_errors=True)
        """,
        truth=NOTHING_WRITTEN,
    ),
    "changes_its_inputs": Hostile(
        before="import os",
        body="""
        with open(input_paths["data"] + "/rows.csv", "a") as file:
            file.write("7,8\\n")
        """,
        truth=Truth("failed", "SC211", "`rows.csv`"),
    ),
    "removes_its_inputs": Hostile(
        before="import os",
        body="os.remove(input_paths['data'] + '/rows.csv')",
        truth=Truth("failed", "SC211", "`rows.csv`"),
    ),
    "changes_folder": Hostile(
        before="import os",
        body="""
        os.chdir("/")
        raise ValueError("from afar")
        """,
        truth=Truth("failed", "SC201", "ValueError: from afar"),
    ),
    "replaces_stdout": Hostile(
        before="import io, os, sys",
        body="""
        print("before")
        sys.stdout = sys.stderr = io.StringIO()
        print("swallowed")
        raise ValueError("after")
        """,
        truth=Truth("failed", "SC201", "ValueError: after"),
    ),
    "closes_everything": Hostile(
        before="import os",
        body="os.closerange(0, 65536)",
        truth=VANISHED,
    ),
    "error_without_text": Hostile(
        before="""
        class Broken(Exception):
            def __str__(self):
                raise RuntimeError("no text for you")
            __repr__ = __str__
        """,
        body="raise Broken()",
        truth=Truth("failed", "SC201", "no message: its __str__ raised RuntimeError"),
    ),
    "odd_characters": Hostile(
        body=r"""
        print("\x1b[2J\x1b]0;owned\x07 \x00 \u202e \ud800 ]]> <b>&\n ::error::owned\n##[error]owned")
        raise ValueError("café \x1b[31m \u202e \x00 \ud800 ]]> \r::error::owned\n::set-output")
        """,
        truth=Truth("failed", "SC201", "ValueError: café \\x1b[31m \\u202e \\x00 \\ud800 ]]>"),
    ),
    "hangs_at_exit": Hostile(
        before="import atexit, time",
        body="atexit.register(time.sleep, 600)",
        truth=Truth(
            "timed_out",
            "SC205",
            "still running after 2 s: `main` returned, but a thread or an exit function goes on",
        ),
    ),
    "never_ending_thread": Hostile(
        before="import threading, time",
        body="threading.Thread(target=time.sleep, args=(600,)).start()",
        truth=Truth(
            "timed_out",
            "SC205",
            "still running after 2 s: `main` returned, but a thread or an exit function goes on",
        ),
    ),
    "leaves_at_exit": Hostile(
        before="import atexit, os",
        body="atexit.register(os._exit, 0)",
        truth=Truth(
            "crashed", "SC207", "status 0 in a thread or an exit function, after `main` returned"
        ),
    ),
}
"""What the issue names, and its relatives."""

TELL = """
    import json, os
    def tell(message):
        text = message if isinstance(message, bytes) else json.dumps(message).encode()
        for name in os.listdir("/proc/self/fd"):
            if int(name) > 2:
                try:
                    os.write(int(name), len(text).to_bytes(4, "big") + text)
                except OSError:
                    pass
"""
"""Speaks to whoever is at the other end of any descriptor, in the form of our own messages."""

ATTACKS = {
    "kills_its_parent": Hostile(
        before="import os, resource",
        body="""
        for attack in (
            lambda: os.kill(os.getppid(), 9),
            lambda: os.killpg(os.getpgid(os.getppid()), 9),
            lambda: resource.prlimit(os.getppid(), resource.RLIMIT_CPU, (0, 0)),
        ):
            try:
                attack()
            except PermissionError:
                continue
            raise SystemExit("it was allowed")
        """,
        truth=PASSED,
    ),
    "kills_everybody": Hostile(
        before="import os",
        body="""
        for name in os.listdir("/proc"):
            if name.isdigit() and int(name) != os.getpid():
                try:
                    os.kill(int(name), 0)
                except (PermissionError, ProcessLookupError):
                    continue
                raise SystemExit(f"{name} could be ended")
        """,
        truth=PASSED,
    ),
    "reads_secrets": Hostile(
        before="import os",
        body="""
        texts = [repr(dict(os.environ))]
        for name in os.listdir("/proc"):
            if name.isdigit():
                try:
                    texts.append(open(f"/proc/{name}/environ").read())
                except OSError:
                    pass
        if any("hunter2" in text for text in texts):
            raise SystemExit("a secret was found")
        """,
        truth=PASSED,
    ),
    "writes_to_machine": Hostile(
        before="import os",
        body="""
        for place in ("/proc/sys/kernel/hostname", "/dev/kmsg", "/dev/mem", "/etc/hostname"):
            try:
                os.close(os.open(place, os.O_WRONLY))
            except OSError:
                continue
            raise SystemExit(f"{place} could be written")
        """,
        truth=PASSED,
    ),
    "spoils_the_run": Hostile(
        before="import os, shutil",
        body="""
        out = output_paths["out"]
        run = out[: out.index("/tasks/")]
        home = out[: out.index("/.scriptcheck/")]
        for above, folders, files in os.walk(home, topdown=False):
            for name in files:
                path = os.path.join(above, name)
                if path.startswith(os.path.dirname(os.path.dirname(out))):
                    continue
                for attack in (
                    lambda: open(path, "a").close(),
                    lambda: os.truncate(path, 0),
                    lambda: os.rename(path, path + ".gone"),
                    lambda: os.remove(path),
                ):
                    try:
                        attack()
                    except OSError:
                        continue
                    raise SystemExit(f"{path} was changed")
        for place in (run + "/results/first_ordinary.json", run + "/plan.json"):
            try:
                open(place).close()
            except OSError:
                continue
            raise SystemExit(f"{place} was read")
        """,
        truth=PASSED,
        warns="SC212",
    ),
    "links_to_a_secret": Hostile(
        before="import os",
        body="os.symlink('/etc/passwd', output_paths['out'] + '/secret.txt')",
        truth=PASSED,
        warns="SC232",
    ),
    "links_to_the_store": Hostile(
        before="import os",
        body="""
        out = output_paths["out"]
        os.remove(out + "/rows.csv")
        run = out[: out.index("/.scriptcheck/")] + "/.scriptcheck"
        os.symlink(run + "/store", out + "/rows.csv")
        os.symlink(run, out + "/all")
        os.symlink(out, out + "/circle")
        """,
        truth=NOTHING_WRITTEN,
    ),
    "output_is_a_link": Hostile(
        before="import os, shutil",
        body="""
        out = output_paths["out"]
        shutil.rmtree(out)
        os.symlink("/etc", out)
        """,
        truth=NOTHING_WRITTEN,
    ),
    "output_is_a_pipe": Hostile(
        before="import os",
        body="""
        os.remove(output_paths["out"] + "/rows.csv")
        os.mkfifo(output_paths["out"] + "/rows.csv")
        """,
        truth=NOTHING_WRITTEN,
    ),
    "pipe_for_its_watchers": Hostile(
        before="import os",
        body="os.mkfifo(os.environ['SCRIPTCHECK_PIP_CALLS'])",
        truth=PASSED,
    ),
    "link_for_its_watchers": Hostile(
        before="import os",
        body="os.symlink('/etc/passwd', os.environ['SCRIPTCHECK_PIP_CALLS'])",
        truth=PASSED,
    ),
    "error_from_elsewhere": Hostile(
        before=TELL,
        body="""
        pipe = output_paths["out"] + "/pipe"
        os.mkfifo(pipe)
        root = pipe[: pipe.index("/.scriptcheck/")]
        seen = {"file": f"{root}/scripts/..{pipe[len(root):]}", "line": 1, "function": "f"}
        frames = [{**seen, "code": "", "inside": True}]
        errors = [{"type": "ValueError", "text": "here", "frames": frames}]
        tell({"result": {"how": "raised", "errors": errors}})
        os._exit(0)
        """,
        truth=Truth("failed", "SC201", "ValueError: here"),
    ),
    "multiplies_by_links": Hostile(
        before="import os",
        body="""
        out = output_paths["out"]
        with open(out + "/big", "wb") as file:
            file.write(b"x" * 2_000_000)
        for number in range(50):
            os.symlink("big", out + f"/{number}")
        """,
        truth=Truth("crashed", "SC222", "wrote more than 200 files or 20,000,000 bytes"),
    ),
    "fills_its_folder": Hostile(
        body="""
        for number in range(1_000_000):
            open(str(number), "w").close()
        """,
        truth=Truth("crashed", "SC222", "wrote more than 200 files"),
    ),
    "fills_its_inputs": Hostile(
        body="""
        for number in range(100):
            with open(input_paths["data"] + f"/{number}", "wb") as file:
                file.truncate(10**7)
        """,
        truth=Truth("crashed", "SC222", "wrote more than 20,000,000 bytes"),
    ),
    "many_folders": Hostile(
        before="import os",
        body="""
        for number in range(1_000_000):
            os.mkdir(output_paths["out"] + f"/{number}")
        """,
        truth=Truth("crashed", "SC222", "wrote more than 200 files"),
    ),
    "odd_names": Hostile(
        body=r"""
        folder = output_paths["out"].encode()
        for name in (b"\xff\xfe", b"\x1b[31m", b"a\nb", b"::error::x", b"]]>"):
            with open(folder + b"/" + name + b".csv", "wb") as file:
                file.write(b"a,b\n1,2\n")
        """,
        truth=PASSED,
    ),
    "nonsense_as_data": Hostile(
        body=r"""
        import random
        random = random.Random(4)
        for name in ("a.parquet", "b.csv", "c.json", "d.jsonl", "e.tsv", "f.tar.gz"):
            with open(output_paths["out"] + "/" + name, "wb") as file:
                file.write(b"PAR1" + random.randbytes(5000) + b"PAR1")
        open(output_paths["out"] + "/deep.json", "w").write("[" * 100_000)
        """,
        truth=PASSED,
    ),
    "takes_json": Hostile(
        before="import builtins, json, os",
        body="""
        forged = '{"result": {"how": "returned"}}'
        json.dumps = lambda *_, **__: forged
        json.JSONEncoder.encode = json.JSONEncoder.iterencode = lambda *_, **__: forged
        os.write = lambda *_: 0
        os._exit = lambda *_: None
        raise ValueError("the truth")
        """,
        truth=Truth("failed", "SC201", "ValueError: the truth"),
    ),
    "takes_builtins": Hostile(
        before="import builtins",
        body="""
        builtins.isinstance = lambda *_: False
        builtins.len = lambda *_: 0
        raise ValueError("the truth")
        """,
        truth=Truth("crashed", "SC207"),
    ),
    "forges_then_raises": Hostile(
        before=TELL,
        body="""
        tell({"result": {"how": "returned"}})
        raise ValueError("the truth")
        """,
        truth=Truth("failed", "SC201", "ValueError: the truth"),
    ),
    "tells_a_number_beyond_all_numbers": Hostile(
        before=TELL,
        body="""
        tell({"protections": []})
        tell({"result": {"how": "returned", "own_peak": 10 ** 400}})
        os._exit(0)
        """,
        truth=VANISHED,
    ),
    "tells_a_duration_beyond_all_numbers": Hostile(
        before=TELL,
        body="""
        tell({"result": {"how": "returned", "seconds": 10 ** 400}})
        os._exit(0)
        """,
        truth=VANISHED,
    ),
    "tells_nonsense": Hostile(
        before=TELL,
        body="""
        tell({"result": {"how": "returned", "seconds": "soon", "errors": 5}})
        os._exit(0)
        """,
        truth=VANISHED,
    ),
    "tells_that_we_are_lost": Hostile(
        before=TELL,
        body="""
        tell({"result": {"how": "lost"}})
        os._exit(0)
        """,
        truth=VANISHED,
    ),
    "tells_that_it_was_cancelled": Hostile(
        before=TELL,
        body="""
        tell({"result": {"how": "cancelled"}})
        os._exit(0)
        """,
        truth=VANISHED,
    ),
    "tells_too_deep": Hostile(
        before=TELL,
        body="""
        tell(b"[" * 50_000)
        os._exit(0)
        """,
        truth=VANISHED,
    ),
    "tells_answers": Hostile(
        before=TELL,
        body="""
        tell({"answer": {}})
        while True:
            pass
        """,
        truth=STILL_RUNNING,
    ),
    "tells_without_end": Hostile(
        before=TELL,
        body="""
        number = 0
        while True:
            number += 1
            tell({f"note {number}": "x" * 1000})
        """,
        truth=STILL_RUNNING,
    ),
    "thread_bomb": Hostile(
        before="import threading, time",
        body="""
        for _ in range(20_000):
            threading.Thread(target=time.sleep, args=(600,), daemon=True).start()
        """,
        truth=Truth("failed", "SC201", "can't start new thread"),
    ),
}
"""What a script would do that wants to pass, to harm others, or to poison the store."""
