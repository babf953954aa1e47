"""The small world whole: visitors with their slips, terminals, counters, hub and network on one virtual clock.

The town knows the truth (who holds which slip, who was served) and looks at every step that paper moves and a number
is called; ``world_checks`` compares the whole with the hub.
"""

import random
from collections import deque
from collections.abc import Callable

from hub.counter import calling, manual_entry, returning, undo
from hub.counter.calling import Act, Done
from hub.counter.manual_entry import Brought, ManualEntry
from hub.errors import Refused
from hub.operations.restore import ABOVE
from hub.store.enums import Origin, TicketState
from hub.tickets.business_day import open_day
from hub.tickets.model import Ticket
from hub.tickets.slots import slots_now
from hub.tickets.waiting import waiting_list
from kiosk import wire
from kiosk.vocabulary.tickets import Numbered, PaperState
from tests.world.world_hub import COUNTERS, SITE, TERMINALS, Hub, Time
from tests.world.world_net import Fate, Line, Net
from tests.world.world_terminal import Terminal
from tests.world.world_visitor import Mishap, Stop, Visitor

SURE_MS = 3 * 3600 * 1000
"""After so long without contact a crystal may be off by half a second."""
STAYS_MS = 16 * 3600 * 1000
"""After so long a visitor has gone home."""


class Town:
    """``choose`` gives the fate of each request; ``draw`` is for what nobody decides (jitter, drift)."""

    def __init__(self, choose: Callable[[], Fate], draw: random.Random, terminals: int = 3) -> None:
        self.time, self.draw = Time(), draw
        self.hub = Hub(self.time)
        self.net = Net(self.time, self.hub, choose, self._meanwhile)
        self._made = 0
        names = TERMINALS[:terminals]
        self.terminals = {n: Terminal(n, self.time, self._line, self.new_id, draw) for n in names}
        self.visitors: dict[str, Visitor] = {}
        self.recent: deque[str] = deque(maxlen=30)
        """Ids of those who came last."""
        self.slips: dict[tuple[str, str], Visitor] = {}
        """By (business day, number): what is on paper."""
        self.holders: dict[str, list[Visitor]] = {}
        """By number: whoever may come when it is called."""
        self.at_counter: dict[str, Visitor | None] = dict.fromkeys(COUNTERS)
        self.since_ms = 0
        """Older rows of the hub are not looked at any more."""
        self.earned: set[str] = set()
        """Alarms that must stand."""

    def new_id(self) -> str:
        self._made += 1
        return f"0193aaaa-0000-7000-8000-{self._made:012x}"

    @property
    def day(self) -> str:
        return self.hub.do(open_day, SITE) or ""

    # What visitors do.

    def tap(self, terminal: str, service: str, stop: Stop = Stop.NEVER, printed: bool = True) -> Visitor:
        """One visit, from the tap to the paper."""
        at = self.terminals[terminal]
        sure = at.outside.clock.now().sure and self.time.ms - at.heard_ms < SURE_MS
        ident = self.new_id()
        visitor = Visitor(ident, terminal, at.disk, service, self.time.ms, sure, self.hub.life)
        self.visitors[ident] = visitor
        self.recent.append(ident)
        intent = at.intend(ident, service)
        if stop is Stop.ASKING:
            at.send(intent)
        if stop in (Stop.INTENT, Stop.ASKING):
            return self._power_cut(visitor)
        numbered = at.ask(intent)
        visitor.gone = numbered is None
        if stop is Stop.ASKED or numbered is None:
            return self._power_cut(visitor) if stop is not Stop.NEVER else visitor
        assert at.keep(numbered), f"{numbered} was not kept"
        if stop is Stop.NUMBERED:
            return self._power_cut(visitor)
        self._hand_out(visitor, numbered)
        if stop is Stop.PAPER:
            return self._power_cut(visitor)
        at.paper(ident, PaperState.PRINTED if printed else PaperState.SCREEN_ONLY)
        return visitor

    def give_back(self, visitor: Visitor) -> None:
        """At the terminal that gave the number."""
        at = self.terminals[visitor.terminal]
        if visitor.waits and at.disk == visitor.disk and visitor not in self.at_counter.values():
            at.give_back(visitor.id)
            visitor.gone = True

    def carry(self, visitor: Visitor, terminal: str) -> None:
        """The visitor holds the slip before the scanner of another terminal."""
        if visitor.waits and visitor.number and visitor.number.slip_code:
            self.terminals[terminal].scan(visitor.number.slip_code, visitor.id)

    def forget_visitors(self) -> None:
        """Everybody has gone home; what is on the slips of closed days is nobody's business any more."""
        self.since_ms = self.time.ms
        self.visitors.clear()
        self.holders.clear()
        self.slips.clear()
        self.recent.clear()
        self.at_counter = dict.fromkeys(COUNTERS)

    def _hand_out(self, visitor: Visitor, numbered: Numbered) -> None:
        other = self.slips.setdefault((numbered.business_day, str(numbered.label)), visitor)
        assert other is visitor, f"{numbered.label} of {numbered.business_day} is on two slips: {other}, {visitor}"
        visitor.number = numbered
        self.holders.setdefault(str(numbered.label), []).append(visitor)

    # What staff do.

    def next(self, counter: str, mishap: Mishap = Mishap.NONE) -> None:
        """Finish with whoever is here, call the next; whoever holds that number comes."""
        if self.hub.down:
            return
        self._let_go(counter)
        act = self._act(counter)
        done = self.hub.do(calling.call_next, act)
        if mishap is Mishap.WRONG_KEY and isinstance(done, Done):
            self._undo(counter, act.op, done.ticket)
            done = self.hub.do(calling.call_next, self._act(counter))
        if not isinstance(done, Done):
            self.at_counter[counter] = None
            return
        visitor = self._comes(done.ticket)
        if mishap is Mishap.LATE and visitor is not None:
            self._comes_late(counter, done.ticket, visitor)
            return
        self.at_counter[counter] = visitor
        if visitor is not None:
            visitor.served_life = self.hub.life

    def _let_go(self, counter: str) -> None:
        here = self.hub.do(calling.current, SITE, counter)
        if here is None:
            return
        stands, self.at_counter[counter] = self.at_counter[counter], None
        number = stands.number if stands else None
        came = number is not None and number.label == here.number
        if not came and (late := self._comes(here)):  # the number came out while it stood on the sign
            late.served_life, came = self.hub.life, True
        ended = self.hub.do(calling.finish, self._act(counter, here.id, came))
        assert isinstance(ended, Done), ended

    def _undo(self, counter: str, op: str, called: Ticket) -> None:
        """The wrong key: whoever was called is first in line again, and called by nobody."""
        undone = self.hub.do(undo.undo, self._act(counter), op)
        assert isinstance(undone, undo.Undone), undone
        assert self.hub.do(calling.current, SITE, counter) is None
        (first,) = self.hub.do(waiting_list, SITE, counter, 1)
        assert (first.id, first.arrival_ms, first.calls) == (called.id, called.arrival_ms, called.calls - 1)

    def _comes_late(self, counter: str, called: Ticket, visitor: Visitor) -> None:
        """Called in vain, the visitor shows the slip and stands at the old place."""
        number = visitor.number
        assert number is not None
        missed = self.hub.do(calling.no_show, self._act(counter, called.id))
        assert isinstance(missed, Done), missed
        self.at_counter[counter] = None
        found = self.bring(number.slip_code or str(number.label))
        assert isinstance(found, Brought), found
        assert found.ticket.id == called.id, f"{called.label} came late, {found.ticket.label} found"
        if found.ticket.state is TicketState.NO_SHOW:
            back = self.hub.do(returning.to_place, self._act(counter, called.id))
            assert isinstance(back, Done), back
        waits = {each.id for each in self.hub.do(waiting_list, SITE)}
        assert called.id in waits, f"{called.label} came late and does not wait"

    def _comes(self, called: Ticket) -> Visitor | None:
        """Who gets up when this number is called. Nobody is called again who was served in this life of the hub."""
        exact = self.slips.get((called.day, called.label))
        if exact is not None and exact.served_life == self.hub.life:
            raise AssertionError(f"{called.label} of {called.day} is called twice: {exact}")
        if exact is not None and exact.waits:
            return exact
        here = self.time.ms - STAYS_MS
        return next((each for each in self.holders.get(called.label, ()) if each.waits and each.tap_ms > here), None)

    def bring(self, text: str, origin: Origin = Origin.TYPED) -> Brought | Refused:
        """Somebody at a desk types a number, reads a slip, or adds the next number of a silent terminal."""
        wish = ManualEntry(
            site=SITE,
            op=self.new_id(),
            text=text,
            id=self.new_id(),
            token=self.hub.draw(),
            now_ms=self.time.ms,
            origin=origin,
        )
        return self.hub.do(manual_entry.bring, wish)

    def show(self, visitor: Visitor, typed: bool) -> None:
        """A visitor shows the slip at a desk, where it is read, or typed (only a slip of today)."""
        number = visitor.number
        if self.hub.down or not visitor.waits or number is None or (typed and number.business_day != self.day):
            return
        found = self.bring(str(number.label) if typed else number.slip_code)
        if isinstance(found, Brought) and number.business_day == self.day:
            assert found.ticket.number == number.label, f"{number.label} was shown, {found.ticket.label} found"

    def add_expected(self, terminal: str, series: str) -> None:
        """Staff call blind: the next number that a silent terminal must have given."""
        slot = 0 if self.hub.down else self.hub.do(slots_now, SITE).get(terminal, 0)
        if slot:
            (label,) = self.hub.do(manual_entry.expected, SITE, self.day, slot, (series,))
            self.bring(str(label), Origin.EXPECTED)

    def _act(self, counter: str, ticket: str = "", here: bool | None = None) -> Act:
        now_ms = self.time.ms
        return Act(site=SITE, counter=counter, op=self.new_id(), now_ms=now_ms, ticket=ticket, was_here=here)

    # What happens to machines.

    def crash(self, terminal: str, reboot: bool = False) -> None:
        """The program dies and starts again. A number without paper is in nobody's hand."""
        self.terminals[terminal].start(reboot)

    def _power_cut(self, visitor: Visitor) -> Visitor:
        """A number that is durable waits though nobody has it; an intent is given back at the start."""
        at = self.terminals[visitor.terminal]
        self.crash(visitor.terminal)
        if visitor.number is None:
            visitor.gone = True
            if at.state_of(visitor.id) == "numbered":
                visitor.excuse = "no paper"
        return visitor

    def wipe(self, terminal: str) -> None:
        """The disk is replaced: lost is what only it knew - it was not told yet, or not again to a restored hub."""
        at = self.terminals[terminal]
        owed = {lane for (lane,) in at.rows("SELECT DISTINCT lane FROM outbox")}
        told_again = at.standing.hub_generation == self.hub.generation
        for visitor in self.visitors.values():
            ours = (visitor.terminal, visitor.disk) == (terminal, at.disk)
            if visitor.id in owed or (ours and not told_again and visitor.life != self.hub.life):
                visitor.excuse = "wiped"
        at.new_disk()
        at.start()

    def restore(self) -> None:
        """The hub begins another life on its backup. What no terminal can tell again is lost."""
        if not self.hub.saved_ms:
            return
        given = self.hub.rows("SELECT coalesce(max(n), 0) FROM ticket WHERE slot = 0 AND day = ?", self.day)[0][0]
        self.hub.restore(max(ABOVE, given))
        self.hub.saved_ms = (
            0  # the same copy twice: nobody knows what the life between has given (docs/number-protocol.md)
        )
        for visitor in self.visitors.values():
            at = self.terminals[visitor.terminal]
            day = visitor.number.business_day if visitor.number else ""
            if (at.disk, at.standing.business_day) != (visitor.disk, day):
                visitor.excuse = visitor.excuse or "restored"

    def _meanwhile(self, terminal: str, path: str) -> None:
        """While an answer is on its way: a heartbeat during the asking, a visit during heartbeat or sync."""
        chosen, self.net.choose = self.net.choose, lambda: Fate.FINE
        if path == wire.TICKETS:
            self.terminals[terminal].beat()
        else:
            self._visit_unheard(terminal)
        self.net.choose = chosen

    def _visit_unheard(self, terminal: str) -> None:
        """A number that the hub hears nothing of yet; every third is given back."""
        cut, self.net.cut = self.net.cut, {*self.net.cut, terminal}
        visitor = self.tap(terminal, "ausweis")
        if len(self.visitors) % 3 == 0:
            self.give_back(visitor)
        self.net.cut = cut

    def _line(self, terminal: str) -> Line:
        return Line(self.net, terminal)
