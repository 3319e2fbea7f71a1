"""`$LABEL_FIELD` in a schema: one fact, stated once."""

from __future__ import annotations

import pytest

from ci_scriptcheck.model.contract import Column, ColumnType, Schema
from tests.unit.project.trees import a_project, a_script, the_mistake

SCRIPT = a_script(reads=["data"])


def schema_of(datasets: str, steps: str, name: str = "orders") -> Schema:
    project = a_project(f"datasets:\n{datasets}\nsteps:\n{steps}", train=SCRIPT, score=SCRIPT)
    return project.datasets[name].schema


def test_a_variable_of_a_step_with_the_dataset_names_its_column() -> None:
    schema = schema_of(
        """
  orders:
    key: $ID_FIELD
    columns:
      $ID_FIELD: {type: string, unique: true}
      amount: {type: float, max: 5}
      $LABEL_FIELD: {type: int, formula: "(amount > 3)::int"}
    checks: {both: count(distinct $LABEL_FIELD) = 2}
""",
        "  train: {script: train.py, inputs: {data: orders},"
        " env: {LABEL_FIELD: is_fraud, ID_FIELD: order_id}}",
    )

    assert [column.name for column in schema.columns] == ["order_id", "amount", "is_fraud"]
    assert schema.key == ("order_id",)
    assert dict(schema.checks) == {"both": 'count(distinct "is_fraud") = 2'}


@pytest.mark.parametrize("value", ['"amount, risk"', """'["amount", "risk"]'"""])
def test_a_list_gives_several_columns_and_more_may_be_said_of_one(value: str) -> None:
    schema = schema_of(
        """
  orders: {columns: {risk: {max: 1}, $TAB_FIELD_LIST: {type: float, min: 0}}}
""",
        f"  train: {{script: train.py, inputs: {{data: orders}}, env: {{TAB_FIELD_LIST: {value}}}}}",
    )

    assert schema.columns == (
        Column(name="risk", type=ColumnType.FLOAT, min=0, max=1),
        Column(name="amount", type=ColumnType.FLOAT, min=0),
    )


def test_formulas_and_references_take_the_names_of_variables_too() -> None:
    schema = schema_of(
        """
  people: {columns: {$ID_FIELD: {type: string}}}
  orders:
    columns:
      who: {type: string, references: people.$ID_FIELD}
      y: {type: int, values: [0, 1]}
      z: {type: int, formula: $LABEL_FIELD + 1}
""",
        """
  train: {script: train.py, inputs: {data: orders}, env: {LABEL_FIELD: y}}
  score: {script: score.py, inputs: {data: people}, env: {ID_FIELD: person}}
""",
    )

    who, _, z = schema.columns
    assert (who.references, z.formula) == ("people.person", '"y" + 1')


def test_defaults_and_steps_with_a_dataset_of_the_family_say_it_where_no_other_does() -> None:
    datasets = """
  orders: {columns: {$LABEL_FIELD: {type: int}, $ID_FIELD: {type: string}}}
  splits: {extends: orders}
"""
    steps = "  train: {script: train.py, inputs: {data: splits}, env: {LABEL_FIELD: y}}\n"
    project = a_project(
        f"defaults: {{env: {{ID_FIELD: id}}}}\ndatasets:{datasets}steps:\n{steps}", train=SCRIPT
    )

    for name in ("orders", "splits"):
        assert [one.name for one in project.datasets[name].schema.columns] == ["y", "id"]


def test_a_variable_that_no_step_has_is_a_mistake_with_its_place() -> None:
    error = the_mistake(
        """
datasets:
  orders:
    columns:
      $LABEL_FEILD: {type: int}
steps:
  train: {script: train.py, inputs: {data: orders}, env: {LABEL_FIELD: y}}
""",
        train=SCRIPT,
    )

    assert error.what == "no step with the dataset `orders` has a variable `LABEL_FEILD`"
    assert error.where is not None
    assert error.where.line == 5
    assert error.advice == "did you mean `LABEL_FIELD`?"


def test_steps_that_disagree_are_a_mistake() -> None:
    error = the_mistake(
        """
datasets: {orders: {columns: {$LABEL_FIELD: {type: int}}}}
steps:
  train: {script: train.py, inputs: {data: orders}, env: {LABEL_FIELD: y}}
  score: {script: score.py, inputs: {data: orders}, env: {LABEL_FIELD: z}}
""",
        train=SCRIPT,
        score=SCRIPT,
    )

    assert error.what == "`$LABEL_FIELD` is `y` for `train` and `z` for `score`"


@pytest.mark.parametrize(
    ("column", "value", "what"),
    [
        ("$LABEL_FIELD", '""', "`$LABEL_FIELD` is ``, which names no column"),
        ("z", "a,b", "`$LABEL_FIELD` names 2 columns, and an expression needs one"),
    ],
)
def test_a_variable_that_names_none_or_too_many_is_a_mistake(
    column: str, value: str, what: str
) -> None:
    error = the_mistake(
        f"""
datasets: {{orders: {{columns: {{{column}: {{type: int, formula: $LABEL_FIELD + 1}}}}}}}}
steps:
  train: {{script: train.py, inputs: {{data: orders}}, env: {{LABEL_FIELD: {value!r}}}}}
""".replace("'\"\"'", '""'),
        train=SCRIPT,
    )

    assert error.what == what
