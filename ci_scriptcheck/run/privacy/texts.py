"""Names of columns and files that may be told of a run on private data, and what is left of texts with them. Pure.

Of a text that a script or a library has made nothing is taken over but such names, each as a whole quoted word, and
sentences of libraries that are written down here. So no value of the data can come through, whatever the text is.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ci_scriptcheck.run.privacy.words import is_known, is_number
from ci_scriptcheck.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterable

WITHHELD = "(withheld: its data are real)"
"""What stands for a text that a script has made."""

WHERE = "the whole text is in `log.txt` of this task, on the machine that ran it"
"""What is said where a text was withheld."""

_MOST = 5
_NAME = "\0"
"""What stands for names when sentences are compared; texts of exceptions have no such character."""

_SENTENCES = frozenset(
    {
        _NAME,
        f'"[{_NAME}] not in index"',
        f"[{_NAME}] not in index",
        f'"[{_NAME}] not found in axis"',
        f"[{_NAME}] not found in axis",
        f'"None of [{_NAME}] are in the columns"',
        f'"The following id_vars or value_vars are not present in the DataFrame: [{_NAME}]"',
        f'"Label(s) [{_NAME}] do not exist"',
        f"\"None of [Index([{_NAME}], dtype='object')] are in the [columns]\"",
        f"\"None of [Index([{_NAME}], dtype='str')] are in the [columns]\"",
        f"Usecols do not match columns, columns expected but not found: [{_NAME}]",
        f"Missing column provided to 'parse_dates': {_NAME}",
        f"[{_NAME}]",
        f"Index([{_NAME}], dtype='object')",
        f"Index([{_NAME}], dtype='str')",
        f'"Columns not found: {_NAME}"',
        f'"Only a column name can be used for the key in a dtype mappings argument. {_NAME} not found in columns."',
        *(
            f"\"The following '{what}' labels are not columns of the DataFrame: [{_NAME}]\""
            for what in ("index", "columns", "values")
        ),
        f"'DataFrame' object has no attribute {_NAME}",
        f"'DataFrameGroupBy' object has no attribute {_NAME}",
        f"'Series' object has no attribute {_NAME}",
    }
)
"""What Python and pandas say of columns that are not there."""

# pandas puts words before the name where a group lacks the column.
_QUOTED = re.compile(r"(['\"`])(Column not found: )?([^'\"`\n]+)\1")
_SEVERAL = re.compile(rf"{_NAME}(?:, {_NAME})*")
_BREAKS = re.compile(r"(?:\\n|\n) *")
"""What breaks a long list; a `KeyError` writes it with a backslash."""
_NO_FILE = re.compile(
    r"\[Errno (?:2|20|21)\] (?:No such file or directory|Not a directory|Is a directory): (['\"])([^'\"\n]+)\1"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownNames:
    """What may be told of a run on private data.

    Attributes:
        names: Of columns and of files, relative to the folders of their ports.
        folders: Of the ports, as the script is given them.
    """

    names: frozenset[str] = frozenset()
    folders: frozenset[str] = frozenset()

    def told(self, names: tuple[str, ...]) -> tuple[str, ...]:
        """Give those names that may be told."""
        return tuple(name for name in names if name in self.names)

    def text(self, text: str) -> str:
        """Give what may be told of a text: all of it, the names in it, or that it is withheld."""
        if self._is_of_library(text) or self._is_of_file(text):
            return text
        quoted = (name for _, _, name in _QUOTED.findall(text))
        found = [f"'{name}'" for name in dict.fromkeys(quoted) if name in self.names]
        if not found:
            return WITHHELD
        return f"(withheld but for {', '.join(found[:_MOST])}: its data are real)"

    def _is_of_library(self, text: str) -> bool:
        def marked(found: re.Match[str]) -> str:
            return _NAME if found[3] in self.names else found[0]

        if _NAME in text:
            return False
        flowing = _BREAKS.sub(" ", _QUOTED.sub(marked, text))
        return _SEVERAL.sub(_NAME, flowing) in _SENTENCES

    def _is_of_file(self, text: str) -> bool:
        found = _NO_FILE.fullmatch(text)
        if found is None:
            return False
        if found[2] in self.folders:
            return True
        return any(
            found[2] == f"{folder}/{name}" for folder in self.folders for name in self.names
        )


def is_part_withheld(text: str) -> bool:
    """Say whether anything of a text is not told."""
    return text.startswith("(withheld")


def known(stated: Iterable[str], found: Iterable[str], words: frozenset[str]) -> frozenset[str]:
    """Give the names that may be told.

    Args:
        stated: Those that stand in the settings.
        found: Those of columns and files that are there. In a table without a header, or a document by keys, they are
            values; so they count only where their words are known, and never as numbers.
        words: All that stand in the code, and in the variables that it is given.
    """
    spoken_of = (name for name in found if is_known(name, words) and not is_number(name))
    return frozenset(name for name in (*stated, *spoken_of) if name.isprintable() and name.strip())
