"""The inbox keeps every answer, the newest word on each thing, and a bounded number of touches."""

import pytest

from kiosk.core import CatalogueAge, WorldChanged
from kiosk.inbox import VISITOR_LIMIT, Inbox
from kiosk.vocabulary import events, intents
from kiosk.vocabulary.closure import TerminalClosure
from kiosk.vocabulary.hardware.devices import DeviceKind, DeviceState, DeviceStatus


def printer(state: DeviceState, name: str = "printer") -> events.DeviceChanged:
    return events.DeviceChanged(DeviceStatus(name, DeviceKind.RECEIPT_PRINTER, state))


def drained(inbox: Inbox) -> list[events.Event]:
    return list(iter(lambda: inbox.get(0), None))


ANSWERS = (
    events.IntentCommitted("t"),
    events.StoreFailed("t"),
    events.NumberCommitted("t"),
    events.CancelCommitted("t"),
    events.ScanCommitted("s"),
    events.ScanNotCommitted("s"),
    events.HelpSent("h"),
    events.SearchFound(1, ()),
    events.StandingNotFound("s"),
    events.Failure("p"),
)


@pytest.mark.parametrize("answer", ANSWERS, ids=lambda each: type(each).__name__)
def test_no_answer_is_ever_dropped_or_replaced(answer: events.Event) -> None:
    inbox = Inbox()
    for _ in range(3_000):
        inbox.put(answer)
        inbox.put(events.Tick())
        inbox.put(events.Touched(intents.Wake(), "s"))
    assert drained(inbox).count(answer) == 3_000


def test_of_what_only_the_newest_counts_one_waits() -> None:
    inbox = Inbox()
    for state in (DeviceState.CONNECTING, DeviceState.FAILED, DeviceState.READY):
        inbox.put(printer(state))
        inbox.put(printer(state, "other"))
        inbox.put(events.Tick())
        inbox.put(events.ClosureChanged(TerminalClosure()))
        inbox.put(events.HubChanged(reachable=state is DeviceState.READY))
        inbox.put(events.HelpTaken("h", state.value))
    assert drained(inbox) == [
        printer(DeviceState.READY),
        printer(DeviceState.READY, "other"),
        events.Tick(),
        events.ClosureChanged(TerminalClosure()),
        events.HubChanged(reachable=True),
        events.HelpTaken("h", DeviceState.READY.value),
    ]


def test_news_that_waits_takes_the_newer_one_in() -> None:
    inbox = Inbox()
    for news in (
        WorldChanged(ready=True, stored=True, waiting={"a": 1}),
        WorldChanged(stored=False, catalogue=CatalogueAge(None)),
        WorldChanged(waiting={}),
    ):
        inbox.put(news)
    assert drained(inbox) == [WorldChanged(ready=True, stored=False, waiting={}, catalogue=CatalogueAge(None))]


def test_events_come_out_in_the_order_of_their_arrival() -> None:
    inbox = Inbox()
    came = [events.IntentCommitted("1"), events.Touched(intents.Wake(), "s"), events.Scanned("x"), events.HelpSent("2")]
    for event in came:
        inbox.put(event)
    assert drained(inbox) == came


def test_touches_and_codes_are_bounded_and_counted() -> None:
    inbox = Inbox()
    for _ in range(VISITOR_LIMIT):
        inbox.put(events.Touched(intents.Wake(), "s"))
    inbox.put(events.Scanned("x"))
    inbox.put(events.Touched(intents.Finish(), "s"))
    assert (inbox.dropped(), inbox.dropped()) == (2, 0)
    assert len(drained(inbox)) == VISITOR_LIMIT
    inbox.put(events.Scanned("x"))
    assert drained(inbox) == [events.Scanned("x")]
