"""What may be told of private data beside counts and rounded figures: words that somebody has written down.

A name of a column, of a file or of a class can be a value: a script makes a column for each city. A text that a script
makes can hold any cell. So of both only that is told which a person has written, by these rules:

1. A name is known where each of its words (`unit_price` has two) stands in the code of the steps, in files of the
   repository that they read, or in the settings, a number beside the word that it has; words that libraries put into names
   say nothing (`words`), and neither do numbers that count columns or files without a gap (`counts`).
2. Names of a table that no script has made are known where they are its head for certain: in Parquet and its like, and in
   a text whose first line is, for the most part, columns that its own dataset lists (`records`).
3. In place of a name that is not known stands a label, the same wherever the name stands in one record (`labels`, `results`).
4. A class is known by its name, by Python, or by the library that the code imports it from (`classes`).
5. Of the text of an exception, sentences of libraries about known names are told, and of others the known names that it
   quotes (`texts`).
6. A value that recurs is named beside a change where a schema calls its column a category, or by rule 1 (`values`).

Classes and texts are looked at when a run has ended, by `judgement.withheld`; values when two sides are compared; names
when all tasks have ended, as only then all are known that have to have one label.

Of two executions all of that holds but rule 2, as every table there may be a script's (`drifts`).

`of_tasks`, `records` and `written_down` look things up; the other modules touch nothing, and say what follows. They do
not stop a script that wants to tell data in words of its code: they are for whoever does not.
"""
