"""What must be true of the town: safety at any moment, liveness after healing."""

import math
from collections import Counter
from typing import Any

import msgspec

from hub import alarms
from hub.store.enums import ACTIVE, PLACEHOLDERS
from hub.tickets import aliases
from kiosk.vocabulary.labels import Label
from tests.world.world_hub import SITE
from tests.world.world_net import Fate
from tests.world.world_town import Town
from tests.world.world_visitor import Visitor

OVER = ("cancelled", "expired", "void")
"""A row in these states takes nobody's place."""
INVERSION_MS = 2000
BACK_OFF_MS = 60_000
CALM_MS = 10_000
"""Two heartbeats, a probe, the slot."""
PER_OP_MS = 5


class Healed(msgspec.Struct, frozen=True):
    """Virtual ms until the last outbox was empty, and how many operations that were."""

    ms: int
    ops: int


def heal(town: Town) -> Healed:
    """Everything works from now on; stragglers arrive. Everything must be in the hub within bounded virtual time."""
    town.hub.down, town.net.cut = False, set()
    chosen, town.net.choose = town.net.choose, lambda: Fate.FINE
    while town.net.flying:
        town.net.arrive(0)
    begun, ops = town.time.ms, 0
    told = -1
    while not _settled(town):
        at = min(town.terminals.values(), key=lambda each: each.due_ms)
        town.time.ms = max(town.time.ms + 1, math.ceil(at.due_ms))
        at.turn()
        owed = sum(each.owed for each in town.terminals.values())
        ops, told = ops + max(0, told - owed), owed
        spent = town.time.ms - begun
        assert spent <= BACK_OFF_MS + CALM_MS + PER_OP_MS * ops, f"not healed after {spent} ms: {_why(town)}"
    town.net.choose = chosen
    return Healed(town.time.ms - begun, ops)


def _settled(town: Town) -> bool:
    return all(
        each.owed == 0 and each.standing.slot and each.standing.hub_generation == town.hub.generation
        for each in town.terminals.values()
    )


def _why(town: Town) -> str:
    rows = {
        each.name: each.rows("SELECT lane, kind, state, next_at, last_error FROM outbox LIMIT 5")
        for each in town.terminals.values()
    }
    return f"{rows}, {[each.standing for each in town.terminals.values()]}"


def check(town: Town, healed: bool) -> None:
    """Compare the truth with the hub."""
    rows = town.hub.rows(
        "SELECT id, day, series, slot, n, state, origin, arrival_ms, arrival_sure FROM ticket WHERE issued_ms >= ?",
        town.since_ms,
    )
    other = dict(town.hub.rows("SELECT ticket_id, id FROM ticket_alias"))
    taken: Counter[str] = Counter()
    for ident, day, series, slot, n, state, origin, *_ in rows:
        owner = town.visitors.get(ident) or town.visitors.get(other.get(ident, ""))
        if owner is None:
            assert origin in PLACEHOLDERS, f"nobody ever asked for {ident}: {series} {slot} {n} of {day}"
            continue
        taken[owner.id] += state not in OVER
        assert taken[owner.id] <= 1, f"one visitor has two places: {owner}"
        if healed and state in ACTIVE and owner.number is None:
            assert owner.excuse, f"a ghost waits: {owner} as {series} {slot} {n}, {state}"
    _alarms(town)
    if healed:
        _order(town, rows)
        day = town.day
        for visitor in town.visitors.values():
            _found(town, visitor, day)


def _found(town: Town, visitor: Visitor, day: str) -> None:
    """Whoever holds a slip is in the hub under its number, and waits unless served."""
    number = visitor.number
    if number is None or visitor.gone or visitor.excuse:
        return
    if number.business_day != day and visitor.life != town.hub.life:
        return  # a restored hub is told of its open day only
    ticket = town.hub.do(aliases.find, SITE, visitor.id)
    assert ticket is not None, f"lost: {visitor}"
    assert ticket.number == number.label, f"{visitor} stands as {ticket.label}"
    assert ticket.day == number.business_day, f"{visitor} stands under {ticket.day}"
    if visitor.served_life < 0 and number.business_day == day:
        assert ticket.state in ACTIVE, f"holds a slip and does not wait ({ticket.state}): {visitor}"


def _order(town: Town, rows: list[tuple[Any, ...]]) -> None:
    """Nobody who came more than two seconds later stands before anybody, where clocks were learnt."""
    places = []
    for ident, day, series, slot, n, state, _, arrival_ms, sure in rows:
        owner = town.visitors.get(str(ident))
        if owner and owner.sure and sure and state not in OVER and _holds(owner, str(day), Label(series, slot, n)):
            places.append((arrival_ms, slot, n, owner.tap_ms))
    latest = 0
    for arrival_ms, slot, n, tap_ms in sorted(places):
        assert latest - tap_ms <= INVERSION_MS, f"{slot} {n} tapped at {tap_ms}, stands at {arrival_ms}, after {latest}"
        latest = max(latest, tap_ms)


def _holds(visitor: Visitor, day: str, label: Label) -> bool:
    number = visitor.number
    return number is not None and (number.business_day, number.label) == (day, label)


def _alarms(town: Town) -> None:
    stand = {str(each.kind) for each in town.hub.do(alarms.standing, SITE)}
    assert stand <= town.earned, town.hub.do(alarms.standing, SITE)
