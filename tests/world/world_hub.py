"""The hub of the small world: the real rules on a database in memory, asked by bytes as on the wire, without HTTP."""

import functools
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import msgspec
import pysqlite3
from sqlalchemy import Connection, create_engine
from sqlalchemy.pool import StaticPool

from hub import hub_generation, sites
from hub.api.number import _answer as number_answer
from hub.errors import Refused, status_of
from hub.fleet import terminals
from hub.fleet.terminals import Known
from hub.operations.restore import ABOVE, begin_anew_everywhere
from hub.reports.apply import Teller, apply_all
from hub.settings import counter_settings, queue_settings
from hub.sites import Site
from hub.store.engine import PRAGMAS, Store
from hub.tickets import business_day, clock_change, slots
from hub.tickets.issue import Ask, Issued, issue
from kiosk import wire

T = TypeVar("T")
Reply = tuple[int, bytes]
"""Status and body."""

SITE = "rathaus"
EIGHT_MS = 1_795_503_600_000
"""2026-11-24 08:00 in Berlin (UTC+1), Unix ms."""
SERVICES = {"ausweis": ("meldung", "A"), "zulassung": ("fahrzeuge", "B")}
COUNTERS = {"p1": (), "p2": ("fahrzeuge",), "p3": ()}
"""The queues each counter serves; () = all."""
TERMINALS = ("t1", "t2", "t3", "t4", "t5", "t6")
_IN_MEMORY = [pragma for pragma in PRAGMAS if not pragma.startswith(("journal_mode", "synchronous", "busy"))]


class Time:
    """True time, Unix ms, which is also the hub's clock; moves only when it is told to."""

    def __init__(self) -> None:
        self.ms = EIGHT_MS

    def go(self, ms: float) -> None:
        self.ms += round(ms)


def _found(connection: Connection) -> None:
    sites.add_site(connection, Site(SITE, "Musterstadt", "Rathaus", "Europe/Berlin", ""), EIGHT_MS)
    for service, (queue, series) in SERVICES.items():
        assert queue_settings.add_queue(connection, SITE, queue, series, {"de": queue}, EIGHT_MS) is None
        queue_settings.route(connection, SITE, service, queue, EIGHT_MS)
    for counter, queues in COUNTERS.items():
        assert counter_settings.add_counter(connection, SITE, counter, counter, EIGHT_MS) is None
        counter_settings.serve(connection, SITE, counter, queues, EIGHT_MS)
    for terminal in TERMINALS:
        assert terminals.add_terminal(connection, SITE, terminal, terminal, EIGHT_MS) is None
    connection.exec_driver_sql("UPDATE queue SET last_n = 9999")  # wrapping round: tests/property
    connection.exec_driver_sql(
        "UPDATE instance SET generation = ?, slip_key = ?", (f"{1:032x}", bytes(range(32)))
    )  # the same in every run: a failing seed must fail again


@functools.cache
def founded() -> pysqlite3.Connection:
    """A founded hall, made once by the real store; every world begins with a copy."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "hub.db"
        store = Store(path)
        store.write_now(_found)
        store.close()
        raw = pysqlite3.connect(str(path), isolation_level=None)
        raw.execute("PRAGMA journal_mode = DELETE")  # a database in memory has no WAL
        found = pysqlite3.connect(":memory:", isolation_level=None)
        raw.backup(found)
        raw.close()
    return found


@functools.cache
def _memory() -> tuple[Connection, pysqlite3.Connection, pysqlite3.Connection]:
    """The one database in memory with the store's recipe but for durability, and one for backups."""
    options: dict[str, object] = {"isolation_level": None, "check_same_thread": False, "cached_statements": 500}
    engine = create_engine("sqlite://", module=pysqlite3, poolclass=StaticPool, connect_args=options)
    connection = engine.connect()
    raw = connection.connection.driver_connection
    for pragma in _IN_MEMORY:
        raw.execute(f"PRAGMA {pragma}")
    return connection, raw, pysqlite3.connect(":memory:", isolation_level=None)


class Hub:
    """One at a time in a process: a new one takes the database of the one before."""

    def __init__(self, time: Time) -> None:
        self.time = time
        self.down = False
        self.life = 0
        """How many backups were restored."""
        self.saved_ms = 0
        """When the backup was made, 0 = there is none."""
        self._connection, self._raw, self._copy = _memory()
        founded().backup(self._raw)
        self._made = 0
        self._answer: dict[str, Callable[[Known, bytes], tuple[int, msgspec.Struct]]] = {
            wire.TICKETS: self._ticket,
            wire.SLOT: self._slot,
            wire.SYNC: self._sync,
            wire.HEARTBEAT: self._heartbeat,
        }

    def handle(self, terminal: str, path: str, body: bytes) -> Reply:
        """One request, as the API answers it."""
        status, answer = self._answer[path](Known(SITE, terminal, terminal), body)
        return status, msgspec.json.encode(answer)

    def do(self, rule: Callable[..., T], *args: Any, **named: Any) -> T:
        """Run a rule in one transaction of its own, as the writer does."""
        self._raw.execute("BEGIN IMMEDIATE")
        try:
            value = rule(self._connection, *args, **named)
        except BaseException:
            self._raw.execute("ROLLBACK")
            raise
        self._raw.execute("COMMIT")
        return value

    def rows(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        return list(self._raw.execute(sql, values))

    def draw(self) -> str:
        """32 hex digits that were never drawn before."""
        self._made += 1
        return f"{self._made:032x}"

    @property
    def generation(self) -> str:
        """Of this life."""
        return f"{self.life + 1:032x}"

    def turn_day(self) -> None:
        """The housekeeping of hub/app.py."""
        self.do(business_day.turn_all, self.time.ms)

    def back_up(self) -> None:
        self._raw.backup(self._copy)
        self.saved_ms = self.time.ms

    def restore(self, above: int = ABOVE) -> None:
        self._copy.backup(self._raw)
        self.life += 1
        self.do(begin_anew_everywhere, self.generation, above, self.time.ms)

    def _ticket(self, known: Known, body: bytes) -> tuple[int, msgspec.Struct]:
        asked = msgspec.json.decode(body, type=wire.TicketRequest)
        ask = Ask(
            site=SITE,
            id=asked.id,
            service=asked.service,
            token=self.draw(),
            now_ms=self.time.ms,
            lang=asked.lang,
            tapped_at=asked.tapped_at,
            terminal=known.id,
        )
        found = self.do(issue, ask)
        return (200, number_answer(found)) if isinstance(found, Issued) else _refused(found)

    def _slot(self, known: Known, body: bytes) -> tuple[int, msgspec.Struct]:
        asked = msgspec.json.decode(body, type=wire.SlotRequest)
        found = self.do(
            slots.join,
            slots.Wanted(
                site=SITE,
                terminal=known.id,
                generation=asked.generation,
                machine=asked.machine,
                now_ms=self.time.ms,
            ),
        )
        if isinstance(found, Refused):
            return _refused(found)
        return 200, wire.SlotAnswer(
            slot=found.slot,
            slip_key=found.slip_key.hex(),
            business_day=found.day,
            hub_generation=found.hub_generation,
        )

    def _sync(self, known: Known, body: bytes) -> tuple[int, msgspec.Struct]:
        asked = msgspec.json.decode(body, type=wire.SyncRequest)
        answers = self.do(apply_all, Teller(known, self.time.ms, self.draw, asked.generation), asked.ops)
        bugs = [answer for answer in answers if answer.status >= 500]
        assert not bugs, f"a guard of a table broke: {bugs}"
        return 200, wire.SyncAnswer(answers)

    def _heartbeat(self, known: Known, body: bytes) -> tuple[int, msgspec.Struct]:
        """Without the catalogue, which has a world of its own."""
        self.do(terminals.heard, known, msgspec.json.decode(body, type=wire.Heartbeat), self.time.ms)
        return 200, wire.HeartbeatAnswer(
            hub_ms=max(self.time.ms, business_day.last_arrival(self._connection, SITE)),
            business_day=business_day.open_day(self._connection, SITE) or "",
            hub_generation=hub_generation.of(self._connection, SITE).generation,
            closed_days=clock_change.closed_ahead(self._connection, SITE),
        )


def _refused(found: Refused) -> tuple[int, msgspec.Struct]:
    return status_of(found.code), wire.Fault(code=found.code, message=found.message, place=found.place)
