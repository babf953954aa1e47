"""A machine beside the session goes on when the visitor is gone, a page has a bug, the program is started anew."""

import logging
from collections.abc import Sequence

import pytest

from kiosk.core import WorldChanged
from kiosk.session.lasting import LastingEvent, LastingMachine, checked, known
from kiosk.session.model import Lasting, World
from kiosk.view import Screen, View
from kiosk.vocabulary import effects, events, intents
from kiosk.vocabulary.effects import Effect
from kiosk.vocabulary.events import Event
from tests.flows.halls import Hall
from tests.flows.visits import Visit

SILENT_S = 90.0


class Charging(Lasting, frozen=True, kw_only=True):
    """A card is being charged, or was."""

    id: str = ""
    since: float = 0.0
    outcome: str = ""

    @property
    def busy(self) -> bool:
        return self.id != "" and self.outcome == ""


class Charge(LastingEvent, frozen=True):
    id: str


class Charged(LastingEvent, frozen=True):
    id: str
    outcome: str


class JournalFound(LastingEvent, frozen=True):
    id: str
    outcome: str


class ReadJournal(Effect, frozen=True):
    pass


class Send(Effect, frozen=True):
    id: str


class Keep(Effect, frozen=True):
    id: str
    outcome: str


def step(before: Lasting, event: Event, facts: World) -> tuple[Lasting, tuple[Effect, ...]]:
    assert isinstance(before, Charging)
    match event:
        case Charge(id="bug"):
            raise RuntimeError("bug")
        case Charge(id=ident) if not before.busy:
            return Charging(id=ident, since=facts.mono), (Keep(ident, ""), Send(ident))
        case JournalFound(id=ident, outcome=outcome):
            return Charging(id=ident, since=facts.mono, outcome=outcome), ()
        case Charged(id=ident, outcome=outcome) if ident == before.id:
            return _ended(before, outcome)
        case events.Tick() if before.busy and facts.mono - before.since > SILENT_S:
            return _ended(before, "unknown")
        case _:
            return before, ()


def _ended(before: Charging, outcome: str) -> tuple[Lasting, tuple[Effect, ...]]:
    return Charging(id=before.id, since=before.since, outcome=outcome), (Keep(before.id, outcome),)


MACHINE = LastingMachine(Charging(), step, (ReadJournal(),))


def hall() -> Hall:
    return Hall(lasting=(MACHINE,))


def knows(at: Hall) -> Charging:
    return known(at.core.facts(), Charging)


def of(at: Hall, kind: type[Effect]) -> list[Effect]:
    return [effect for effect in at.done if isinstance(effect, kind)]


def test_it_is_restored_once_the_store_is_open_and_goes_on() -> None:
    before = hall()
    before.core.handle(Charge("p1"))
    (kept,) = of(before, Keep)
    assert isinstance(kept, Keep)
    again = hall()  # the program was started anew
    assert of(again, ReadJournal) == [ReadJournal()]
    assert not knows(again).busy
    again.core.handle(JournalFound(kept.id, kept.outcome))
    assert knows(again).busy
    again.core.handle(Charged("p1", "approved"))
    assert of(again, Keep) == [Keep("p1", "approved")]
    assert of(again, Send) == [], "a card is never charged again by itself"


def test_the_visitors_time_out_ends_the_visit_only() -> None:
    at = hall()
    at.touch("tile:all")
    at.core.handle(Charge("p1"))
    old = at.core.session.id
    for _ in range(80):
        at.after(1.0)
    assert (at.core.session.id != old, at.screen, knows(at).busy) == (True, Screen.START, True)
    at.core.handle(Charged("p1", "approved"))
    assert knows(at).outcome == "approved"


def test_its_own_time_is_told_by_ticks_while_nobody_stands_there() -> None:
    at = hall()
    at.core.handle(Charge("p1"))
    at.after(SILENT_S - 1)
    assert knows(at).busy
    at.after(2)
    assert of(at, Keep)[-1] == Keep("p1", "unknown")


def test_a_bug_in_a_page_ends_the_visit_only(monkeypatch: pytest.MonkeyPatch) -> None:
    at = hall()
    at.core.handle(Charge("p1"))
    old = at.core.session.id

    def explode(_page: object) -> View:
        raise RuntimeError("bug")

    with monkeypatch.context() as broken:
        broken.setattr("kiosk.core.render", explode)
        at.touch("tile:all")
    assert at.core.session.id != old
    assert knows(at).busy
    at.core.handle(Charged("p1", "declined"))
    assert of(at, Keep)[-1] == Keep("p1", "declined")


def test_a_bug_of_its_own_changes_neither_what_it_knows_nor_the_visit(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.ERROR)
    at = hall()
    at.core.handle(Charge("p1"))
    at.touch("tile:all")
    before = at.core.session.id
    at.core.handle(Charge("bug"))
    assert (at.core.session.id, knows(at).id) == (before, "p1")
    assert '"machine-failed"' in caplog.text
    assert "core-failed" not in caplog.text


def test_a_flow_tells_it_something_within_the_same_turn() -> None:
    at = hall()
    at.core._do(effects.Tell(Charge("p1")))
    assert knows(at).busy
    assert of(at, Send) == [Send("p1")]
    assert of(at, effects.Tell) == [], "no worker hears of it"


def test_an_ordered_restart_waits_until_nothing_is_under_way() -> None:
    at = hall()
    at.core.handle(Charge("p1"))
    at.core.handle(events.RestartOrdered())
    at.after(60)
    assert not of(at, effects.Restart)
    at.core.handle(Charged("p1", "approved"))
    at.after(5)
    assert of(at, effects.Restart) == [effects.Restart()]


def test_touches_do_not_reach_it() -> None:
    heard: list[Event] = []

    def listen(before: Lasting, event: Event, _facts: World) -> tuple[Lasting, tuple[Effect, ...]]:
        heard.append(event)
        return before, ()

    at = Hall(lasting=(LastingMachine(Charging(), listen),))
    at.touch("tile:all")
    at.core.handle(events.Tick())
    assert not any(isinstance(event, events.Touched | intents.Intent) for event in heard)
    assert isinstance(heard[0], WorldChanged)
    assert isinstance(heard[-1], events.Tick)


@pytest.mark.parametrize("machines", [(MACHINE, MACHINE), (MACHINE, LastingMachine(Charging(id="x"), step))])
def test_a_machine_that_is_listed_twice_is_refused(machines: Sequence[LastingMachine]) -> None:
    with pytest.raises(ValueError, match="listed twice: Charging"):
        checked(machines)


def test_asking_for_a_machine_that_is_not_there_is_a_bug() -> None:
    with pytest.raises(LookupError, match="no lasting machine Charging"):
        known(Visit().facts, Charging)
