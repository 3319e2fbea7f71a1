"""Which names of classes may be told: a script can make a class for each row, and call it as the row says. Pure."""

from __future__ import annotations

import builtins
import re
import sys

from ci_scriptcheck.run.privacy.words import is_known
from ci_scriptcheck.values import dataclass

OWN = "an exception of its own"
"""What stands for the name of a class that no code holds."""

_EXCEPTION = re.compile(r"[a-z_]+(\.[a-z_]+)*\.[A-Za-z]+(Error|Exception|Warning)")
_DOTTED = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)+", re.ASCII)
_BENEATH = frozenset({"joblib", "numpy", "pandas", "pyarrow", "scipy"})
"""Libraries whose classes those of others are made of, so that pickles name them though no code does."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Code:
    """What is known of the code that runs.

    Attributes:
        words: All that it holds, by `words.words_of`.
        modules: Names of its files without their endings, and of the folders that they lie in.
        libraries: Top names of the modules that it imports from elsewhere.
    """

    words: frozenset[str] = frozenset()
    modules: frozenset[str] = frozenset()
    libraries: frozenset[str] = frozenset()

    def exception(self, name: str) -> str:
        """Tell the class of an exception as far as it is known: from Python, from the code, or as libraries name theirs."""
        module, _, own = name.rpartition(".")
        if not module and hasattr(builtins, own):
            return name
        if is_known(own, self.words):
            return own
        return name if not self._is_own(module) and _EXCEPTION.fullmatch(name) else OWN

    def may_tell(self, name: str) -> bool:
        """Say whether the name of a class or function, with its module, may be told of a pickle."""
        if is_known(name, self.words):
            return True
        module = name.rpartition(".")[0]
        known = sys.stdlib_module_names | self.libraries | _BENEATH
        return (
            not self._is_own(module)
            and module.partition(".")[0] in known
            and _DOTTED.fullmatch(name) is not None
        )

    def _is_own(self, module: str) -> bool:
        top = module.partition(".")[0]
        is_ours = top in self.modules and top not in self.libraries
        return not top or is_ours or top == "__main__"
