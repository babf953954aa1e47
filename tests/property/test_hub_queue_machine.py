"""The queue rules against a small model, under random commands, double sends, day changes and restarts."""

import tempfile
from functools import cache
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, initialize, invariant, multiple, rule

from hub.queues import calling, days, handing_back, house, waiting
from hub.queues.calling import Act, Done
from hub.queues.issue import Ask, Issued, issue
from hub.queues.refusals import Code, Refused
from hub.store.engine import Store
from hub.store.words import ACTIVE, State
from kiosk.vocabulary.labels import parse_label

SITE = "s"
SERVICES = {"one": "A", "two": "B"}
COUNTERS = {"all": ("A", "B"), "only_b": ("B",)}
LAST_N = 5
START_MS = 1_795_518_000_000
COMMANDS = {
    "arrive": (calling.arrive, State.IN_SERVICE),
    "finish": (calling.finish, State.DONE),
    "no_show": (calling.no_show, State.NO_SHOW),
}


def uuid(number: int) -> str:
    return f"0193aaaa-0000-7000-8000-{number:012x}"


@cache
def empty_store() -> bytes:
    """A migrated file, made once: every example begins with a copy."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "hub.db"
        Store(path).close()
        return path.read_bytes()


class Hall(RuleBasedStateMachine):
    """The model: waiting lists as Python lists, one customer per counter, the answers that were given."""

    tickets = Bundle("tickets")
    ops = Bundle("ops")

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
        self.states: dict[str, State] = {}
        self.labels: dict[str, str] = {}
        self.void: set[str] = set()
        self.places: dict[str, tuple[int, int, int, str]] = {}
        self.here: dict[str, str] = {}
        self.told: dict[str, str] = {}
        self.store.write_now(self._fill)

    def _fill(self, c) -> None:
        house.add_site(c, house.Site(SITE, "M", "R", "Europe/Berlin", ""), self.now)
        for service, series in SERVICES.items():
            assert house.add_queue(c, SITE, series, series, {"de": series}, self.now) is None
            house.route(c, SITE, service, series, self.now)
        c.exec_driver_sql(f"UPDATE queue SET last_n = {LAST_N}")
        for counter, queues in COUNTERS.items():
            assert house.add_counter(c, SITE, counter, counter, self.now) is None
            house.serve(c, SITE, counter, queues if len(queues) < len(SERVICES) else (), self.now)

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
        return sorted((t for t, state in self.states.items() if state is State.WAITING), key=self.places.__getitem__)

    def taken(self, series: str) -> set[str]:
        """Numbers of the hub that it must not give now: in use, or void today."""
        used = {label for t, label in self.labels.items() if self.states[t] in ACTIVE} | self.void
        return {label for label in used if label[0] == series and "-" not in label}

    def wait(self, ident: str, label: str, arrival: int) -> None:
        number = parse_label(label)
        assert number is not None
        self.labels[ident] = label
        self.states[ident] = State.WAITING
        self.places[ident] = (arrival, number.slot, number.n, number.series)

    def open_day(self) -> None:
        self.day = self.day or days.local_date(self.now, "Europe/Berlin")

    @rule(target=tickets, service=st.sampled_from(sorted(SERVICES)))
    def draw(self, service: str):
        self.count += 1
        ident = uuid(self.count)
        taken = self.taken(SERVICES[service])
        before = len(self.order)  # the counter "all" calls both queues by arrival
        answer = self.ask(ident, service)
        if len(taken) == LAST_N:
            assert isinstance(answer, Refused)
            assert answer.code is Code.NUMBERS_EXHAUSTED
            return multiple()
        assert isinstance(answer, Issued)
        assert answer.ticket.label not in taken
        assert answer.ticket.ahead == before
        self.open_day()
        self.wait(ident, answer.ticket.label, answer.ticket.arrival_ms)
        return (ident, service)

    @rule(ticket=tickets)
    def draw_again(self, ticket) -> None:
        ident, service = ticket
        answer = self.ask(ident, service)
        if self.states[ident] is State.CANCELLED:
            assert isinstance(answer, Refused)
        else:
            assert isinstance(answer, Issued)
            assert answer.ticket.label == self.labels[ident]

    @rule(ticket=tickets)
    def hand_back(self, ticket) -> None:
        ident, _ = ticket
        state = self.do(handing_back.cancel, SITE, ident, self.tick())
        if self.states[ident] in (State.WAITING, State.CALLED):
            self._end(ident, State.CANCELLED)
        assert state is self.states[ident]

    @rule(target=ops, counter=st.sampled_from(sorted(COUNTERS)), finish=st.booleans())
    def call_next(self, counter: str, finish: bool):
        self.count += 1
        op = f"op{self.count}"
        answer = self.do(calling.call_next, Act(site=SITE, counter=counter, op=op, now_ms=self.tick()), finish)
        mine = [t for t in self.order if self.labels[t][0] in COUNTERS[counter]]
        if counter in self.here and not finish:
            assert isinstance(answer, Refused)
            assert answer.code is Code.COUNTER_BUSY
            return multiple()
        if not mine:
            assert isinstance(answer, Refused)
            assert answer.code is Code.NOBODY_WAITS
            return multiple()
        assert isinstance(answer, Done)
        assert answer.ticket.id == mine[0], "strict order of arrival"
        if counter in self.here:
            self._end(self.here[counter], State.DONE)
        self.here[counter] = mine[0]
        self.states[mine[0]] = State.CALLED
        self.told[op] = mine[0]
        return (op, counter, finish)

    @rule(op=ops)
    def click_again(self, op) -> None:
        ident, counter, finish = op
        answer = self.do(calling.call_next, Act(site=SITE, counter=counter, op=ident, now_ms=self.tick()), finish)
        assert isinstance(answer, Done)
        assert answer.ticket.id == self.told[ident]

    @rule(counter=st.sampled_from(sorted(COUNTERS)), word=st.sampled_from(sorted(COMMANDS)))
    def command(self, counter: str, word: str) -> None:
        self.count += 1
        fn, to = COMMANDS[word]
        answer = self.do(fn, Act(site=SITE, counter=counter, op=f"op{self.count}", now_ms=self.tick()))
        here = self.here.get(counter)
        served = here is not None and self.states[here] is State.IN_SERVICE
        if here is None or (served and to is not State.DONE):
            assert isinstance(answer, Refused)
        elif to is State.IN_SERVICE:
            self.states[here] = to
        else:
            self._end(here, to)

    @rule(hours=st.integers(1, 40))
    def time_goes_by(self, hours: int) -> None:
        self.tick(hours * 3_600_000)
        self.do(days.turn_all, self.now)
        today = days.local_date(self.now, "Europe/Berlin")
        if self.day and today != self.day:
            self.day = today
            self.void.clear()
            for ident in [*self.order, *self.here.values()]:
                self._end(ident, State.EXPIRED)

    @rule()
    def restart(self) -> None:
        self.store.close()
        self.store = Store(self.path)

    @rule(old=consumes(tickets))
    def forget(self, old) -> None:
        """Lets the machine draw on without asking for old tickets for ever."""

    def _end(self, ident: str, state: State) -> None:
        self.states[ident] = state
        self.here = {counter: t for counter, t in self.here.items() if t != ident}

    @invariant()
    def store_and_model_agree(self) -> None:
        if not hasattr(self, "store"):
            return
        self.store.read_now(self._compare)

    def _compare(self, c) -> None:
        listed = waiting.waiting_list(c, SITE)
        assert [t.id for t in listed] == self.order
        here = {counter: calling.current(c, SITE, counter) for counter in COUNTERS}
        assert {counter: t.id for counter, t in here.items() if t is not None} == self.here
        for queue in waiting.queues_now(c, SITE):
            kept = c.exec_driver_sql("SELECT waiting FROM queue WHERE id = ?", (queue.id,)).scalar_one()
            assert kept == queue.waiting == sum(t.queue_id == queue.id for t in listed)
        rows = c.exec_driver_sql(
            "SELECT t.id, t.state, count(i.step), sum(i.ended_ms IS NULL) FROM ticket t"
            " LEFT JOIN interval i ON i.ticket_id = t.id GROUP BY t.id"
        ).all()
        for ident, state, steps, running in rows:
            assert state == self.states[ident]
            assert steps >= 1
            assert running == (state in ACTIVE)
        seqs = c.exec_driver_sql("SELECT seq FROM event ORDER BY seq").scalars().all()
        assert list(seqs) == list(range(1, len(seqs) + 1)), "the feed has no gap"

    def teardown(self) -> None:
        if hasattr(self, "store"):
            self.store.close()
            self.folder.cleanup()


Hall.TestCase.settings = settings(max_examples=20, stateful_step_count=40, deadline=None)
TestHubQueueMachine = Hall.TestCase
