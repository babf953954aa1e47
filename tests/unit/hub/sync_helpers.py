"""Operations of an outbox as a terminal makes them, on the rules without HTTP."""

from typing import Any

import msgspec

from hub.fleet.terminals import Known
from hub.hub_generation import of
from hub.reports.apply import Teller, apply_all
from hub.tickets import aliases, waiting
from hub.tickets.business_day import open_day
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
    """POST SYNC without the socket, from a terminal that was granted the slots of its numbers."""
    grant(hall, terminal, *{body["slot"] for each in ops if "slot" in (body := _body(each))} - {0})
    return told(hall, *ops, terminal=terminal)


def _body(each: Op) -> dict[str, Any]:
    try:
        body = msgspec.json.decode(each.body)
    except (msgspec.DecodeError, RecursionError):
        return {}
    return body if isinstance(body, dict) else {}


def grant(hall, terminal: str, *granted: int) -> None:
    """The terminal had these slots today."""
    day = hall.see(open_day, hall.site) or DAY
    for slot in granted:
        hall.store.write_now(
            lambda c, slot=slot: c.exec_driver_sql(
                "INSERT INTO slot_grant (site_id, generation, slot, terminal_id, machine, granted_ms, granted_day)"
                " VALUES (?, ?, ?, ?, 'm', 0, ?) ON CONFLICT DO NOTHING",
                (hall.site, f"{slot:031x}a", slot, terminal, day),
            )
        )


def restored(hall) -> None:
    """A copy was put back today: the life before may have given slots up to 20 and more numbers than are known."""
    hall.store.write_now(
        lambda c: c.exec_driver_sql("UPDATE instance SET slot_floor = 20, since_ms = ?", (hall.clock(),))
    )


def told(hall, *ops: Op, terminal: str = "t1") -> list[OpAnswer]:
    """POST SYNC without the socket, by what the hub knows of the terminal."""
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
