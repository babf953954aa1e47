"""What counters do, as rules of the queue machine: calling with and without answers, coming back, transfers, undoing.

The model counts the moves of each ticket: an act may be undone while nobody of it has moved since.
"""

from dataclasses import dataclass

from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, multiple, precondition, rule

from hub.counter import calling, returning, transfer, undo
from hub.counter.acts import UNDO_MS
from hub.counter.calling import Act, Done
from hub.errors import Code, Refused
from hub.store.enums import ACTIVE, TicketState

SITE = "s"
COUNTERS = {"all": ("A", "B"), "only_b": ("B",)}
COMMANDS = {
    "arrive": (calling.arrive, TicketState.IN_SERVICE),
    "no_show": (calling.no_show, TicketState.NO_SHOW),
    "back": (returning.back_to_the_list, TicketState.WAITING),
}
ANSWERS = (None, True, False)
counters = st.sampled_from(sorted(COUNTERS))
Stood = tuple[TicketState, str, int, int | None, str | None]
"""State, queue, moves, end, counter."""


@dataclass
class Deed:
    """An act of a counter: how tickets stood before and after, as the model counts their moves; None = not there."""

    op: str
    counter: str
    at: int
    before: dict[str, Stood | None]
    after: dict[str, int]
    rows: list[tuple[object, ...]]
    done: bool = True


class Counters(RuleBasedStateMachine):
    """The rules of counters; ``Hall`` has the model."""

    ops = Bundle("ops")

    def act(self, counter: str, op: str, ticket: str = "", here: bool | None = None, queue: str = "") -> Act:
        return Act(site=SITE, counter=counter, op=op, now_ms=self.tick(), ticket=ticket, was_here=here, queue=queue)

    def deed(self, op: str, counter: str, *idents: str) -> Deed:
        """What an act that begins now will change."""
        sits = {ident: at for at, ident in self.here.items()}
        before = {t: self._stood(t, sits.get(t)) if t in self.states else None for t in idents}
        return Deed(op, counter, 0, before, {}, self.rows(idents))

    def _stood(self, ident: str, at: str | None) -> Stood:
        return self.states[ident], self.queues[ident], self.moves[ident], self.ended_ms.get(ident), at

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
                    "SELECT id, state, queue_id, counter_id, calls, called_ms, ended_ms FROM ticket WHERE id = ?",
                    "SELECT ticket_id, step, kind, queue_id, counter_id, ended_ms FROM interval WHERE ticket_id = ?"
                    " ORDER BY step",
                )
            ]
            return [tuple(row) for rows in found for row in rows]

        return self.store.read_now(look)

    def busy(self, counter: str, wanted: bool) -> str:
        """A counter with somebody there, if one is wanted and there is one."""
        return counter if counter in self.here or not wanted else next(iter(self.here), counter)

    def end_of(self, here: str, answer: bool | None) -> TicketState | Code:
        """How whoever is at a counter ends by a clerk's word."""
        if self.states[here] is TicketState.IN_SERVICE:
            return Code.WRONG_STATE if answer is False else TicketState.DONE
        return Code.UNANSWERED if answer is None else TicketState.DONE if answer else TicketState.NO_SHOW

    @rule(
        target=ops,
        counter=counters,
        sees=st.booleans(),
        answer=st.sampled_from(ANSWERS),
    )
    def call_next(self, counter: str, sees: bool, answer: bool | None):
        """``sees`` = the page shows who is there, else it shows nobody."""
        self.count += 1
        op, here = f"op{self.count}", self.here.get(counter)
        answer = answer if here or not sees else None
        mine = [t for t in self.order if self.queues[t] in COUNTERS[counter]]
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
            assert isinstance(end, TicketState)
            self._end(here, end)
        if mine:
            self.here[counter] = mine[0]
            self.go(mine[0], TicketState.CALLED)
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

    @precondition(lambda self: self.here)
    @rule(counter=counters, word=st.sampled_from(sorted(COMMANDS)), busy=st.booleans())
    def command(self, counter: str, word: str, busy: bool) -> None:
        fn, to = COMMANDS[word]
        counter = self.busy(counter, busy)
        here = self.here.get(counter)
        served = here is not None and self.states[here] is TicketState.IN_SERVICE
        self._take(counter, fn, to, here is None or (served and to is not TicketState.WAITING))

    @precondition(lambda self: self.here)
    @rule(counter=counters, answer=st.sampled_from(ANSWERS), busy=st.booleans())
    def finish(self, counter: str, answer: bool | None, busy: bool) -> None:
        counter = self.busy(counter, busy)
        here = self.here.get(counter)
        end = self.end_of(here, answer) if here else Code.NO_CUSTOMER
        self._take(
            counter, calling.finish, TicketState.DONE if isinstance(end, Code) else end, isinstance(end, Code), answer
        )

    def _take(self, counter: str, fn, to: TicketState, refused: bool, answer: bool | None = None) -> None:
        self.count += 1
        here = self.here.get(counter, "")
        deed = self.deed(f"op{self.count}", counter, *filter(None, (here,)))
        found = self.do(fn, self.act(counter, deed.op, here, answer))
        assert isinstance(found, Refused if refused else Done)
        if refused:
            return
        if to is TicketState.IN_SERVICE:
            self.go(here, to)
        else:
            self._end(here, to)
        self.happened(deed)

    # --- transfers

    @precondition(lambda self: self.states)
    @rule(which=st.integers(0, 9), counter=counters, own=st.booleans(), queue=st.sampled_from(("A", "B", "gone")))
    def transfer(self, which: int, counter: str, own: bool, queue: str) -> None:
        """Somebody who waits, the counter's own visitor, or anybody of the last ten; twice, as a double click does."""
        counter = self.busy(counter, own)
        known = ([self.here[counter]] if own and counter in self.here else self.order or list(self.states))[-10:]
        ident = known[which % len(known)]
        self.count += 1
        deed = self.deed(f"op{self.count}", counter, ident)
        order = self.act(counter, deed.op, ident, queue=queue)
        found = self.do(transfer.transfer, order)
        mine = self.here.get(counter) == ident
        if queue in ("gone", self.queues[ident]) or not (mine or self.states[ident] is TicketState.WAITING):
            assert isinstance(found, Refused)
            return
        assert isinstance(found, Done)
        assert self.do(transfer.transfer, order) == found
        assert (found.ticket.label, found.ticket.queue_id) == (self.labels[ident], queue)
        self.here = {at: t for at, t in self.here.items() if t != ident}
        self.states[ident], self.queues[ident] = TicketState.WAITING, queue
        self.moves[ident] += 1
        self.happened(deed)

    # --- coming back, undoing

    def of_today(self, ident: str) -> bool:
        return self.day_of(ident) == self.day or (
            self.ended_today(ident) and self.states[ident] is not TicketState.EXPIRED
        )

    def ended_today(self, ident: str) -> bool:
        return self.ended_ms[ident] >= self.opened_ms[self.day]

    def day_of(self, ident: str) -> str:
        return self.given[ident]

    def is_a_double(self, ident: str) -> bool:
        return False

    def number_is_taken(self, ident: str) -> bool:
        """Somebody else has its number of ours now."""
        same = (t for t, label in self.labels.items() if label == self.labels[ident] and self.states[t] in ACTIVE)
        return "-" not in self.labels[ident] and any(t != ident for t in same)

    @precondition(lambda self: self.states)
    @rule(which=st.integers(0, 9), over=st.booleans(), counter=counters, to_me=st.booleans())
    def come_back(self, which: int, over: bool, counter: str, to_me: bool) -> None:
        ended = [t for t, state in self.states.items() if state in returning.ENDED] if over else []
        known = (ended or list(self.states))[-10:]
        ident = known[which % len(known)]
        self.count += 1
        deed = self.deed(f"op{self.count}", counter, ident)
        found = self.do(returning.to_me if to_me else returning.to_place, self.act(counter, deed.op, ident))
        over = self.states[ident] in returning.ENDED and self.of_today(ident) and not self.is_a_double(ident)
        if (to_me and counter in self.here) or not over or self.number_is_taken(ident):
            assert isinstance(found, Refused)
            return
        assert isinstance(found, Done)
        self.go(ident, TicketState.CALLED if to_me else TicketState.WAITING)
        if to_me:
            self.here[counter] = ident
        self.happened(deed)

    @precondition(lambda self: self.deeds)
    @rule(back=st.sampled_from((1, 1, 1, 2, 3)), twice=st.booleans())
    def undo(self, back: int, twice: bool) -> None:
        """One of the last acts, in whatever order."""
        if len(self.deeds) < back:
            return
        deed = self.deeds[-back]
        self.count += 1
        may = not deed.done or self._may_undo(deed)
        for _ in range(1 + twice):
            found = self.do(undo.undo, self.act(deed.counter, f"op{self.count}"), deed.op)
            assert isinstance(found, undo.Undone if may else Refused), (deed, found)
        if not may or not deed.done:
            return
        deed.done = False
        for ident, stood in deed.before.items():
            self._put_back(ident, stood)
        assert self.rows(deed.before) == deed.rows, "as if it had never been"

    def _may_undo(self, deed: Deed) -> bool:
        stands = all(self.moves.get(ident) == count for ident, count in deed.after.items())
        if not stands or not 0 <= self.now + 1 - deed.at <= UNDO_MS + undo.LATE_MS:
            return False  # too late, or of a time to come: the clock was set back
        for ident, stood in deed.before.items():
            if stood is None:
                if not self.may_be_forgotten(ident):
                    return False
                continue
            state, _, _, _, at = stood
            here = self.here.get(at) if at else None
            if (here is not None and here not in deed.before) or (state in ACTIVE and self.number_is_taken(ident)):
                return False
        return True

    def may_be_forgotten(self, ident: str) -> bool:
        return True

    def _put_back(self, ident: str, stood: Stood | None) -> None:
        self.here = {counter: t for counter, t in self.here.items() if t != ident}
        if stood is None:
            self.forgotten(ident)
            return
        self.states[ident], self.queues[ident], self.moves[ident], ended, at = stood
        if ended is not None:
            self.ended_ms[ident] = ended
        if at:
            self.here[at] = ident

    def forgotten(self, ident: str) -> None:
        """Only numbers brought in by hand are."""
        raise AssertionError(ident)

    @rule(seconds=st.integers(1, 15))
    def a_moment_later(self, seconds: int) -> None:
        self.tick(seconds * 1000)
