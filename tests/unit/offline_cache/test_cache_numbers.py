import socket
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest

from kiosk import wire
from kiosk.config import Hub
from kiosk.vocabulary.effects import AskNumber, CancelHelp, SendHelp
from kiosk.vocabulary.events import HelpNotSent, HelpSent, NumberGiven, NumberRefused, NumberSilent
from kiosk.vocabulary.hardware.problems import Problem
from kiosk.vocabulary.labels import Label
from kiosk.vocabulary.tickets import TicketIntent
from offline_cache.http.answers import Away, AwayReason
from offline_cache.http.clients import client_maker
from offline_cache.http.deadline_call import DeadlineCall
from offline_cache.sync import numbers
from offline_cache.sync.help_calls import HelpThread
from offline_cache.sync.numbers import NumbersThread
from tests.unit.offline_cache.cache_helpers import Inbox, Notes, eventually, intent, numbered, ticket_id
from tests.unit.offline_cache.peers import HubRoom, RawPeer, answer, new_id, peer, says, trickle

LONG_S = 300.0
"""A deadline that no answer misses on a busy machine."""


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HubRoom]:
    room = HubRoom(tmp_path_factory.mktemp("hub"))
    yield room
    room.close()


def given(n: int, /, **changes: object) -> bytes:
    body = wire.TicketAnswer(
        id=ticket_id(n),
        series="A",
        n=n,
        queue="pass",
        service="perso",
        business_day="2026-11-23",
        issued_at="2026-11-23T09:12:01+01:00",
        ahead=3,
        slip_code="s" * 22,
    )
    return answer("200 OK", msgspec.json.encode(msgspec.structs.replace(body, **changes)))


def ask(
    url: str,
    *tickets: int,
    fallback: numbers.Fallback | None = None,
    deadline_s: float = numbers.DEADLINE_S,
    when: Callable[[], bool] = lambda: True,
) -> Inbox:
    inbox = Inbox()
    thread = NumbersThread(Hub(url=url), inbox.post, fallback=fallback, deadline_s=deadline_s)
    thread.start()
    eventually(when)
    for n in tickets:
        thread.submit(AskNumber(intent(n)))
        inbox.wait_until(lambda events, n=n: len(events) >= tickets.index(n) + 1)  # type: ignore[misc]
    thread.stop()
    return inbox


def test_the_hubs_number_is_given(hub: HubRoom) -> None:
    inbox, notes = Inbox(), Notes()
    thread = NumbersThread(hub.enrolled(), inbox.post, note=notes, deadline_s=LONG_S)
    thread.start()
    ids = [new_id() for _ in range(20)]
    for one in (*ids, ids[0]):
        thread.submit(
            AskNumber(TicketIntent(id=one, service="perso", lang="de", tapped_at="2026-11-23T09:12:00+01:00"))
        )
    thread.submit(AskNumber(TicketIntent(id=new_id(), service="nothing", lang="de", tapped_at="")))
    inbox.wait_until(lambda events: len(events) == 22)
    thread.stop()
    tickets = [event.ticket for event in inbox.events if isinstance(event, NumberGiven)]
    assert [ticket.id for ticket in tickets] == [*ids, ids[0]]
    assert len({ticket.label for ticket in tickets}) == 20
    assert tickets[0] == tickets[-1]
    assert tickets[0].label.slot == 0
    assert isinstance(inbox.events[-1], NumberRefused)
    assert notes.ids == ["number-refused"]


def test_a_warm_connection_is_reused(hub: HubRoom) -> None:
    with peer(lambda connection, request, number: connection.sendall(given(max(number - 1, 1)))) as other:
        warm = ask(other.url, 1, 2, 3, deadline_s=LONG_S, when=lambda: bool(other.requests))
        assert len(warm.events) == 3
    assert other.connections == 1
    assert other.requests[0].startswith(b"GET"), "warmed before the first question"


def test_silence_is_reported_in_time_and_the_next_question_is_fresh() -> None:
    def play(connection: socket.socket, request: bytes, number: int) -> None:
        if b"GET" in request[:3]:
            connection.sendall(answer("200 OK", b"{}"))
        elif ticket_id(2).encode() in request:
            connection.sendall(given(2))

    with peer(play) as other:
        inbox = Inbox()
        thread = NumbersThread(Hub(url=other.url), inbox.post, deadline_s=LONG_S)
        thread.start()
        eventually(lambda: bool(other.requests))
        thread._deadline_s = numbers.DEADLINE_S
        waits = [waited(thread, inbox) for _ in range(5)]
        print(waits)
        assert 0.3 <= min(waits) <= 0.6
        thread._deadline_s = LONG_S
        thread.submit(AskNumber(intent(2)))
        inbox.wait(NumberGiven(numbered(2)))
        thread.stop()
    assert inbox.events == [NumberSilent(ticket_id(1), Problem.TIMED_OUT)] * 5 + [NumberGiven(numbered(2))]


def waited(thread: NumbersThread, inbox: Inbox) -> float:
    """Seconds until visitor 1 is told something; a busy machine makes some of them long, never all short."""
    start, before = time.monotonic(), len(inbox.events)
    thread.submit(AskNumber(intent(1)))
    inbox.wait_until(lambda events: len(events) > before)
    return time.monotonic() - start


@pytest.mark.parametrize("pause_s", [0.02, 0.2])
def test_a_trickling_hub_cannot_hold_the_visitor_nor_pile_up_threads(pause_s: float) -> None:
    other = RawPeer(lambda connection, request, number: play(connection, request, number))
    play = trickle(b"HTTP/1.1 200 OK\r\nX: " + b"y" * 10_000, pause_s, other.stopping)
    before = threading.active_count()
    start = time.monotonic()
    inbox = ask(other.url, 1, 2, 3, 4, 5, 6)
    assert time.monotonic() - start < 6 * 10, "each of them trickles for minutes"
    assert all(isinstance(event, NumberSilent) for event in inbox.events)
    other.close()
    eventually(lambda: threading.active_count() <= before)


@pytest.mark.parametrize(
    ("reply", "problem"),
    [
        (answer("500 Oops"), Problem.HUB_AWAY),
        (answer("503 Later"), Problem.HUB_AWAY),
        (answer("200 OK", b"[]"), Problem.HUB_AWAY),
        (given(1, id=ticket_id(7)), Problem.HUB_AWAY),
        (given(1, service="other"), Problem.HUB_AWAY),
        (given(1, series="I"), Problem.HUB_AWAY),
        (given(1, series="ABC"), Problem.HUB_AWAY),
        (given(1, n=0), Problem.HUB_AWAY),
        (given(1, n=10_000), Problem.HUB_AWAY),
        (given(1, n=2**63), Problem.HUB_AWAY),
        (given(1, ahead=-2), Problem.HUB_AWAY),
        (given(1, ahead=1_000_000), Problem.HUB_AWAY),
        (given(1, ahead=2**63), Problem.HUB_AWAY),
        (given(1, url="x" * 9999), Problem.HUB_AWAY),
    ],
)
def test_an_unsound_answer_is_no_number(reply: bytes, problem: Problem) -> None:
    with peer(says(reply)) as other:
        assert ask(other.url, 1, deadline_s=LONG_S).events == [NumberSilent(ticket_id(1), problem)]


@pytest.mark.parametrize("ahead", [-1, 999_999])
def test_the_first_and_the_last_count_that_may_stand_on_a_slip(ahead: int) -> None:
    with peer(says(given(1, ahead=ahead))) as other:
        (event,) = ask(other.url, 1, deadline_s=LONG_S).events
    assert isinstance(event, NumberGiven)
    assert event.ticket.ahead == ahead


def test_a_hub_that_is_not_there_is_told_at_once() -> None:
    free = socket.create_server(("127.0.0.1", 0))
    url = f"http://127.0.0.1:{free.getsockname()[1]}"
    free.close()
    assert ask(url, 1, deadline_s=LONG_S).events == [NumberSilent(ticket_id(1), Problem.HUB_AWAY)]


def test_the_seam_for_own_numbers() -> None:
    own = numbered(1, count=17, slot=3)
    with peer(lambda connection, request, number: None) as other:
        assert ask(other.url, 1, fallback=lambda wanted: own).events == [NumberGiven(own)]
        assert ask(other.url, 1, fallback=lambda wanted: None).events == [NumberSilent(ticket_id(1), Problem.TIMED_OUT)]
    assert own.label == Label("A", 3, 17)


def test_a_bug_ends_one_question_and_not_the_thread() -> None:
    """Else every visitor after it would wait for the deadline in vain, until somebody starts the terminal anew."""

    def broken(_wanted: object) -> None:
        raise KeyError("no such queue")

    with peer(lambda connection, request, number: None) as other:
        events = ask(other.url, 1, 2, fallback=broken).events
    assert events == [NumberSilent(ticket_id(n), Problem.HUB_AWAY) for n in (1, 2)]


def beside_the_real_thing(
    url: str, notes: Notes, *, fallback: numbers.Fallback | None = lambda wanted: numbered(1, count=17, slot=3)
) -> tuple[NumbersThread, Inbox]:
    inbox = Inbox()
    thread = NumbersThread(Hub(url=url), inbox.post, fallback=fallback, note=notes, deadline_s=LONG_S)
    thread.start()
    return thread, inbox


def was_asked(other: RawPeer, n: int) -> bool:
    return any(ticket_id(n).encode() in request for request in list(other.requests))


def test_three_silences_open_the_breaker_and_two_probes_close_it() -> None:
    answers = [b""]

    def play(connection: socket.socket, request: bytes, number: int) -> None:
        if request.startswith(b"GET"):
            connection.sendall(answer("200 OK", b"{}"))
        elif answers[0]:
            connection.sendall(answers[0])

    notes = Notes()
    with peer(play) as other:
        thread, inbox = beside_the_real_thing(other.url, notes)
        thread._deadline_s = numbers.DEADLINE_S
        for count in range(1, 4):
            thread.submit(AskNumber(intent(1)))
            inbox.wait_until(lambda events, count=count: len(events) == count)  # type: ignore[misc]
        thread._deadline_s = LONG_S
        start = time.monotonic()
        thread.submit(AskNumber(intent(4)))
        inbox.wait_until(lambda events: len(events) == 4)
        assert time.monotonic() - start < LONG_S / 3, "nobody waits for the deadline"
        answers[0] = given(1)
        thread.probed(True)
        thread.submit(AskNumber(intent(5)))
        inbox.wait_until(lambda events: len(events) == 5)
        assert not was_asked(other, 4)
        assert not was_asked(other, 5), "not even asked"
        thread.probed(True)
        thread.submit(AskNumber(intent(1)))
        inbox.wait_until(lambda events: len(events) == 6)
        thread.stop()
    own = NumberGiven(numbered(1, count=17, slot=3))
    assert inbox.events == [own] * 5 + [NumberGiven(numbered(1))]
    assert notes.ids == ["number-own"] * 2 + ["hub-slow"] + ["number-own"] * 3 + ["hub-prompt"]


def test_without_own_numbers_a_silent_hub_is_asked_all_the_same() -> None:
    with peer(says(given(1))) as other:
        thread, inbox = beside_the_real_thing(other.url, Notes(), fallback=lambda wanted: None)
        for _ in range(3):
            thread.probed(False)
        thread.submit(AskNumber(intent(1)))
        inbox.wait(NumberGiven(numbered(1)))
        thread.stop()


def test_a_refusal_is_an_answer_and_no_reason_for_a_number_of_our_own() -> None:
    no = answer("403 No", msgspec.json.encode(wire.Fault(code="terminal_retired", message="")))
    notes = Notes()
    with peer(says(no)) as other:
        thread, inbox = beside_the_real_thing(other.url, notes)
        for count in range(1, 6):
            thread.submit(AskNumber(intent(1)))
            inbox.wait_until(lambda events, count=count: len(events) == count)  # type: ignore[misc]
        thread.stop()
    assert inbox.events == [NumberRefused(ticket_id(1), "terminal_retired")] * 5
    assert "hub-slow" not in notes.ids


def test_a_hub_that_knows_of_our_own_number_leaves_it_to_us() -> None:
    no = answer("409 Conflict", msgspec.json.encode(wire.Fault(code="numbered_there", message="")))
    with peer(says(no)) as other:
        thread, inbox = beside_the_real_thing(other.url, Notes())
        thread.submit(AskNumber(intent(1)))
        inbox.wait(NumberGiven(numbered(1, count=17, slot=3)))
        thread.stop()


class Idle:
    """A client that can be left behind."""

    def abandon(self) -> None:
        return

    def close(self) -> None:
        return


def test_whoever_hangs_beyond_reach_is_left_behind_and_counted() -> None:
    """A name that does not resolve hangs where no socket can be shut."""
    hanging, asked = threading.Event(), list[int]()

    def hang(client: object, question: int) -> Away:
        asked.append(question)
        if question < 5:
            hanging.wait(300)
        return Away(AwayReason.BUSY)

    prompt: DeadlineCall[int, Away] = DeadlineCall("test", lambda: Idle(), hang, warm_s=None)  # type: ignore[arg-type,return-value]
    reasons = [prompt(question, 0.5).reason for question in range(6)]
    assert reasons == [AwayReason.TIMED_OUT] * 4 + [AwayReason.ABANDONED] * 2
    assert asked == [0, 1, 2, 3], "each by a fresh worker, none behind another"
    hanging.set()
    eventually(lambda: prompt(7, 20.0).reason is AwayReason.BUSY)
    prompt.close()


def test_help_is_sent_or_not_sent_and_taken_back(hub: HubRoom, tmp_path: Path) -> None:
    """A call that is taken back is closed at the hub, in whichever order the two reach it."""
    inbox = Inbox()
    link = hub.enrolled()
    good = HelpThread(client_maker(link, 1.0, 1.0, 2.0), inbox.post)
    deaf = HelpThread(client_maker(Hub(url="http://127.0.0.1:9"), 1.0, 1.0, 2.0), inbox.post, deadline_s=0.5)
    good.start()
    deaf.start()
    first, second = new_id(), new_id()
    good.submit(SendHelp(first, "de", "asked"))
    deaf.submit(SendHelp(second, "de", "asked"))
    inbox.wait(HelpSent(first), HelpNotSent(second))
    late = new_id()
    good.submit(CancelHelp(first))
    good.submit(CancelHelp(late))
    good.submit(SendHelp(late, "de", "asked"))
    inbox.wait(HelpSent(late))
    good.stop()
    deaf.stop()
    assert sorted(hub.rows("SELECT id, closed_ms IS NOT NULL FROM help_call")) == sorted([(first, 1), (late, 1)])
