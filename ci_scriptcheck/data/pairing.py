"""Pairs of two sides, as many as there can be, where each may fit several of the other."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

MOST_LOOKS = 2_000_000
"""How many fits are looked at to make room for further pairs; a second's work."""


def paired(fits: Sequence[Sequence[int]]) -> dict[int, int]:
    """Pair each number with one that fits it, and no two with the same.

    Args:
        fits: What fits each number, counted from 0, the best first. Who comes first chooses first,
            and makes way for a later one only where something else fits it, too.

    Returns:
        Number → what it is paired with; the most pairs that there can be, as Kuhn's algorithm finds
        them, unless that takes more than `MOST_LOOKS`.
    """
    holders: dict[int, int] = {}
    # From what a search in vain has reached no later one gets further.
    dead: set[int] = set()
    looks = MOST_LOOKS
    for number in range(len(fits)):
        free = next((one for one in fits[number] if one not in holders), None)
        if free is not None:
            holders[free] = number
        else:
            looks = _make_room(number, fits, holders, dead, looks)
    return {number: one for one, number in holders.items()}


def _make_room(
    start: int,
    fits: Sequence[Sequence[int]],
    holders: dict[int, int],
    dead: set[int],
    looks: int,
) -> int:
    """Move pairs along the shortest path to something free; says how many looks are left."""
    came_from: dict[int, int] = {}
    waiting = deque([start])
    while waiting:
        number = waiting.popleft()
        looks -= len(fits[number])
        if looks < 0:
            return 0
        for one in fits[number]:
            if one in came_from or one in dead:
                continue
            came_from[one] = number
            if one not in holders:
                _shift(one, start, came_from, holders)
                return looks
            waiting.append(holders[one])
    dead.update(came_from)
    return looks


def _shift(free: int, start: int, came_from: dict[int, int], holders: dict[int, int]) -> None:
    held = {number: one for one, number in holders.items()}
    one = free
    while True:
        number = came_from[one]
        holders[one] = number
        if number == start:
            return
        one = held[number]
