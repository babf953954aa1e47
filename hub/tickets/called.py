"""Who is called now: the one rule that boards, signs, pole displays and polls show (decision 0225).

Being called is a state, not an event that was written once: a call stands while its ticket is ``called``, wherever that
comes from - a restart, an undone act, a turn of the day. A ticket that was taken back to wait was never called, as far
as anybody in the lobby is concerned. The events say only when a number was called last, so that a recall comes first.
"""

import msgspec
from sqlalchemy import Connection

from hub.events import newest
from hub.store.enums import AT_COUNTER, TicketState, sql_list
from hub.store.sql import run
from hub.tickets.business_day import open_day
from hub.tickets.model import local_iso
from hub.tickets.waiting import timezone_of
from kiosk.i18n.hyphens import softened
from kiosk.vocabulary.labels import Label
from kiosk.vocabulary.short_names import short_name
from kiosk.wire import Call, CallKind, Calls, CallState

LOOKED_AT = 40
"""Call events looked at for calls that are over; whoever is called now is found however long ago it was."""
OVER = 6
"""Calls that are over, listed as called last."""
LANG = "de"
"""Names of counters are written in the language of the town hall."""

_STATES = {
    TicketState.CALLED: CallState.NOW,
    TicketState.IN_SERVICE: CallState.OVER,
    TicketState.DONE: CallState.OVER,
    TicketState.NO_SHOW: CallState.MISSED,
}
"""Tickets in any other state are not called, and were not for anybody in the lobby."""
_SELECT = """
SELECT t.id, e.seq, e.kind, e.at_ms, t.state, t.series, t.slot, t.n, c.name, c.short, t.day, q.series
FROM event e
JOIN ticket t ON t.site_id = ?1 AND t.id = e.subject
JOIN counter c ON c.site_id = ?1 AND c.id = t.counter_id
JOIN queue q ON q.site_id = t.site_id AND q.id = t.queue_id
WHERE e.site_id = ?1 AND e.seq IN (SELECT seq FROM event WHERE site_id = ?1 AND kind IN ('call', 'recall') {which}
                                   ORDER BY seq DESC LIMIT ?2)
ORDER BY e.seq DESC
"""
"""The inner look asks for nothing that the indexes of calls do not hold: only then SQLite takes them."""
_LAST = _SELECT.format(which="")
_LAST_OF_ONE = _SELECT.format(which="AND subject = ?3")


class _Row(msgspec.Struct, frozen=True, array_like=True):
    """One call event with its ticket and counter as they are now."""

    ticket: str
    seq: int
    kind: CallKind
    at_ms: int
    state: TicketState
    series: str
    slot: int
    n: int
    counter: str
    short: str
    day: str
    queue: str


def called_now(connection: Connection, site: str, now_ms: int) -> Calls:
    """Everybody who is called now, one to a counter, and whose call was over last; each as it was called last."""
    timezone, day = timezone_of(connection, site), open_day(connection, site) or ""
    began_seq = _began(connection, site, day)
    rows = _last_calls(connection, site)
    over = [row for row in rows if row.state is not TicketState.CALLED and (row.day == day or row.seq > began_seq)]
    now = [row for row in rows if row.state is TicketState.CALLED]
    shown = sorted([*over[:OVER], *now], key=lambda row: row.seq)
    return Calls(
        seq=newest(connection, site),
        at=local_iso(now_ms, timezone),
        calls=tuple(_call(row, timezone) for row in shown),
        business_day=day,
        whole=True,
    )


def _last_calls(connection: Connection, site: str) -> list[_Row]:
    """The last call of each ticket that was called lately or is called now, newest first."""
    found: dict[str, _Row] = {}
    for row in _rows(connection, _LAST, site, LOOKED_AT):
        found.setdefault(row.ticket, row)
    for ticket in _called(connection, site):
        if ticket not in found:
            found.update((row.ticket, row) for row in _rows(connection, _LAST_OF_ONE, site, 1, ticket))
    return [row for row in found.values() if row.state in _STATES]


def _rows(connection: Connection, sql: str, *values: str | int) -> list[_Row]:
    return [msgspec.convert(tuple(row), _Row) for row in run(connection, sql, *values)]


def _called(connection: Connection, site: str) -> list[str]:
    rows = run(connection, f"SELECT id, state FROM ticket WHERE site_id = ? AND state IN {sql_list(AT_COUNTER)}", site)
    return [str(ident) for ident, state in rows if state == TicketState.CALLED]


def _began(connection: Connection, site: str, day: str) -> int:
    row = run(connection, "SELECT opened_seq FROM business_day WHERE site_id = ? AND day = ?", site, day).fetchone()
    return 0 if row is None else int(row[0])


def _call(row: _Row, timezone: str) -> Call:
    return Call(
        seq=row.seq,
        kind=row.kind,
        label=str(Label(row.series, row.slot, row.n)),
        counter=row.counter,
        at=local_iso(row.at_ms, timezone),
        state=_STATES[row.state],
        short=short_name(row.counter, row.short),
        hyphenated=softened(row.counter, LANG),
        queue=row.queue,
    )
