"""The same hall with terminals that number by themselves: slots, wiped disks, lost answers, outboxes told twice or
late, numbers brought in by hand. However it comes about: one visitor, one ticket, under the number on the paper."""

import os
from dataclasses import dataclass, field

import msgspec
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import invariant, rule

from hub.counter import manual_entry
from hub.counter.manual_entry import Brought, ManualEntry
from hub.errors import Refused
from hub.fleet import terminals
from hub.fleet.terminals import Known
from hub.hub_generation import of
from hub.reports import cancel
from hub.reports.apply import Teller, apply_all
from hub.site_time import local_date
from hub.store.enums import ACTIVE, Origin, TicketState
from hub.tickets import aliases, slots
from hub.tickets.issue import Issued
from kiosk.vocabulary.labels import Label
from kiosk.vocabulary.slips import Slip, service_mark, slip_text
from kiosk.wire import Op, TicketFact
from tests.property.test_hub_queue_machine import SERVICES, SITE, Hall, uuid

NAMES = ("t1", "t2", "t3")
Number = tuple[str, str]
"""Business day and label."""


@dataclass
class Terminal:
    """What a terminal has on its disk: slot and business day of the hub, counters, what it has not told."""

    generation: str
    slot: int = 0
    day: str = ""
    counters: dict[str, int] = field(default_factory=dict)
    outbox: list[TicketFact] = field(default_factory=list)

    def hear(self, day: str) -> None:
        if day > self.day:
            self.day = day
            self.counters = {}


def label_of(fact: TicketFact) -> str:
    return str(Label(fact.series, fact.slot, fact.n))


def op_of(fact: TicketFact) -> Op:
    ident = uuid(0xE_0000_0000 + int(fact.id[-8:], 16))
    return Op(op=ident, lane=fact.id, kind="ticket", body=msgspec.Raw(msgspec.json.encode(fact)))


class OfflineHall(Hall):
    """More of the model: which ticket an id stands for, and who has which number of which day."""

    def found(self) -> None:
        super().found()
        self.terminals: dict[str, Terminal] = {}
        self.stands_for: dict[str, str] = {}
        self.holders: dict[Number, str] = {}
        self.placeholders: set[str] = set()
        self.scanned: set[str] = set()
        self.answers: dict[str, str] = {}
        self.given_on: dict[str, str] = {}
        self.used: dict[tuple[str, int], str] = {}
        for name in NAMES:
            assert self.do(terminals.add_terminal, SITE, name, name, self.now) is None
            self.wipe(name)

    # --- slots

    @rule(name=st.sampled_from(NAMES))
    def wipe(self, name: str) -> None:
        """A fresh database; what it had not told is on paper only."""
        self.count += 1
        self.terminals[name] = Terminal(f"{self.count:032x}")
        self.join(name)

    @rule(name=st.sampled_from(NAMES))
    def join(self, name: str) -> None:
        terminal = self.terminals[name]
        joined = self.do(
            slots.join,
            slots.Wanted(site=SITE, terminal=name, generation=terminal.generation, machine=name, now_ms=self.tick()),
        )
        self.open_day()
        assert isinstance(joined, slots.Joined), joined
        assert joined.day == self.day
        assert terminal.slot in (0, joined.slot), "the same database, the same slot"
        owner = self.used.setdefault((self.day, joined.slot), terminal.generation)
        assert owner == terminal.generation, "no slot for two databases on one day"
        terminal.slot = joined.slot
        terminal.hear(joined.day)

    # --- visitors while the hub is away

    @rule(
        name=st.sampled_from(NAMES),
        service=st.sampled_from(sorted(SERVICES)),
        asked=st.booleans(),
    )
    def tap(self, name: str, service: str, asked: bool) -> None:
        """Nobody answered in time. ``asked`` = the request had reached the hub all the same."""
        terminal, series = self.terminals[name], SERVICES[service]
        self.count += 1
        ident = uuid(self.count)
        if asked:
            self._answer_is_lost(ident, service)
        n = terminal.counters[series] = terminal.counters.get(series, 0) + 1
        terminal.outbox.append(
            TicketFact(
                id=ident,
                service=service,
                series=series,
                slot=terminal.slot,
                n=n,
                business_day=terminal.day,
                arrival_ms=self.tick(),
            )
        )

    def _answer_is_lost(self, ident: str, service: str) -> None:
        answer = self.ask(ident, service)
        if isinstance(answer, Issued):
            self.open_day()
            self.wait(ident, answer.ticket.label, answer.ticket.arrival_ms)
            self.stands_for[ident] = ident
            self.given[ident] = self.given_on[ident] = self.day

    @rule(asked=st.booleans())
    def give_back(self, asked: bool) -> None:
        """The intent is cancelled before there was a number; its request arrives before that, or late."""
        self.count += 1
        ident = uuid(self.count)
        if asked:
            self._answer_is_lost(ident, "one")
        assert self.do(cancel.cancel, SITE, ident, self.tick()) is TicketState.CANCELLED
        if ident in self.states:
            self._end(ident, TicketState.CANCELLED)
        assert isinstance(self.ask(ident, "one"), Refused), "no ghost"

    # --- the outbox

    @rule(name=st.sampled_from(NAMES), many=st.integers(1, 4), twice=st.booleans(), lost=st.booleans())
    def tell(self, name: str, many: int, twice: bool, lost: bool) -> None:
        """Tell the oldest; ``twice`` = the network doubles the request, ``lost`` = no answer comes back."""
        terminal = self.terminals[name]
        facts = terminal.outbox[:many]
        for fact in facts:
            if fact.id not in self.answers:
                self.answers[fact.id] = self._told(fact)
        wanted = [(op_of(fact).op, 200, self.answers[fact.id]) for fact in facts]
        for _ in range(1 + twice):
            answers = self._sync(name, facts)
            assert [(answer.op, answer.status, answer.code) for answer in answers] == wanted
        if not lost:
            terminal.outbox = terminal.outbox[len(facts) :]
            terminal.hear(self.day)

    def _sync(self, name: str, facts: list[TicketFact]):
        teller = Teller(Known(SITE, name, name), self.tick(), self._token)
        return self.do(apply_all, teller, tuple(map(op_of, facts)))

    def _token(self) -> str:
        self.count += 1
        return f"{self.count:032x}"

    def _told(self, fact: TicketFact) -> str:
        """What the rules promise for a fact that is new to them; the model changes as they say."""
        ident, number = fact.id, (fact.business_day, label_of(fact))
        known = self.stands_for.get(ident)
        if known is None:
            return self._new_or_merged(fact, number)
        if self.labels[known] == number[1]:
            if known in self.scanned:
                self._learn(known, number, fact.arrival_ms)
            return "known"
        twin = self._twin(number, self._waits(fact))
        if self.given_on[known] == self.day:
            self.void.add(self.labels[known])
        if twin is None:
            self._relabel(known, number)
            return "relabelled"
        arrival = self.places[known][0]
        self._end_double(known)
        self.stands_for[ident] = twin
        self._learn(twin, number, arrival)
        return "merged"

    def _new_or_merged(self, fact: TicketFact, number: Number) -> str:
        waits = self._waits(fact)
        twin = self._twin(number, waits)
        if twin is not None:
            self.stands_for[fact.id] = twin
            self._learn(twin, number, fact.arrival_ms)
            return "merged"
        self._insert(fact.id, number, fact.arrival_ms)
        if not waits:
            self._end(fact.id, TicketState.EXPIRED)
        return "new"

    def _waits(self, fact: TicketFact) -> bool:
        """Whether its visitor may still be here."""
        return fact.business_day == self.day or local_date(fact.arrival_ms, "Europe/Berlin") >= self.day

    def _insert(self, ident: str, number: Number, arrival: int) -> None:
        self.wait(ident, number[1], arrival)
        self.stands_for[ident] = ident
        self.holders[number] = ident

    def _twin(self, number: Number, waits: bool) -> str | None:
        found = self.holders.get(number)
        if found is None and waits:
            found = self.holders.get((self.day, number[1]))
            found = found if found in self.placeholders else None
        assert found is None or found in self.placeholders, "two visitors with one number"
        return found

    def _learn(self, ticket: str, number: Number, arrival: int) -> None:
        self.placeholders.discard(ticket)
        self.scanned.discard(ticket)
        self.holders = {n: t for n, t in self.holders.items() if t != ticket} | {number: ticket}
        self.places[ticket] = (arrival, *self.places[ticket][1:])

    def _relabel(self, ticket: str, number: Number) -> None:
        self.stand_at(ticket, number[1], self.places[ticket][0])
        if self.states[ticket] is TicketState.NO_SHOW:
            self.go(ticket, TicketState.WAITING)
        self.holders[number] = ticket

    def _end_double(self, ticket: str) -> None:
        ends = {
            TicketState.WAITING: TicketState.VOID,
            TicketState.CALLED: TicketState.CANCELLED,
            TicketState.NO_SHOW: TicketState.EXPIRED,
        }
        if self.states[ticket] in ends:
            self._end(ticket, ends[self.states[ticket]])

    def day_of(self, ident: str) -> str:
        return next((day for (day, _), ticket in self.holders.items() if ticket == ident), "") or self.given[ident]

    def is_a_double(self, ident: str) -> bool:
        return self.stands_for.get(ident, ident) != ident

    def may_be_forgotten(self, ident: str) -> bool:
        return ident in self.placeholders

    def forgotten(self, ident: str) -> None:
        for known in (self.states, self.queues, self.moves, self.labels, self.places, self.stands_for):
            del known[ident]
        self.placeholders.discard(ident)
        self.holders = {number: ticket for number, ticket in self.holders.items() if ticket != ident}

    # --- by hand

    @rule(name=st.sampled_from(NAMES), which=st.integers(0, 5), origin=st.sampled_from([Origin.TYPED, Origin.EXPECTED]))
    def bring_number(self, name: str, which: int, origin: Origin) -> None:
        """The number of one of the terminal's visitors, or the next one that nobody has yet."""
        terminal = self.terminals[name]
        numbers = [label_of(fact) for fact in terminal.outbox] or [str(Label("A", terminal.slot, 1))]
        label = numbers[which % len(numbers)]
        self._bring(label, origin, self._with_label(label))

    def _with_label(self, label: str) -> str | None:
        days = {ticket: day for (day, _), ticket in self.holders.items()}
        had = [t for t, kept in self.labels.items() if kept == label]
        in_use = [t for t in had if self.states[t] in ACTIVE]
        if in_use:
            return max(in_use, key=lambda ticket: days[ticket])
        if today := self.holders.get((self.day, label)):
            return today
        came = [t for t in had if self.states[t] in manual_entry.CAME and self.ended_today(t)]
        return max(came, key=lambda ticket: days[ticket], default=None)

    def _bring(self, text: str, origin: Origin, known: str | None) -> None:
        self.count += 1
        wish = ManualEntry(
            site=SITE,
            op=f"bring-{self.count}",
            text=text,
            id=uuid(0xB_0000_0000 + self.count),
            token=self._token(),
            now_ms=self.tick(),
            origin=origin,
            counter="all",
        )
        deed = self.deed(wish.op, "all", wish.id)
        found = self.do(manual_entry.bring, wish)
        assert self.do(manual_entry.bring, wish) == found, "a double click"
        assert isinstance(found, Brought), found
        assert found.fresh == (known is None)
        assert found.ticket.id == (known or wish.id)
        if known is None:
            assert found.ticket.arrival_ms <= self.now
            self._insert(wish.id, (self.day, text), found.ticket.arrival_ms)
            self.placeholders.add(wish.id)
            self.happened(deed)

    @rule(name=st.sampled_from(NAMES), which=st.integers(0, 5))
    def read_slip(self, name: str, which: int) -> None:
        """A visitor's slip is read at a desk, before or after its terminal told of it."""
        outbox = self.terminals[name].outbox
        if not outbox:
            return
        fact = outbox[which % len(outbox)]
        if fact.id in self.answers or fact.id in self.stands_for:
            return
        if local_date(fact.arrival_ms, "Europe/Berlin") < self.day and fact.business_day < self.day:
            return
        arrival = fact.arrival_ms // 1000 * 1000
        number = (fact.business_day, label_of(fact))
        twin = self._twin(number, waits=True)
        slip = Slip(
            id=fact.id,
            label=Label(fact.series, fact.slot, fact.n),
            business_day=fact.business_day,
            arrival_s=arrival // 1000,
            service=service_mark(fact.service),
        )
        found = self._read(slip_text(slip, self.store.read_now(lambda c: of(c, SITE)).slip_key))
        assert found.fresh == (twin is None)
        if twin is None:
            self._insert(fact.id, number, arrival)
        else:
            self.stands_for[fact.id] = twin
            self._learn(twin, number, arrival)
        self.scanned.add(self.stands_for[fact.id])

    def _read(self, text: str) -> Brought:
        self.count += 1
        wish = ManualEntry(
            site=SITE, op=f"read-{self.count}", text=text, id=uuid(0), token=self._token(), now_ms=self.tick()
        )
        found = self.do(manual_entry.bring, wish)
        assert isinstance(found, Brought), found
        return found

    @invariant()
    def every_id_leads_to_its_ticket(self) -> None:
        if not hasattr(self, "used"):
            return

        def compare(c) -> None:
            for ident, ticket in self.stands_for.items():
                found = aliases.find(c, SITE, ident)
                assert found is not None
                assert (found.id, found.label) == (ticket, self.labels[ticket])

        self.store.read_now(compare)

    @invariant()
    def who_was_told_of_is_called_by_the_number_on_the_paper(self) -> None:
        for terminal in getattr(self, "terminals", {}).values():
            for fact in terminal.outbox:
                if fact.id in self.answers:
                    assert self.labels[self.stands_for[fact.id]] == label_of(fact)


FULL = os.environ.get("KIOSK_TEST_SIZE") == "full"
OfflineHall.TestCase.settings = settings(
    max_examples=100 if FULL else 15, stateful_step_count=80 if FULL else 40, deadline=None
)
TestHubOfflineMachine = OfflineHall.TestCase
