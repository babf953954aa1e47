"""The queue rules against a small model, under random commands, double sends, undoing, day changes and restarts."""

import tempfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, initialize, invariant, multiple, rule

from hub.queues import calling, days, handing_back, house, returning, undoing, waiting
from hub.queues.acts import UNDO_MS
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
    "no_show": (calling.no_show, State.NO_SHOW),
    "back": (returning.back_to_the_list, State.WAITING),
}
ANSWERS = (None, True, False)


@dataclass
class Deed:
    """An act of a counter: how tickets stood before and after, as the model counts their moves; None = not there."""

    op: str
    counter: str
    at: int
    before: dict[str, tuple[State, int, str | None] | None]
    after: dict[str, int]
    rows: list[tuple[object, ...]]
    done: bool = True


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
        self.moves: dict[str, int] = {}
        self.given: dict[str, str] = {}
        self.ended_on: dict[str, str] = {}
        self.deeds: list[Deed] = []
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
        self.stand_at(ident, label, arrival)
        self.go(ident, State.WAITING)

    def stand_at(self, ident: str, label: str, arrival: int) -> None:
        number = parse_label(label)
        assert number is not None
        self.labels[ident] = label
        self.places[ident] = (arrival, number.slot, number.n, number.series)

    def go(self, ident: str, state: State) -> None:
        """Into a state, which is a move if it is another one."""
        self.moves[ident] = self.moves.get(ident, 0) + (self.states.get(ident) is not state)
        self.states[ident] = state
        if state not in ACTIVE:
            self.ended_on[ident] = self.day

    def open_day(self) -> None:
        self.day = self.day or days.local_date(self.now, "Europe/Berlin")

    @rule(target=tickets, service=st.sampled_from(sorted(SERVICES)))
    def draw(self, service: str):
        self.count += 1
        ident = uuid(self.count)
        taken = self.taken(SERVICES[service])
        before = sum(self.labels[t][0] == SERVICES[service] for t in self.order)
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
        self.given[ident] = self.day
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

    # --- what counters do

    def act(self, counter: str, op: str, ticket: str = "", here: bool | None = None) -> Act:
        return Act(site=SITE, counter=counter, op=op, now_ms=self.tick(), ticket=ticket, was_here=here)

    def deed(self, op: str, counter: str, *idents: str) -> Deed:
        """What an act that begins now will change."""
        sits = {ident: at for at, ident in self.here.items()}
        before = {t: (self.states[t], self.moves[t], sits.get(t)) if t in self.states else None for t in idents}
        return Deed(op, counter, 0, before, {}, self.rows(idents))

    def happened(self, deed: Deed) -> None:
        deed.at, deed.after = self.now, {ident: self.moves[ident] for ident in deed.before}
        self.deeds.append(deed)

    def rows(self, idents) -> list[tuple[object, ...]]:
        """All that the hub keeps of these tickets but for what their terminals may tell of them."""

        def look(c):
            found = [
                c.exec_driver_sql(sql, (ident,)).all()
                for ident in idents
                for sql in (
                    "SELECT id, state, counter_id, calls, called_ms, ended_ms FROM ticket WHERE id = ?",
                    "SELECT ticket_id, step, kind, queue_id, counter_id, ended_ms FROM interval WHERE ticket_id = ?"
                    " ORDER BY step",
                )
            ]
            return [tuple(row) for rows in found for row in rows]

        return self.store.read_now(look)

    def end_of(self, here: str, answer: bool | None) -> State | Code:
        """How whoever is at a counter ends by a clerk's word."""
        if self.states[here] is State.IN_SERVICE:
            return Code.WRONG_STATE if answer is False else State.DONE
        return Code.UNANSWERED if answer is None else State.DONE if answer else State.NO_SHOW

    @rule(
        target=ops,
        counter=st.sampled_from(sorted(COUNTERS)),
        sees=st.booleans(),
        answer=st.sampled_from(ANSWERS),
    )
    def call_next(self, counter: str, sees: bool, answer: bool | None):
        """``sees`` = the page shows who is there, else it shows nobody."""
        self.count += 1
        op, here = f"op{self.count}", self.here.get(counter)
        mine = [t for t in self.order if self.labels[t][0] in COUNTERS[counter]]
        end = self.end_of(here, answer) if here else None
        deed = self.deed(op, counter, *filter(None, (here, *mine[:1])))
        seen = here if here and sees else ""
        found = self.do(calling.call_next, self.act(counter, op, seen, answer))
        refused = None
        if here is None and answer is not None:
            refused = Code.NO_CUSTOMER
        elif here and not sees:
            refused = Code.COUNTER_BUSY
        elif isinstance(end, Code):
            refused = end
        elif not mine and answer is None:
            refused = Code.NOBODY_WAITS
        if refused:
            assert isinstance(found, Refused)
            assert found.code is refused
            return multiple()
        assert isinstance(found, Done)
        assert found.ticket.id == (mine[0] if mine else here), "strict order of arrival"
        if here:
            assert isinstance(end, State)
            self._end(here, end)
        if mine:
            self.here[counter] = mine[0]
            self.go(mine[0], State.CALLED)
        self.happened(deed)
        self.told[op] = found.ticket.id
        return (op, counter)

    @rule(op=ops)
    def click_again(self, op) -> None:
        """The same answer, no effect, also when the act was undone."""
        ident, counter = op
        answer = self.do(calling.call_next, self.act(counter, ident))
        assert isinstance(answer, Done)
        assert answer.ticket.id == self.told[ident]

    @rule(counter=st.sampled_from(sorted(COUNTERS)), word=st.sampled_from(sorted(COMMANDS)))
    def command(self, counter: str, word: str) -> None:
        fn, to = COMMANDS[word]
        here = self.here.get(counter)
        served = here is not None and self.states[here] is State.IN_SERVICE
        self._take(counter, fn, to, here is None or (served and to is not State.WAITING))

    @rule(counter=st.sampled_from(sorted(COUNTERS)), answer=st.sampled_from(ANSWERS))
    def finish(self, counter: str, answer: bool | None) -> None:
        here = self.here.get(counter)
        end = self.end_of(here, answer) if here else Code.NO_CUSTOMER
        self._take(counter, calling.finish, State.DONE if isinstance(end, Code) else end, isinstance(end, Code), answer)

    def _take(self, counter: str, fn, to: State, refused: bool, answer: bool | None = None) -> None:
        self.count += 1
        here = self.here.get(counter, "")
        deed = self.deed(f"op{self.count}", counter, *filter(None, (here,)))
        found = self.do(fn, self.act(counter, deed.op, here, answer))
        assert isinstance(found, Refused if refused else Done)
        if refused:
            return
        if to is State.IN_SERVICE:
            self.go(here, to)
        else:
            self._end(here, to)
        self.happened(deed)

    # --- coming back, undoing

    def of_today(self, ident: str) -> bool:
        return self.day_of(ident) == self.day or (
            self.ended_on.get(ident) == self.day and self.states[ident] is not State.EXPIRED
        )

    def day_of(self, ident: str) -> str:
        return self.given[ident]

    def is_a_double(self, ident: str) -> bool:
        return False

    def number_is_taken(self, ident: str) -> bool:
        """Somebody else has its number of ours now."""
        same = (t for t, label in self.labels.items() if label == self.labels[ident] and self.states[t] in ACTIVE)
        return "-" not in self.labels[ident] and any(t != ident for t in same)

    @rule(ticket=tickets, counter=st.sampled_from(sorted(COUNTERS)), to_me=st.booleans())
    def come_back(self, ticket, counter: str, to_me: bool) -> None:
        ident, _ = ticket
        self.count += 1
        deed = self.deed(f"op{self.count}", counter, ident)
        found = self.do(returning.to_me if to_me else returning.to_place, self.act(counter, deed.op, ident))
        over = self.states[ident] in returning.ENDED and self.of_today(ident) and not self.is_a_double(ident)
        if (to_me and counter in self.here) or not over or self.number_is_taken(ident):
            assert isinstance(found, Refused)
            return
        assert isinstance(found, Done)
        self.go(ident, State.CALLED if to_me else State.WAITING)
        if to_me:
            self.here[counter] = ident
        self.happened(deed)

    @rule(back=st.integers(1, 3), twice=st.booleans())
    def undo(self, back: int, twice: bool) -> None:
        """One of the last acts, in whatever order."""
        if len(self.deeds) < back:
            return
        deed = self.deeds[-back]
        self.count += 1
        may = not deed.done or self._may_undo(deed)
        for _ in range(1 + twice):
            found = self.do(undoing.undo, self.act(deed.counter, f"op{self.count}"), deed.op)
            assert isinstance(found, undoing.Undone if may else Refused), (deed, found)
        if not may or not deed.done:
            return
        deed.done = False
        for ident, stood in deed.before.items():
            self._put_back(ident, stood)
        assert self.rows(deed.before) == deed.rows, "as if it had never been"

    def _may_undo(self, deed: Deed) -> bool:
        stands = all(self.moves.get(ident) == count for ident, count in deed.after.items())
        if not stands or self.now + 1 - deed.at > UNDO_MS + undoing.LATE_MS:
            return False
        for ident, stood in deed.before.items():
            if stood is None:
                if not self.may_be_forgotten(ident):
                    return False
                continue
            state, _, at = stood
            here = self.here.get(at) if at else None
            if (here is not None and here not in deed.before) or (state in ACTIVE and self.number_is_taken(ident)):
                return False
        return True

    def may_be_forgotten(self, ident: str) -> bool:
        return True

    def _put_back(self, ident: str, stood: tuple[State, int, str | None] | None) -> None:
        self.here = {counter: t for counter, t in self.here.items() if t != ident}
        if stood is None:
            self.forgotten(ident)
            return
        self.states[ident], self.moves[ident], at = stood
        if at:
            self.here[at] = ident

    def forgotten(self, ident: str) -> None:
        """Only numbers brought in by hand are."""
        raise AssertionError(ident)

    @rule(seconds=st.integers(1, 15))
    def a_moment_later(self, seconds: int) -> None:
        self.tick(seconds * 1000)

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
