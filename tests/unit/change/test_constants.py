"""What an expression can be is told as far as it is a short text, and is open beyond that."""

import ast

from ci_scriptcheck.change.closure.constants import Constants
from ci_scriptcheck.change.closure.module_facts import OPEN


def texts(source: str, name: str) -> frozenset[str]:
    return Constants(ast.parse(source)).texts(ast.Name(id=name))


def test_a_text_that_doubles_with_each_line_is_open_before_it_fills_the_memory() -> None:
    lines = [f'a0 = "{"x" * 1000}"', *(f"a{n + 1} = a{n} + a{n}" for n in range(39))]

    assert texts("\n".join(lines), "a1") == {"x" * 2000}
    assert texts("\n".join(lines), "a39") == {OPEN}


def test_many_long_texts_for_one_name_are_open() -> None:
    few, many = ("\n".join(f'a = "{"x" * 300}{n}"' for n in range(count)) for count in (50, 150))

    assert len(texts(few, "a")) == 50
    assert texts(many, "a") == {OPEN}
    assert texts(f'{many}\nb = "{"y" * 3000}"\nc = f"{{b}}{{b}}"', "c") == {OPEN}
