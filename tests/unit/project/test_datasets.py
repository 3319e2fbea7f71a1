"""Datasets as they are written and as they are meant."""

import pytest

from ci_scriptcheck.model.contract import (
    ColumnType,
    CopiedFrom,
    Dataset,
    Format,
    GeneratedBy,
    GivenFile,
    Said,
    Synthesized,
    TableFile,
)
from ci_scriptcheck.project.loader import load_project
from tests.unit.project.trees import MemoryTree, a_project, the_mistake


def datasets(text: str) -> dict[str, Dataset]:
    return dict(a_project(f"datasets:\n{text}").datasets)


def test_a_dataset_that_extends_another_changes_and_drops_columns_in_place() -> None:
    found = datasets(
        """
  a:
    key: id
    rows: 5
    checks: {one: count(*) > 0, two: count(*) > 1}
    columns: {id: {type: int}, x: {type: float, max: 1}, y: {type: string}}
  b:
    extends: a
    columns: {x: {max: 2}, y: null, z: {type: bool}}
    checks: {two: null}
"""
    )

    b = found["b"].schema
    assert [column.name for column in b.columns] == ["id", "x", "z"]
    assert b.columns[1].max == 2
    assert b.columns[1].type is ColumnType.FLOAT
    assert (b.key, b.rows, dict(b.checks)) == (("id",), 5, {"one": "count(*) > 0"})


def test_formats_come_from_names_and_a_schema_alone_makes_csv() -> None:
    found = datasets(
        """
  a: {columns: {x: {type: int}}}
  b: {files: part-*.parquet}
  c: {files: table.bin, format: csv}
  d: {format: jsonl, columns: {x: {type: int}}}
  e: {}
"""
    )

    assert found["a"].files == (TableFile(name="data.csv", format=Format.CSV, said=Said.NOTHING),)
    assert found["b"].files == (TableFile(name="part-*.parquet", format=Format.PARQUET),)
    assert found["c"].files == (TableFile(name="table.bin", format=Format.CSV),)
    assert found["d"].files == (
        TableFile(name="data.jsonl", format=Format.JSONL, said=Said.FORMAT),
    )
    assert found["e"].files == ()


def test_the_value_of_a_file_is_a_share_or_its_content() -> None:
    found = datasets(
        """
  a:
    files:
      train/t.csv: 0.8
      test/t.csv: 0.2
      h.json: {label: y, rounds: 10, names: [a, b]}
      note.txt: "hello\\n"
"""
    )

    assert found["a"].files == (
        TableFile(name="train/t.csv", format=Format.CSV, share=0.8),
        TableFile(name="test/t.csv", format=Format.CSV, share=0.2),
        GivenFile(
            name="h.json",
            text='{\n  "label": "y",\n  "rounds": 10,\n  "names": [\n    "a",\n    "b"\n  ]\n}\n',
        ),
        GivenFile(name="note.txt", text="hello\n"),
    )


def test_paths_are_relative_to_the_project_and_origins_replace_each_other() -> None:
    settings = """\
        datasets:
          a: {copy: data}
          b: {extends: a, generator: "lib/gen.py:make"}
          c: {columns: {x: {type: int}}}
        """
    tree = MemoryTree(
        {"sub/scriptcheck.yaml": settings, "sub/data/x.csv": "x\n", "sub/lib/gen.py": ""}
    )

    found = load_project(tree, "sub").datasets

    assert found["a"].origin == CopiedFrom(path="sub/data")
    assert found["b"].origin == GeneratedBy(file="sub/lib/gen.py", function="make")
    assert found["c"].origin == Synthesized()


@pytest.mark.parametrize(
    ("text", "what", "advice"),
    [
        ("a: {extends: b}\n  bb: {}", "there is no dataset `b`", None),
        ("a: {extends: b}\n  b: {extends: a}", "a -> b -> a extends itself", None),
        ("a: {columns: {x: {min: 1}}}", "the column `x` needs a `type`", None),
        ("a: {columns: {x: {type: int, min: 2, max: 1}}}", "greater than its `max`", None),
        ("a: {columns: {x: {type: int, min: 2, max: z}}}", "`z`, which is no number", None),
        ("a: {columns: {x: {type: string, min: 2, max: z}}}", "of different kinds", None),
        ("a: {columns: {x: {type: date, max: 5}}}", "`5`, which is no date", None),
        ("a: {columns: {x: {type: string, pattern: '['}}}", "is no regular expression", None),
        ("a: {columns: {x: null}}", "there is no column `x` to drop", "remove the line"),
        ("a: {copy: x, generator: 'y:z'}", "`a` has both `copy` and `generator`", None),
        ("a: {copy: ../x}", "leads out of the repository", None),
        ("a: {copy: scriptcheck.yml}", "does not exist", "did you mean `scriptcheck.yaml`?"),
        ("a: {generator: gen.py}", "is not `file.py:function`", None),
        ("a: {from: x.y}", "is not `pipeline/node.port`", None),
        ("a: {from: p/n.o}", "which no node writes", None),
        ("a: {files: table}", "does not tell its format", None),
        ("a: {files: {x.csv: 0.8, y.csv: 0.8}}", "add up to 1.6", None),
        ("a: {files: {x.csv: 3}}", "must be between 0 and 1", None),
        ("a: {files: {../x.txt: text}}", "is not a name below", None),
        ("a: {key: idd, columns: {id: {type: int}}}", "the key `idd`", "did you mean `id`?"),
        (
            "a: {columns: {x: {type: int, references: b.idd}}}\n  b: {columns: {id: {type: int}}}",
            "there is no column `b.idd`",
            "did you mean `b.id`?",
        ),
        ("a: {columns: {x: {type: int, references: a.x}}}", "a.x -> a.x references itself", None),
    ],
)
def test_a_dataset_that_contradicts_itself_is_a_mistake(
    text: str, what: str, advice: str | None
) -> None:
    error = the_mistake(f"datasets:\n  {text}\n")

    assert what in error.what
    assert error.where is not None
    assert error.where.line in {2, 3}
    if advice is not None:
        assert error.advice == advice


def test_a_column_that_is_referred_to_may_have_dots_in_its_name() -> None:
    whole = "version: 1\ndatasets:\n  b: {columns: {x: {type: int, references: a.order.id}}}\n"
    tree = MemoryTree(
        {"scriptcheck.yaml": whole + "  a: {copy: a.csv}\n", "a.csv": "order.id\n1\n"}
    )

    found = load_project(tree).datasets

    assert found["b"].schema.columns[0].referred == ("a", "order.id")


def test_a_bound_that_is_no_number_is_a_mistake_at_its_own_line() -> None:
    mistake = the_mistake(
        """
        datasets:
          a:
            columns:
              price:
                type: float
                min: five
        """
    )

    assert mistake.what == "`min` of `price` is `five`, which is no number"
    assert str(mistake.where) == "scriptcheck.yaml:7"
    assert mistake.advice == "a column of type float is bounded by a number"
