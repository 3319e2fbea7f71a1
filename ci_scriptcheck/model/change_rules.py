"""The rules SC4: what a change does to the data, found by running base beside head on the same inputs."""

from __future__ import annotations

from ci_scriptcheck.model.result import Level
from ci_scriptcheck.model.rule import Rule

CHANGE_RULES = (
    Rule(
        code="SC401",
        level=Level.WARNING,
        title="a column is gone",
        why="A column that base writes is not there any more. Where a reader names it, that is an error: the reader stops, or works without it.",
        example="`amount` is written as `amount_usd` from this change on",
        cure="Write the column again, or take it out of its readers in the same change; an intended loss is accepted with `scriptcheck accept`.",
    ),
    Rule(
        code="SC402",
        level=Level.WARNING,
        title="a column is of another type than on base",
        why="The same name holds other values: text where numbers were, or the other way round. Where a reader names it, that is an error.",
        example="postcodes became numbers and lost their leading zeros",
        cure="Convert the column before it is written, or its readers with it; an intended change is accepted with `scriptcheck accept`.",
    ),
    Rule(
        code="SC403",
        level=Level.WARNING,
        title="a file or a member of an archive is gone",
        why="Base writes it, and head does not. Where a reader names it, that is an error: it opens it by that name.",
        example="`model.tar.gz` has no `calibration.json` any more",
        cure="Write the file again, or take it out of its readers; an intended loss is accepted with `scriptcheck accept`.",
    ),
    Rule(
        code="SC404",
        level=Level.WARNING,
        title="other rows than on base",
        why="On the same inputs rows are lost, or come up that were not there.",
        example="an inner join in place of a left one drops a tenth of the orders",
        cure="Look whether the rows were meant to go; an intended change is accepted with `scriptcheck accept`.",
    ),
    Rule(
        code="SC405",
        level=Level.WARNING,
        title="more cells without a value than on base",
        why="On the same inputs a column is empty in more rows, which readers often fill without a word.",
        example="a renamed key finds no partner, and the joined columns are empty",
        cure="Look where the values went; an intended change is accepted with `scriptcheck accept`.",
    ),
    Rule(
        code="SC406",
        level=Level.WARNING,
        title="other values than on base",
        why="On the same inputs the same rows hold other values. That may be the purpose of the change, and then it is good to see how much of it there is.",
        example="an amount in cents in place of dollars; a label taken from another column",
        cure="Look whether these values were meant to change; an intended change is accepted with `scriptcheck accept`.",
    ),
    Rule(
        code="SC407",
        level=Level.WARNING,
        title="an artefact of another format than on base",
        why="What lies under this name is told from its content, and readers open it as what it was.",
        example="CSV where Parquet was",
        cure="Write the format that was there, or change the readers in the same change.",
    ),
    Rule(
        code="SC408",
        level=Level.WARNING,
        title="slower than on base",
        why="On the same inputs the script takes longer than it may beside base, again when both are run once more. On real data that can be the difference between minutes and hours.",
        example="a loop over rows in place of a join",
        cure="Look at what the change added to the way of every row; `tolerance: {slower: 3}` allows more.",
    ),
    Rule(
        code="SC409",
        level=Level.WARNING,
        title="more memory than on base",
        why="On the same inputs the script holds more memory than it may beside base, again when both are run once more. On real data the container may not have it.",
        example="a cross join that is filtered afterwards",
        cure="Look for tables that are held twice or grow on the way; `tolerance: {memory: 3}` allows more.",
    ),
    Rule(
        code="SC410",
        level=Level.OFF,
        title="other bytes than on base, of which no more is known",
        why="A model or another binary file is not the same, as it nearly always is when it is made from other data or settings. What readers make of it is compared; that it differs is shown in any case.",
        example="a pickled model with another setting in it",
        cure="`rules: {SC410: warning}` tells of each; an intended change is accepted with `scriptcheck accept`.",
    ),
)
