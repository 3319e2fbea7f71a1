"""Which numbers of a JSON document measure a model, told from what they are called.

Keys of a document may be values of real data, such as names of customers. So a number is told only where each
part of the way to it is made of words that speak of models and measures.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache

_TOKEN = re.compile(r"[fF]\d(?!\d)|[rR]2(?!\d)|[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
_JOINTS = re.compile(r"[\s_.:@/-]*")
_LONGEST = 60
_MOST_DIGITS = 3
"""Of all numbers in a part."""
_NUMBERED = frozenset({"at", "class", "cv", "fold", "k", "model", "quantile", "threshold", "top"})
"""Words that a number may follow, as in `precision_at_10`; `score_104` is that of a customer."""
_VAGUE = frozenset({"error", "score"})
"""Measures that a row can have as well: `top score` is that of whoever has most."""
_CHOSEN = frozenset({"best", "final", "last", "result", "results", "top"})
"""Words that beside these may speak of one row."""

_MEASURES = """
    accuracy acc auc auroc aucroc roc pr prc aucpr auprc ap precision recall f0 f1 f2 fbeta fscore
    logloss mlogloss crossentropy loss rmse mse mae mape smape rmsle r2 gini ks brier ndcg map mrr
    lift gain error err merror specificity sensitivity tpr fpr tnr fnr fdr kappa mcc ece perplexity
    bleu rouge meteor iou dice silhouette deviance explained score psi pinball quantile
"""
_AROUND = """
    metric metrics measure measures binary multiclass multilabel classification regression ranking
    clustering forecasting train training test testing val valid validation eval evaluation dev
    holdout oot oos out of time sample fold folds cv cross entropy overall total all model models
    baseline champion challenger value values mean median std stdev standard deviation variance
    macro micro weighted average avg class classes report threshold at k top best final last result
    results performance quality positive negative true false rate under the curve area log squared
    root absolute percentage balanced bias scores statistics summary capture
"""


def is_told(parts: Iterable[str | int]) -> bool:
    """Say whether a way holds only words of measuring, so that what stands there is no row and names none.

    Items of a list, and what has a number for a key, may be one row each: `score[0]`, or `score.0` as pandas
    writes tables.
    """
    parts = tuple(parts)
    return all(
        isinstance(part, str) and _is_of_measuring(part) for part in parts
    ) and not _may_be_of_a_row(parts)


def is_measure(parts: Iterable[str | int]) -> bool:
    """Say whether what stands at the end of a way is a measure, by one of its words."""
    return any(
        isinstance(part, str) and not _words(_MEASURES).isdisjoint(_tokens(part)) for part in parts
    )


def _is_of_measuring(part: str) -> bool:
    if len(part) > _LONGEST or _JOINTS.sub("", part) != "".join(_TOKEN.findall(part)):
        return False
    tokens = _tokens(part)
    words = [token for token in tokens if not token.isdecimal()]
    digits = sum(len(token) for token in tokens if token.isdecimal())
    are_numbered = all(
        before in _NUMBERED
        for before, token in zip(["", *tokens], tokens, strict=False)
        if token.isdecimal()
    )
    is_short = are_numbered and digits <= _MOST_DIGITS
    return bool(words) and is_short and _words(_MEASURES + _AROUND).issuperset(words)


def _may_be_of_a_row(parts: tuple[str | int, ...]) -> bool:
    tokens = [token for part in parts if isinstance(part, str) for token in _tokens(part)]
    measured = _words(_MEASURES).intersection(tokens)
    # `top 5 error` is a measure of its own.
    chosen = (
        token in _CHOSEN and not after.isdecimal()
        for token, after in zip(tokens, [*tokens[1:], ""], strict=True)
    )
    return bool(measured) and measured <= _VAGUE and any(chosen)


@cache
def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


def _tokens(part: str) -> list[str]:
    return [token.lower() for token in _TOKEN.findall(part)]
