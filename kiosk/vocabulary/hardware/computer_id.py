"""Ids of computers, and when two of them are the same computer: detects a copied disk.

``BASE`` or ``BASE:CARD,CARD``. What a copied disk carries along may be all of the base; the built-in network cards it
leaves behind. A card may be away at one start (late, broken, its address made up for a while), so one that is known is
enough, and where there is none to compare the base decides alone.
"""

from collections.abc import Iterable


def machine_name(base: str, cards: Iterable[str]) -> str:
    """As it is kept and sent."""
    told = ",".join(cards)
    return f"{base}:{told}" if told else base


def is_same_machine(one: str, other: str) -> bool:
    """Whether these may be names of one computer."""
    (base, cards), (other_base, other_cards) = _parts(one), _parts(other)
    return base == other_base and not (cards and other_cards and cards.isdisjoint(other_cards))


def remembered(known: str, now: str) -> str:
    """The name to keep: the present one, but cards that are all away at this start are not forgotten."""
    return known if is_same_machine(known, now) and not _parts(now)[1] else now


def _parts(name: str) -> tuple[str, set[str]]:
    base, _, cards = name.partition(":")
    return base, set(cards.split(",")) - {""}
