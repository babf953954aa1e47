"""Order numbers with gaps: they stay the same when something is inserted in between.

A terminal gets only what changed; if every thing behind a new one moved, one new service would move thousands.
"""

from bisect import bisect_left
from collections.abc import Mapping, Sequence

STEP = 1024
"""Room between two things that were never moved: ten can be put in at one spot before the kind is numbered anew."""


def places(order: Sequence[str], before: Mapping[str, int]) -> dict[str, int]:
    """A place for each id of ``order``, growing; as many as can be keep the place they had ``before``."""
    stay = _growing([ident for ident in order if ident in before], before)
    found: dict[str, int] = {}
    last, waiting = 0, list[str]()
    for ident in order:
        if ident not in stay:
            waiting.append(ident)
            continue
        if not _spread(waiting, last, before[ident], found):
            return {each: STEP * at for at, each in enumerate(order, 1)}
        found[ident] = last = before[ident]
        waiting = []
    _spread(waiting, last, last + STEP * (len(waiting) + 1), found)
    return found


def _spread(new: list[str], low: int, high: int, found: dict[str, int]) -> bool:
    """Places strictly between ``low`` and ``high``; False when there is no room."""
    if high - low <= len(new):
        return False
    for at, ident in enumerate(new, 1):
        found[ident] = low + (high - low) * at // (len(new) + 1)
    return True


def _growing(order: list[str], before: Mapping[str, int]) -> frozenset[str]:
    """The most ids that can stay: a longest growing run of their places (patience sorting)."""
    ends: list[int] = []
    piles: list[str] = []
    parent: dict[str, str | None] = {}
    for ident in order:
        at = bisect_left(ends, before[ident])
        parent[ident] = piles[at - 1] if at else None
        ends[at : at + 1] = [before[ident]]
        piles[at : at + 1] = [ident]
    stay: set[str] = set()
    ident_: str | None = piles[-1] if piles else None
    while ident_ is not None:
        stay.add(ident_)
        ident_ = parent[ident_]
    return frozenset(stay)
