"""Giving a number: the hot path. One call is one ticket, however often it is asked for with the same id.

Arrivals that the hub gives itself never run backwards within a business day, whatever its clock does.
"""

import msgspec
from sqlalchemy import Connection

from hub import events
from hub.errors import Code, Refused
from hub.store.dialect import HERE
from hub.store.enums import TicketState
from hub.store.sql import run
from hub.tickets.ahead import before_place
from hub.tickets.business_day import last_arrival, turn
from hub.tickets.free_numbers import Place, Series, next_free
from hub.tickets.model import FIELDS, PLACES, Ticket, load
from hub.tickets.states import begin

SERVICE_REMEDY = "Give it one on the hub's page Services, or take it out of the catalogue."
NORMAL = 100
"""Priority class of walk-ins; smaller is called earlier."""


class Ask(msgspec.Struct, frozen=True, kw_only=True):
    """A number is asked for. ``id`` is the terminal's UUIDv7, ``token`` 32 hex digits that the hub drew."""

    site: str
    id: str
    service: str
    token: str
    now_ms: int
    lang: str = "de"
    tapped_at: str = ""
    terminal: str | None = None


class Issued(msgspec.Struct, frozen=True):
    """The ticket with what its slip needs from the site. ``again`` = the id was known, nothing was changed."""

    ticket: Ticket
    timezone: str
    base_url: str
    slip_key: bytes
    again: bool = False


class _Line(msgspec.Struct, frozen=True):
    """The queue that takes a service: round and number given last on the open day."""

    queue: str
    series: str
    first_n: int
    last_n: int
    open: int
    round: int
    n: int


class _Facts(msgspec.Struct, frozen=True):
    """What one look tells about site, day and queue of a service, and of the id: known (under its own or another
    ticket's row), or given back before."""

    timezone: str
    base_url: str
    slip_key: bytes
    day: str | None
    arrival_ms: int
    """Of whoever got a number of ours last on the open day."""
    known: int
    merged: int
    buried: int
    line: _Line | None


_LOOK = f"""
SELECT s.timezone, s.base_url, o.slip_key, d.day,
       {HERE.greatest}(coalesce(d.arrival_ms, 0), coalesce((SELECT max(c.arrival_ms) FROM counter_seq c
                                                WHERE c.site_id = s.id AND c.day = d.day), 0)),
       EXISTS (SELECT 1 FROM ticket k WHERE k.site_id = s.id AND k.id = ?),
       EXISTS (SELECT 1 FROM ticket_alias a WHERE a.site_id = s.id AND a.id = ?),
       EXISTS (SELECT 1 FROM tombstone b WHERE b.site_id = s.id AND b.id = ?),
       q.id, q.series, q.first_n, q.last_n, q.open, coalesce(l.round, 0), coalesce(l.n, q.first_n - 1)
FROM site s
JOIN instance o ON o.site_id = s.id
LEFT JOIN business_day d ON d.site_id = s.id AND d.closed_ms IS NULL
LEFT JOIN service_queue r ON r.site_id = s.id AND r.service_id = ?
LEFT JOIN queue q ON q.site_id = r.site_id AND q.id = r.queue_id AND q.removed_ms IS NULL
LEFT JOIN counter_seq l ON l.site_id = q.site_id AND l.day = d.day AND l.series = q.series
WHERE s.id = ?
"""


def issue(connection: Connection, ask: Ask) -> Issued | Refused:
    """Number the ticket, or say why not. The same id gets the same ticket; another service under it is refused."""
    row = run(connection, _LOOK, ask.id, ask.id, ask.id, ask.service, ask.site).fetchone()
    if row is None:
        return Refused(Code.UNKNOWN_SERVICE, f"There is no site {ask.site}.", "site")
    timezone, base_url, slip_key, day, arrival_ms, known, merged, buried, *line = row
    found = None if line[0] is None else _Line(*line)
    facts = _Facts(timezone, base_url, slip_key, day, arrival_ms, known, merged, buried, found)
    if facts.merged:
        return _NUMBERED
    if facts.known and (ticket := load(connection, ask.site, ask.id)):
        return _again(ticket, ask, facts) if _is_whose(connection, ask) else _ANOTHERS
    if facts.buried:
        return Refused(Code.TICKET_CANCELLED, "This ticket was given back before it was numbered.", "id")
    if facts.line is None:
        return Refused(Code.UNKNOWN_SERVICE, f"No queue takes the service {ask.service}. {SERVICE_REMEDY}", "service")
    if not facts.line.open:
        return Refused(Code.QUEUE_CLOSED, f"Queue {facts.line.series} gives no numbers now.", "service")
    numbered = _number(connection, ask, facts, facts.line)
    if isinstance(numbered, Refused):
        return numbered
    begin(connection, numbered, ask.now_ms)
    tell(connection, numbered, ask.now_ms)
    return Issued(numbered, facts.timezone, facts.base_url, facts.slip_key)


def tell(connection: Connection, ticket: Ticket, now_ms: int, left: str | None = None) -> None:
    """Append the event of a ticket's new state; with ``left``, the queue where it was before, that of a transfer."""
    body: dict[str, str | int | None] = {
        "label": ticket.label,
        "queue": ticket.queue_id,
        "state": ticket.state,
        "counter": ticket.counter_id,
        "paper": ticket.paper,
    }
    kind = events.Kind.TICKET if left is None else events.Kind.TRANSFER
    told = body if left is None else body | {"left": left}
    events.append(connection, ticket.site_id, kind, ticket.id, told, now_ms)


_NUMBERED = Refused(Code.NUMBERED_THERE, "This ticket has a number of its terminal.", "id")
"""A late copy of a request: the terminal gave up waiting and numbered the visitor itself."""


_ANOTHERS = Refused(Code.NOT_ITS_OWN, "This ticket belongs to another terminal.", "id")


def _is_whose(connection: Connection, ask: Ask) -> bool:
    """Whether the ticket of this id was drawn where it is asked for again (None: by whoever read its slip)."""
    row = run(
        connection,
        "SELECT 1 FROM ticket WHERE site_id = ? AND id = ? AND coalesce(terminal_id, ?) <> ?",
        ask.site,
        ask.id,
        ask.terminal,
        ask.terminal,
    ).fetchone()
    return row is None


def _again(known: Ticket, ask: Ask, facts: _Facts) -> Issued | Refused:
    if known.service_id != ask.service:
        return Refused(Code.ID_USED_OTHERWISE, "This id was already used for another service.", "id")
    if known.state is TicketState.CANCELLED:
        return Refused(Code.TICKET_CANCELLED, f"Ticket {known.label} was given back.", "id")
    if known.slot:
        return _NUMBERED
    return Issued(known, facts.timezone, facts.base_url, facts.slip_key, again=True)


def _number(connection: Connection, ask: Ask, facts: _Facts, line: _Line) -> Ticket | Refused:
    """Insert the ticket under the next number that nobody has. The constraint says whether the next one is taken; only
    then the free ones are looked for."""
    day = turn(connection, ask.site, facts.timezone, facts.day, ask.now_ms)
    last, arrival_ms = Place(line.round, line.n), facts.arrival_ms
    if day != facts.day:
        last, arrival_ms = _last(connection, ask.site, day, line), last_arrival(connection, ask.site)
    arrival_ms = ask.now_ms if ask.now_ms >= arrival_ms else arrival_ms + 1
    series = Series(ask.site, line.series, day, line.first_n, line.last_n)

    def give(place: Place) -> Ticket | None:
        ahead = before_place(connection, ask.site, line.queue, (NORMAL, arrival_ms, 0, place.n, line.series))
        ticket = _waiting(ask, line, place.n, day, arrival_ms, ahead)
        if not _insert(connection, ticket, ask, place.round):
            return None
        _remember(connection, ticket, place.round)
        return ticket

    following = series.following(last)
    given = give(following)
    if given is None and (free := next_free(connection, series, following)) is not None:
        given = give(free)
    return given or Refused(Code.NUMBERS_EXHAUSTED, f"All numbers of queue {line.series} are waiting.", "service")


def _last(connection: Connection, site: str, day: str, line: _Line) -> Place:
    """Round and number given last on a day that has just been opened: before the first one, unless it was open before
    (``days.begin``)."""
    row = run(
        connection,
        "SELECT round, n FROM counter_seq WHERE site_id = ? AND day = ? AND series = ?",
        site,
        day,
        line.series,
    ).fetchone()
    return Place(0, line.first_n - 1) if row is None else Place(int(row[0]), int(row[1]))


def _waiting(ask: Ask, line: _Line, n: int, day: str, arrival_ms: int, ahead: int) -> Ticket:
    return Ticket(
        site_id=ask.site,
        id=ask.id,
        state=TicketState.WAITING,
        day=day,
        series=line.series,
        slot=0,
        n=n,
        queue_id=line.queue,
        service_id=ask.service,
        lang=ask.lang,
        priority=NORMAL,
        ahead=ahead,
        arrival_ms=arrival_ms,
        issued_ms=ask.now_ms,
        counter_id=None,
        calls=0,
        called_ms=None,
        ended_ms=None,
        paper="asked",
        token=ask.token,
    )


_INSERT = (
    f"INSERT INTO ticket ({FIELDS}, round, terminal_id, tapped_at) SELECT {PLACES}, ?, ?, ?"
    " WHERE NOT EXISTS (SELECT 1 FROM label_alias"
    " WHERE site_id = ? AND day = ? AND series = ? AND slot = 0 AND n = ?)"
    " ON CONFLICT (site_id, series, slot, n)"
    " WHERE slot = 0 AND state IN ('issued', 'waiting', 'called', 'in_service', 'parked', 'pending_pickup') DO NOTHING"
)


def _insert(connection: Connection, ticket: Ticket, ask: Ask, wraps: int) -> bool:
    """False when somebody has the number: waiting with it, or by a slip that became void today."""
    values = (*msgspec.structs.astuple(ticket), wraps, ask.terminal, ask.tapped_at)
    void = (ticket.site_id, ticket.day, ticket.series, ticket.n)
    return run(connection, _INSERT, *values, *void).rowcount == 1


def _remember(connection: Connection, ticket: Ticket, wraps: int) -> None:
    run(
        connection,
        "INSERT INTO counter_seq (site_id, day, series, round, n, arrival_ms) VALUES (?, ?, ?, ?, ?, ?)"
        " ON CONFLICT (site_id, day, series) DO UPDATE"
        " SET round = excluded.round, n = excluded.n, arrival_ms = excluded.arrival_ms",
        ticket.site_id,
        ticket.day,
        ticket.series,
        wraps,
        ticket.n,
        ticket.arrival_ms,
    )
