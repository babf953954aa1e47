"""Operations of an outbox as a terminal makes them, on the rules without HTTP."""

from typing import Any

import msgspec

from hub.queues import aliases, waiting
from hub.queues.instance import of
from hub.queues.sync import Teller, apply_all
from hub.queues.terminals import Known
from kiosk.vocabulary.labels import Label
from kiosk.vocabulary.slips import Slip, service_mark, slip_text
from kiosk.wire import Op, OpAnswer

DAY = "2026-11-24"
MINUTE = 60_000
DAY_MS = 24 * 3600 * 1000


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


def labels(hall) -> list[str]:
    return [ticket.label for ticket in hall.see(waiting.waiting_list, hall.site)]


def find(hall, ident: str):
    return hall.see(aliases.find, hall.site, ident)


def call(hall, number: int, counter: str = "p1"):
    hall.clock.forward(1)
    return hall.next(counter, f"click-{number}")


def slip_of(hall, ident: str, label: str = "A 03-01", day: str = DAY, arrival_ms: int | None = None) -> str:
    series, number = label.split(" ")
    slot, n = number.split("-") if "-" in number else ("0", number)
    slip = Slip(
        id=ident,
        label=Label(series, int(slot), int(n)),
        business_day=day,
        arrival_s=(arrival_ms or hall.clock()) // 1000,
        service=service_mark("ausweis"),
    )
    return slip_text(slip, hall.see(of, hall.site).slip_key)
