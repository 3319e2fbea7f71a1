"""A key that pairs nothing, as one that is made anew in each run, hides no other column."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.functional.data.comparing import names, table

if TYPE_CHECKING:
    from pathlib import Path

BEFORE = "".join(f"a{number},{number}\n" for number in range(20))
AFTER = "".join(f"b{number},{10 * number}\n" for number in range(20))


def test_where_no_row_has_the_same_key_rows_are_paired_without_it(tmp_path: Path) -> None:
    found = table(tmp_path, "d.csv", f"run,amount\n{BEFORE}", f"run,amount\n{AFTER}", key=("run",))

    assert (found.key, found.why_no_key) == ((), "no row has the same `run` on both sides")
    assert names(found) == ["run", "amount"]
    assert (found.changed, found.gone, found.new) == (20, 0, 0)


def test_one_row_that_is_paired_is_enough_to_go_by_the_key(tmp_path: Path) -> None:
    found = table(
        tmp_path,
        "d.csv",
        f"run,amount\n{BEFORE}same,1\n",
        f"run,amount\n{AFTER}same,1\n",
        key=("run",),
    )

    assert (found.key, found.why_no_key) == (("run",), None)
    assert (found.gone, found.new) == (20, 20)
