"""Operations of an outbox as a terminal makes them, on the rules without HTTP."""

from typing import Any

import msgspec

from hub.queues.sync import Teller, apply_all
from hub.queues.terminals import Known
from kiosk.wire import Op, OpAnswer

DAY = "2026-11-24"


def uuid(number: int) -> str:
    return f"0193aaaa-0000-7000-8000-{number:012x}"


def op(kind: str, lane: str, number: int, **body: Any) -> Op:
    """Operation ``number`` (its id) about ``lane`` (a ticket's id)."""
    return Op(op=uuid(0xF0000 + number), lane=lane, kind=kind, body=msgspec.Raw(msgspec.json.encode(body)))


def own(hall, number: int, ident: str, n: int = 1, *, slot: int = 3, **more: Any) -> Op:
    """A ticket that a terminal numbered itself."""
    fact = {
        "id": ident,
        "service": "ausweis",
        "series": "A",
        "slot": slot,
        "n": n,
        "business_day": DAY,
        "arrival_ms": hall.clock(),
    }
    return op("ticket", ident, number, **(fact | more))


def sync(hall, *ops: Op, terminal: str = "t1") -> list[OpAnswer]:
    """POST SYNC without the socket."""
    hall.made += 1
    drawn = iter(f"{hall.made:016x}{n:016x}" for n in range(1000))
    teller = Teller(Known(hall.site, terminal, terminal), hall.clock.forward(1), lambda: next(drawn))
    return list(hall.do(apply_all, teller, ops))


def outcomes(answers: list[OpAnswer]) -> list[tuple[int, str]]:
    return [(answer.status, answer.code) for answer in answers]
