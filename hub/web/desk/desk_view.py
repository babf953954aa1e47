"""What desk, board and visitor's page show, read in one go so that their parts agree."""

from collections.abc import Collection
from datetime import datetime
from functools import partial
from zoneinfo import ZoneInfo

import msgspec
from sqlalchemy import Connection

from hub import alarms
from hub.alarms import Alarm
from hub.auth.sessions import Person
from hub.catalogue.content import listing
from hub.counter.calling import current
from hub.counter.manual_entry import expected
from hub.counter.returning import may_return
from hub.fleet import help_cards, terminals
from hub.fleet.help_cards import HelpCard
from hub.fleet.terminals import TerminalNow
from hub.settings.counter_settings import Counter
from hub.sites import Site, sites
from hub.tickets import waiting
from hub.tickets.business_day import open_day
from hub.tickets.issue import NORMAL
from hub.tickets.model import Ticket
from hub.tickets.slots import slots_now
from hub.web.desk.counter_seats import Place, places
from hub.web.desk.undo_strip import Strip, strip_of
from kiosk.i18n.languages import chain
from kiosk.i18n.texts import Said, pick

MINUTE_MS = 60_000
SHOWN = 50
"""Rows of the waiting list that are drawn; a page asks for so many more at a time. The heading counts all."""
MOST_SHOWN = 2000
"""Rows that a page may ask for."""
MISSED = 6
"""Numbers shown of those who did not come, and of those who come later."""


class Row(msgspec.Struct, frozen=True):
    """One line of the waiting list."""

    ticket: Ticket
    service: str
    minutes: int
    arrived: str
    reason: str
    """Message key: why it stands where it stands."""
    queue: str
    """Name of its queue where the number's letter is another queue's (it was transferred); "" where it is the own."""


class Target(msgspec.Struct, frozen=True):
    """A queue to which somebody can be transferred."""

    id: str
    series: str
    name: str


class Lost(msgspec.Struct, frozen=True):
    """A terminal that is not heard: since when, and which numbers it must have given next."""

    since: str
    """Time of day; "" = it was never heard."""
    expected: tuple[str, ...]
    """One for each letter that this counter serves; none when it has no slot."""


class Desk(msgspec.Struct, frozen=True, kw_only=True):
    """Everything on the desk page."""

    counter: Counter
    own: Row | None
    rows: tuple[Row, ...]
    count: int
    """Everybody who waits for this counter's queues."""
    place: Place
    """Who works at this counter."""
    held: bool
    """Whether it is the person who looks at the page."""
    others: tuple[Place, ...]
    """The other counters."""
    strip: Strip | None
    """The act that can be undone."""
    targets: tuple[Target, ...]
    """The queues in use."""
    missed: tuple[Ticket, ...]
    late: tuple[Ticket, ...]
    """Whose visitors said on their phone to come later."""
    help: tuple[HelpCard, ...]
    alarms: tuple[Alarm, ...]
    terminals: tuple[TerminalNow, ...]
    lost: dict[str, Lost]
    """By terminal."""
    own_next: tuple[str, ...]
    """The next own number of each terminal: what they give while the hub is away."""
    now_ms: int
    at: str

    @property
    def rest(self) -> int:
        """How many wait behind those that are drawn."""
        return max(0, self.count - len(self.rows))

    @property
    def more(self) -> int:
        """So many of them the page draws if it is asked for more."""
        return min(SHOWN, self.rest, MOST_SHOWN - len(self.rows))

    def printer_trouble(self, terminal: str) -> str:
        """Why no slip comes out at a terminal, as far as it says: a problem's code, "" = it says nothing."""
        for each in self.terminals:
            for device in each.devices if each.id == terminal else ():
                if device.kind == "receipt_printer" and (
                    grave := [p for p in device.problems if p != "paper_near_end"]
                ):
                    return grave[0]
        return ""


def site_of(connection: Connection, ident: str) -> Site | None:
    """A site by its id; "" = the only one."""
    known = sites(connection)
    return next((site for site in known if ident in ("", site.id)), None)


def desk(connection: Connection, me: Person, lang: str, now_ms: int, shown: int = SHOWN) -> Desk | None:
    """The desk of the counter at which somebody sits, with the first ``shown`` who wait; None when there is no such
    counter (any more)."""
    site, counter = me.site, me.counter or ""
    around = places(connection, me, now_ms)
    sits = next((each for each in around if each.counter.id == counter), None)
    if sits is None:
        return None
    place, held = sits.counter, sits.seat is not None and sits.seat.token_hash == me.token_hash
    zone, queues = _zone(connection, site), waiting.queues_now(connection, site)
    mine = [queue for queue in queues if not place.queues or queue.id in place.queues]
    here, first = current(connection, site, counter), waiting.waiting_list(connection, site, counter, shown)
    asked = {ticket.service_id for ticket in (*first, *([here] if here else ()))}
    targets = tuple(Target(queue.id, queue.series, pick(queue.names, lang).text) for queue in queues)
    names = service_names(connection, site, asked, lang)
    row = partial(_row, names=names, queues={queue.id: queue for queue in targets}, zone=zone, now_ms=now_ms)
    known = tuple(each for each in terminals.terminals_now(connection, site, now_ms) if not each.revoked)
    owns = _own_numbers(connection, site, known, tuple(queue.series for queue in mine))
    return Desk(
        counter=place,
        own=row(here) if here else None,
        rows=tuple(map(row, first)),
        count=sum(queue.waiting for queue in mine),
        place=sits,
        held=held,
        others=tuple(each for each in around if each is not sits),
        strip=strip_of(connection, site, counter, now_ms) if held else None,
        targets=targets,
        late=tuple(waiting.late_visitors(connection, site, MISSED)),
        missed=tuple(t for t in waiting.no_shows(connection, site, MISSED) if may_return(connection, t)),
        help=help_cards.cards(connection, site, now_ms),
        alarms=tuple(alarms.standing(connection, site)),
        terminals=known,
        lost=_lost(known, owns, zone),
        own_next=tuple(numbers[0] for numbers in owns.values() if numbers),
        now_ms=now_ms,
        at=_clock(now_ms, zone),
    )


def _own_numbers(
    connection: Connection, site: str, known: tuple[TerminalNow, ...], series: tuple[str, ...]
) -> dict[str, tuple[str, ...]]:
    """By terminal that has a slot: the next number of its own for each of these letters."""
    slots, day = slots_now(connection, site), open_day(connection, site) or ""
    return {
        each.id: tuple(map(str, expected(connection, site, day, slots[each.id], series)))
        for each in known
        if each.enrolled and each.id in slots
    }


def _lost(known: tuple[TerminalNow, ...], owns: dict[str, tuple[str, ...]], zone: ZoneInfo) -> dict[str, Lost]:
    return {
        each.id: Lost(_clock(each.seen_ms, zone) if each.seen_ms else "", owns.get(each.id, ()))
        for each in known
        if each.away and each.enrolled
    }


def service_names(connection: Connection, site: str, services: Collection[str], lang: str) -> dict[str, str]:
    """The names of what tickets are for in one language (or what they fall back to)."""
    known = listing.names_for_tickets(connection, site, chain(lang), services)
    return {ident: pick(names, lang).text for ident, names in known.items()}


def service_name(connection: Connection, site: str, service: str, lang: str) -> Said:
    """One service's name, "" when nobody knows the service any more."""
    return pick(listing.names_for_tickets(connection, site, chain(lang), (service,)).get(service, {}), lang)


def _row(ticket: Ticket, names: dict[str, str], queues: dict[str, Target], zone: ZoneInfo, now_ms: int) -> Row:
    minutes = max(0, now_ms - ticket.arrival_ms) // MINUTE_MS
    queue = queues.get(ticket.queue_id, Target(ticket.queue_id, ticket.series, ticket.service_id))
    service = names.get(ticket.service_id) or queue.name
    elsewhere = queue.name if queue.series != ticket.series and service != queue.name else ""
    return Row(ticket, service, minutes, _clock(ticket.arrival_ms, zone), _reason(ticket), elsewhere)


def _reason(ticket: Ticket) -> str:
    if ticket.priority < NORMAL:
        return "reason.priority"
    return "reason.arrival" if ticket.arrival_sure else "reason.estimate"


def _zone(connection: Connection, site: str) -> ZoneInfo:
    known = site_of(connection, site)
    return ZoneInfo(known.timezone if known else "UTC")


def _clock(ms: int, zone: ZoneInfo) -> str:
    return f"{datetime.fromtimestamp(ms / 1000, zone):%H:%M}"
