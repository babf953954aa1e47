"""The queue rules against a small model, under random commands, double sends, undoing, day changes and restarts."""

import os
import random
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from functools import cache
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, consumes, initialize, invariant, multiple, precondition, rule

from hub import site_time, sites
from hub.counter import calling
from hub.errors import Code, Refused
from hub.reports import cancel
from hub.settings import counter_settings, queue_settings
from hub.sites import Site
from hub.store.engine import Store
from hub.store.enums import ACTIVE, TicketState
from hub.tickets import business_day, clock_change, waiting
from hub.tickets.issue import Ask, Issued, issue
from hub.tickets.model import Ticket
from kiosk.vocabulary.labels import parse_label
from tests.property.queue_counters import ANSWERS, COMMANDS, COUNTERS, SITE, Counters, Deed

SERVICES = {"one": "A", "two": "B"}
LAST_N = 5
STEPS = 800
WEIGHTS = {"draw": 5, "next": 6, "command": 4, "finish": 2, "come back": 4, "transfer": 4, "undo": 7}
RARE = {"moment": 1, "hours": 0.1}
START_MS = 1_795_518_000_000


def uuid(number: int) -> str:
    return f"0193aaaa-0000-7000-8000-{number:012x}"


@cache
def empty_store() -> bytes:
    """A migrated file, made once: every example begins with a copy."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "hub.db"
        Store(path).close()
        return path.read_bytes()


class Hall(Counters):
    """The model: waiting lists as Python lists, one customer per counter, the answers that were given."""

    tickets = Bundle("tickets")

    @initialize()
    def begin(self) -> None:
        self.found()

    def found(self) -> None:
        self.folder = tempfile.TemporaryDirectory()
        self.path = Path(self.folder.name) / "hub.db"
        self.path.write_bytes(empty_store())
        self.store = Store(self.path)
        self.now = START_MS
        self.count = 0
        self.day = ""
        self.states: dict[str, TicketState] = {}
        self.labels: dict[str, str] = {}
        self.queues: dict[str, str] = {}
        self.void: set[str] = set()
        self.places: dict[str, tuple[int, int, int, str]] = {}
        self.here: dict[str, str] = {}
        self.told: dict[str, str] = {}
        self.moves: dict[str, int] = {}
        self.given: dict[str, str] = {}
        self.ended_ms: dict[str, int] = {}
        self.opened_ms: dict[str, int] = {}
        self.deeds: list[Deed] = []
        self.store.write_now(self._fill)

    def _fill(self, c) -> None:
        sites.add_site(c, Site(SITE, "M", "R", "Europe/Berlin", ""), self.now)
        for service, series in SERVICES.items():
            assert queue_settings.add_queue(c, SITE, series, series, {"de": series}, self.now) is None
            queue_settings.route(c, SITE, service, series, self.now)
        c.exec_driver_sql(f"UPDATE queue SET last_n = {LAST_N}")
        for counter, queues in COUNTERS.items():
            assert counter_settings.add_counter(c, SITE, counter, counter, self.now) is None
            counter_settings.serve(c, SITE, counter, queues if len(queues) < len(SERVICES) else (), self.now)

    def do(self, fn, *args, **named):
        """Run a rule as the writer may: once in vain, then for good."""

        def twice(c):
            with c.begin_nested() as in_vain:
                fn(c, *args, **named)
                in_vain.rollback()
            return fn(c, *args, **named)

        return self.store.write_now(twice)

    def tick(self, ms: int = 1) -> int:
        self.now += ms
        return self.now

    def ask(self, ident: str, service: str):
        token = ident.replace("-", "")
        return self.do(issue, Ask(site=SITE, id=ident, service=service, token=token, now_ms=self.tick()))

    @property
    def order(self) -> list[str]:
        """Who waits, by arrival, slot, number and letter."""
        return sorted(
            (t for t, state in self.states.items() if state is TicketState.WAITING), key=self.places.__getitem__
        )

    def taken(self, series: str) -> set[str]:
        """Numbers of the hub that it must not give now: in use, or void today."""
        used = {label for t, label in self.labels.items() if self.states[t] in ACTIVE} | self.void
        return {label for label in used if label[0] == series and "-" not in label}

    def wait(self, ident: str, label: str, arrival: int) -> None:
        self.stand_at(ident, label, arrival)
        self.queues[ident] = label[0]
        self.go(ident, TicketState.WAITING)

    def stand_at(self, ident: str, label: str, arrival: int) -> None:
        number = parse_label(label)
        assert number is not None
        self.labels[ident] = label
        self.places[ident] = (arrival, number.slot, number.n, number.series)

    def go(self, ident: str, state: TicketState) -> None:
        """Into a state, which is a move if it is another one."""
        self.moves[ident] = self.moves.get(ident, 0) + (self.states.get(ident) is not state)
        self.states[ident] = state
        if state not in ACTIVE:
            self.ended_ms[ident] = self.now

    def open_day(self, day: str = "") -> None:
        """A day that was open before and goes on began when it began first."""
        self.day = day or self.day or site_time.local_date(self.now, "Europe/Berlin")
        self.opened_ms.setdefault(self.day, self.now)

    @rule(target=tickets, service=st.sampled_from(sorted(SERVICES)), many=st.integers(1, 3))
    def draw(self, service: str, many: int):
        return multiple(*filter(None, (self.draw_one(service) for _ in range(many))))

    def draw_one(self, service: str) -> tuple[str, str] | None:
        self.count += 1
        ident = uuid(self.count)
        taken = self.taken(SERVICES[service])
        before = len(self.order)  # the counter "all" calls both queues by arrival
        answer = self.ask(ident, service)
        if len(taken) == LAST_N:
            assert isinstance(answer, Refused)
            assert answer.code is Code.NUMBERS_EXHAUSTED
            return None
        assert isinstance(answer, Issued)
        assert answer.ticket.label not in taken
        assert answer.ticket.ahead == before
        self.open_day()
        self.came(ident, answer.ticket)
        self.wait(ident, answer.ticket.label, answer.ticket.arrival_ms)
        self.given[ident] = self.day
        return (ident, service)

    def came(self, ident: str, ticket: Ticket) -> None:
        """A new number; for machines that know more of it."""

    @rule(ticket=tickets)
    def draw_again(self, ticket) -> None:
        ident, service = ticket
        answer = self.ask(ident, service)
        if self.states[ident] is TicketState.CANCELLED:
            assert isinstance(answer, Refused)
        else:
            assert isinstance(answer, Issued)
            assert answer.ticket.label == self.labels[ident]

    @rule(ticket=tickets)
    def hand_back(self, ticket) -> None:
        ident, _ = ticket
        state = self.do(cancel.cancel, SITE, ident, self.tick())
        if self.states[ident] in (TicketState.WAITING, TicketState.CALLED):
            self._end(ident, TicketState.CANCELLED)
        assert state is self.states[ident]

    @precondition(lambda self: self.count % 6 == 5)
    @rule(hours=st.integers(1, 40))
    def time_goes_by(self, hours: int) -> None:
        self.count += 1
        self.tick(hours * 3_600_000)
        self.do(business_day.turn_all, self.now)
        today = site_time.local_date(self.now, "Europe/Berlin")
        if self.day and today > self.day:
            self.void.clear()
            for ident in [*self.order, *self.here.values()]:
                self._end(ident, TicketState.EXPIRED)
            self.open_day(today)

    @rule()
    def restart(self) -> None:
        self.store.close()
        self.store = Store(self.path)

    @rule(old=consumes(tickets))
    def forget(self, old) -> None:
        """Lets the machine draw on without asking for old tickets for ever."""

    def _end(self, ident: str, state: TicketState) -> None:
        self.go(ident, state)
        self.here = {counter: t for counter, t in self.here.items() if t != ident}

    @invariant()
    def store_and_model_agree(self) -> None:
        if not hasattr(self, "store"):
            return
        self.store.read_now(self._compare)

    def _compare(self, c) -> None:
        listed = waiting.waiting_list(c, SITE)
        assert [t.id for t in listed] == self.order
        assert all(t.queue_id == self.queues[t.id] for t in listed)
        here = {counter: calling.current(c, SITE, counter) for counter in COUNTERS}
        assert {counter: t.id for counter, t in here.items() if t is not None} == self.here
        for queue in waiting.queues_now(c, SITE):
            kept = c.exec_driver_sql("SELECT waiting FROM queue WHERE id = ?", (queue.id,)).scalar_one()
            assert kept == queue.waiting == sum(t.queue_id == queue.id for t in listed)
        rows = c.exec_driver_sql(
            "SELECT t.id, t.state, count(i.step), sum(i.ended_ms IS NULL),"
            " sum(i.ended_ms IS NULL AND i.queue_id <> t.queue_id) FROM ticket t"
            " LEFT JOIN interval i ON i.ticket_id = t.id GROUP BY t.id"
        ).all()
        for ident, state, steps, running, elsewhere in rows:
            assert state == self.states[ident]
            assert steps >= 1
            assert running == (state in ACTIVE)
            assert not elsewhere, "what runs is spent in the ticket's queue"
        seqs = c.exec_driver_sql("SELECT seq FROM event ORDER BY seq").scalars().all()
        assert list(seqs) == list(range(1, len(seqs) + 1)), "the feed has no gap"

    def teardown(self) -> None:
        if hasattr(self, "store"):
            self.store.close()
            self.folder.cleanup()


def test_a_long_day_of_wrong_keys() -> None:
    """The same model, driven by chance alone: long enough that acts are undone in every state and order."""
    by_chance = os.environ.get("KIOSK_TEST_SIZE") == "full"
    seed = int(os.environ.get("KIOSK_SEED") or (time.time_ns() % 1_000_000 if by_chance else 1))
    print(f"seed {seed}")
    draw, hall, did = random.Random(seed), Hall(), Counter[str]()
    hall.begin()
    desk, chances = sorted(COUNTERS), WEIGHTS | RARE

    def ways() -> dict[str, Callable[[], object]]:
        counter, answer, busy = draw.choice(desk), draw.choice(ANSWERS), draw.random() < 0.9
        return {
            "draw": lambda: hall.draw_one(draw.choice(sorted(SERVICES))),
            "next": lambda: hall.call_next(counter, busy, answer),
            "command": lambda: hall.command(counter, draw.choice(sorted(COMMANDS)), busy),
            "finish": lambda: hall.finish(counter, answer, busy),
            "come back": lambda: hall.states and hall.come_back(draw.randrange(10), busy, counter, draw.random() < 0.5),
            "transfer": lambda: hall.states and hall.transfer(draw.randrange(10), counter, busy, draw.choice("AB")),
            "undo": lambda: hall.undo(draw.choice((1, 1, 1, 2, 3)), busy),
            "moment": lambda: hall.a_moment_later(draw.randrange(1, 6)),
            "hours": lambda: hall.time_goes_by(draw.randrange(1, 40)),
        }

    for _ in range(STEPS):
        word = draw.choices(list(chances), list(chances.values()))[0]
        ways()[word]()
        hall.store_and_model_agree()
    did["undone"] = sum(not deed.done for deed in hall.deeds)
    did["refused"] = len({deed.op for deed in hall.deeds if deed.done})
    hall.teardown()
    assert did["undone"] > STEPS // 40, did


class HallWithAClock(Hall):
    """The hub's clock is set back, is in the future for a while, and staff close the day that was ahead."""

    def found(self) -> None:
        super().found()
        self.issued: dict[str, int] = {}

    def came(self, ident: str, ticket: Ticket) -> None:
        self.issued[ident] = self.now
        others = [self.places[other][0] for other in self.order]
        assert not others or ticket.arrival_ms >= max(others), "nobody is put before those who wait"

    @rule(minutes=st.integers(1, 600))
    def clock_is_set_back(self, minutes: int) -> None:
        self.now -= minutes * 60_000

    @rule(days_ahead=st.integers(1, 9000), draws=st.integers(0, 3))
    def clock_is_in_the_future(self, days_ahead: int, draws: int) -> None:
        """Who comes meanwhile waits on when it is set right; who was there has been expired."""
        here = self.now
        self.time_goes_by(24 * days_ahead)
        for _ in range(draws):
            self.draw_one(next(iter(SERVICES)))
        self.now = here + 1

    @rule()
    def the_day_ahead_is_closed(self) -> None:
        today = self.date(self.now)
        ahead = bool(self.day) and self.day > self.date(self.now + clock_change.AHEAD_MS)
        before, called = self.order, self.called_ms()
        assert self.do(clock_change.close_ahead, SITE, today, self.now) == ahead
        if not ahead:
            return
        for ident in [*before, *self.here.values()]:
            if self.date(self.issued[ident]) < today:
                self._end(ident, TicketState.EXPIRED)
        self.open_day(today)
        listed = self.store.read_now(lambda c: waiting.waiting_list(c, SITE))
        assert [t.id for t in listed] == [ident for ident in before if self.states[ident] is TicketState.WAITING]
        assert all(ticket.arrival_ms <= self.now + len(before) for ticket in listed)
        for ticket in listed:
            self.issued[ticket.id] += ticket.arrival_ms - self.places[ticket.id][0]
            self.places[ticket.id] = (ticket.arrival_ms, *self.places[ticket.id][1:])
        for ident, ms in self.called_ms().items():
            self.moves[ident] += ms != called[ident]  # its call has another time, so no act before can be undone

    def called_ms(self) -> dict[str, int | None]:
        rows = self.store.read_now(lambda c: c.exec_driver_sql("SELECT id, called_ms FROM ticket").all())
        return {str(row[0]): row[1] for row in rows}

    def date(self, ms: int) -> str:
        return site_time.local_date(ms, "Europe/Berlin")


HallWithAClock.TestCase.settings = settings(max_examples=20, stateful_step_count=40, deadline=None)
TestHubQueueMachine = HallWithAClock.TestCase
