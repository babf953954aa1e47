"""The strip of an act that can be undone, and the sentence when it was: made of the act's record, whatever the act."""

import msgspec
from sqlalchemy import Connection

from hub.counter import acts
from hub.counter.acts import Change, Record, SeatChange

Sentence = tuple[str, str]
"""Message key and number."""


class Strip(msgspec.Struct, frozen=True, kw_only=True):
    """The counter's newest act, while it is offered to be undone."""

    op: str
    said: tuple[Sentence, ...]
    ends_ms: int


def strip_of(connection: Connection, site: str, counter: str, now_ms: int) -> Strip | None:
    """What the counter may undo now."""
    record = acts.to_undo(connection, site, counter, now_ms)
    if record is None:
        return None
    return Strip(op=record.op, said=tuple(map(_became, record.changes)), ends_ms=record.at_ms + acts.UNDO_MS)


def undone(record: Record) -> tuple[Sentence, ...]:
    """How everything stands again."""
    return (("desk.undone", ""), *map(_again, record.changes))


def _became(change: Change) -> Sentence:
    if isinstance(change, SeatChange):
        return "desk.became.seat", ""
    if change.before is None:
        return "desk.became.brought", change.label
    moved = change.before.queue != change.after.queue
    return ("desk.became.transferred" if moved else f"desk.became.{change.after.state}"), change.label


def _again(change: Change) -> Sentence:
    if isinstance(change, SeatChange):
        return "desk.again.seat", ""
    return ("desk.again.gone" if change.before is None else f"desk.again.{change.before.state}"), change.label
