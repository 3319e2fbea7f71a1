"""What is told of processes where the system does not tell all."""

from __future__ import annotations

import subprocess
import sys

import pytest

from ci_scriptcheck.run.inside import census

# As who may not look into the first process: not every user runs tests as root.
CODE = """
import os
from ci_scriptcheck.run.inside import census
if os.geteuid() == 0:
    os.setuid(65534)
print(census.memory([1, 1], 1))
"""


@pytest.mark.skipif(not census.LINUX, reason="shares of memory are told by /proc")
def test_where_the_share_of_memory_is_not_told_all_of_it_counts() -> None:
    told = subprocess.run([sys.executable, "-c", CODE], capture_output=True, text=True, check=True)

    assert int(told.stdout) > 0


def test_a_process_that_is_gone_has_no_memory() -> None:
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()

    assert census.memory([gone.pid, gone.pid], -1) == 0
