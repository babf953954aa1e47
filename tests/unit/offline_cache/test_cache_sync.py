import contextlib
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest
from cache_helpers import Inbox, Notes, eventually, intent, numbered, ticket_id
from peers import HubRoom, answer, new_id, peer, says

from kiosk import wire
from kiosk.catalogue.model import Catalogue
from kiosk.config import Hub
from kiosk.vocabulary.effects import AskNumber, CommitCancel, CommitIntent, CommitNumber, CommitPaper, SendHelp
from kiosk.vocabulary.events import CatalogueChanged, HelpSent, HubChanged, NumberGiven
from kiosk.vocabulary.problems import Problem
from kiosk.vocabulary.tickets import PaperState, TicketIntent
from offline_cache.catalogue_store import CatalogueStore
from offline_cache.catalogue_thread import CatalogueThread
from offline_cache.numbers import NumbersThread
from offline_cache.storage import StorageThread
from offline_cache.sync import Rhythm, SyncThread

FAST = Rhythm(
    heartbeat_s=0.05,
    probe_s=0.03,
    queues_s=0.05,
    refused_catalogue_s=0.2,
    first_pause_s=0.02,
    longest_pause_s=0.1,
    look_again_s=0.5,
)


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[HubRoom]:
    room = HubRoom(tmp_path / "hub")
    yield room
    room.close()


class Terminal:
    """Storage, catalogue and sync of one terminal, wired as its composition root does."""

    def __init__(self, folder: Path, link: Hub, rhythm: Rhythm = FAST) -> None:
        folder.mkdir(exist_ok=True)
        self.inbox, self.notes = Inbox(), Notes()
        self.catalogues: list[Catalogue] = []
        self.queues: list[wire.QueueStates | None] = []
        self.store = CatalogueStore(folder / "catalogue.db", self.notes)
        self.store.load()
        self.catalogue = CatalogueThread(self.store, self.inbox.post, changed=self.catalogues.append, note=self.notes)
        self.storage = StorageThread(
            folder / "terminal.db", self.inbox.post, note=self.notes, owing=lambda: self.sync.owing()
        )
        self.sync = SyncThread(
            link,
            self.inbox.post,
            debts=self.storage,
            catalogue=self.catalogue,
            status=lambda: wire.Heartbeat(version="0.1", catalogue_version=self.store.version),
            queues=self.queues.append,
            note=self.notes,
            rhythm=rhythm,
        )
        for thread in (self.storage, self.catalogue, self.sync):
            thread.start()

    def stop(self) -> None:
        for thread in (self.sync, self.catalogue, self.storage):
            thread.stop()


@contextlib.contextmanager
def terminal(folder: Path, link: Hub, rhythm: Rhythm = FAST) -> Iterator[Terminal]:
    one = Terminal(folder, link, rhythm)
    try:
        yield one
    finally:
        one.stop()


def test_a_terminal_and_the_real_hub_get_in_step(hub: HubRoom, tmp_path: Path) -> None:
    with terminal(tmp_path / "t", hub.enrolled()) as here:
        here.inbox.wait(HubChanged(True), CatalogueChanged(1))
        assert here.catalogues[0].services[0].id == "perso"
        hub.publish("Neuer Name")
        here.inbox.wait(CatalogueChanged(2))
        assert here.store.etag
        eventually(lambda: any(state and state.queues[0].id == "pass" for state in here.queues))
        call = new_id()
        here.sync.submit(SendHelp(call, "de", "asked"))
        here.inbox.wait(HelpSent(call))
    assert here.notes.ids == ["store-opened"]


def test_what_is_owed_reaches_the_hub(hub: HubRoom, tmp_path: Path) -> None:
    link = hub.enrolled()
    with terminal(tmp_path / "t", link) as here:
        numbers = NumbersThread(link, here.inbox.post, deadline_s=20.0)
        numbers.start()
        ids = [new_id() for _ in range(3)]
        for one in ids:
            wanted = TicketIntent(id=one, service="perso", lang="de", tapped_at="2026-11-23T09:12:00+01:00")
            here.storage.submit(CommitIntent(wanted))
            numbers.submit(AskNumber(wanted))
        here.inbox.wait_until(lambda events: sum(isinstance(event, NumberGiven) for event in events) == 3)
        for event in list(here.inbox.events):
            if isinstance(event, NumberGiven):
                here.storage.submit(CommitNumber(event.ticket))
        here.storage.submit(CommitPaper(ids[0], PaperState.PRINTED))
        here.storage.submit(CommitPaper(ids[1], PaperState.NOT_PRINTED, "paper_out"))
        here.storage.submit(CommitCancel(ids[2]))
        eventually(lambda: not here.storage.owed())
        numbers.stop()
    rows = dict(hub.rows("SELECT id, paper || ' ' || state FROM ticket"))
    assert rows[ids[0]] == "printed waiting"
    assert rows[ids[1]] == "not_printed waiting"
    assert str(rows[ids[2]]).endswith(" cancelled")


def test_a_crash_between_intent_and_number_leaves_a_tombstone_at_the_hub(hub: HubRoom, tmp_path: Path) -> None:
    link = hub.enrolled()
    storage = StorageThread(tmp_path / "terminal.db", lambda event: None)
    storage.start()
    storage.submit(CommitIntent(intent(1)))
    storage.stop()
    (tmp_path / "t").mkdir()
    for tail in ("", "-wal"):
        source = tmp_path / f"terminal.db{tail}"
        if source.exists():
            source.rename(tmp_path / "t" / source.name)
    with terminal(tmp_path / "t", link) as here:
        eventually(lambda: bool(hub.rows("SELECT id FROM tombstone")) and not here.storage.owed())
    assert hub.rows("SELECT id FROM tombstone") == [(ticket_id(1),)]


def scripted(answers: dict[bytes, bytes]) -> Callable[..., None]:
    """A hub of raw bytes: the first key found in the request line decides."""

    def play(connection: object, request: bytes, number: int) -> None:
        line = request.partition(b"\r\n")[0]
        for key, reply in answers.items():
            if key in line:
                connection.sendall(reply)  # type: ignore[attr-defined]
                return

    return play


def beat(version: int = 0) -> bytes:
    return answer("200 OK", msgspec.json.encode(wire.HeartbeatAnswer(catalogue_version=version)))


NO_CATALOGUE = answer("404 Not Found", msgspec.json.encode(wire.Fault(code="no_catalogue", message="")))
STATES = answer("200 OK", msgspec.json.encode(wire.QueueStates(at="", business_day="2026-11-23")))


def test_nothing_owed_is_lost_while_the_hub_is_away_and_all_of_it_goes_when_it_is_back(tmp_path: Path) -> None:
    answers: dict[bytes, bytes] = {b"": answer("500 Oops")}
    with peer(scripted(answers)) as other, terminal(tmp_path / "t", Hub(url=other.url)) as here:
        here.inbox.wait(HubChanged(False))
        assert here.queues[-1:] in ([], [None])
        for n in range(1, 51):
            here.storage.submit(CommitCancel(ticket_id(n)))
        eventually(lambda: len(here.storage.owed(100)) == 50)
        good = {
            b"heartbeat": beat(),
            b"cancel": answer("200 OK", b'{"id": "%s", "state": "cancelled"}' % ticket_id(1).encode()),
            b"catalogue": NO_CATALOGUE,
            b"queues": STATES,
        }
        answers.clear()
        answers.update(good)
        here.inbox.wait(HubChanged(True))
        eventually(lambda: not here.storage.owed())
        assert HubChanged(True) in here.inbox.events
    heard = [line for line in other.requests if b"/cancel" in line]
    assert {ticket_id(n).encode() for n in range(1, 51)} <= {line.split(b"/")[4] for line in heard}


def test_a_refused_report_does_not_block_the_others_and_a_refused_key_blocks_nothing_for_ever(tmp_path: Path) -> None:
    gone = answer("404 Not Found", msgspec.json.encode(wire.Fault(code="unknown_ticket", message="")))
    answers = {
        b"heartbeat": beat(),
        b"catalogue": NO_CATALOGUE,
        b"queues": STATES,
        ticket_id(1).encode(): gone,
        ticket_id(2).encode(): answer("401 No", b"{}"),
    }
    with peer(scripted(answers)) as other, terminal(tmp_path / "t", Hub(url=other.url)) as here:
        here.storage.submit(CommitNumber(numbered(1)))
        here.storage.submit(CommitPaper(ticket_id(1), PaperState.PRINTED))
        here.storage.submit(CommitNumber(numbered(2)))
        here.storage.submit(CommitPaper(ticket_id(2), PaperState.PRINTED))
        eventually(lambda: sum(ticket_id(2).encode() in line for line in other.requests) >= 2)
        assert [one.ticket for one in here.storage.owed()] == [ticket_id(2)]
        answers[ticket_id(2).encode()] = answer("204 No Content")
        eventually(lambda: not here.storage.owed())
    assert "owed-refused" in here.notes.ids


def test_one_lost_answer_is_not_yet_an_absent_hub_but_a_refused_key_is(tmp_path: Path) -> None:
    bad = [answer("500 Oops")]

    def play(connection: object, request: bytes, number: int) -> None:
        reply = {b"heart": beat(), b"queue": STATES}.get(request.split(b"/")[3][:5], NO_CATALOGUE)
        if b"heartbeat" in request and len([r for r in list(other.requests) if b"heartbeat" in r]) == 3:
            reply = bad[0]
        connection.sendall(reply)  # type: ignore[attr-defined]

    with peer(play) as other, terminal(tmp_path / "t", Hub(url=other.url)) as here:
        eventually(lambda: len([r for r in list(other.requests) if b"heartbeat" in r]) >= 5)
        assert [event for event in here.inbox.events if isinstance(event, HubChanged)] == [HubChanged(True)]
    with peer(says(answer("401 No", b"{}"))) as other, terminal(tmp_path / "u", Hub(url=other.url)) as here:
        here.inbox.wait(HubChanged(False, Problem.REFUSED_BY_HUB))
        assert "hub-refused" in here.notes.ids


def test_a_broken_catalogue_from_the_hub_is_refused_and_not_fetched_in_a_hurry(tmp_path: Path) -> None:
    answers = {b"heartbeat": beat(9), b"queues": STATES, b"catalogue": answer("200 OK", b'{"version": "x"}')}
    slow = msgspec.structs.replace(FAST, refused_catalogue_s=300.0)
    with peer(scripted(answers)) as other, terminal(tmp_path / "t", Hub(url=other.url), slow) as here:
        eventually(lambda: "catalogue-refused" in here.notes.ids)
        eventually(lambda: len([line for line in list(other.requests) if b"heartbeat" in line]) > 5)
        assert len([line for line in other.requests if b"catalogue" in line.partition(b"\r\n")[0]]) == 1
        assert here.catalogues == []


def test_pauses_grow_are_spread_and_stay_bounded(tmp_path: Path) -> None:
    drawn: list[tuple[float, float]] = []

    def uniform(low: float, high: float) -> float:
        drawn.append((low, high))
        return high

    here = SyncThread(
        Hub(),
        lambda event: None,
        debts=None,  # type: ignore[arg-type]
        catalogue=None,  # type: ignore[arg-type]
        status=lambda: wire.Heartbeat(version="", catalogue_version=0),
        queues=lambda states: None,
        uniform=uniform,
    )
    assert [here._pause(fails) for fails in (1, 2, 3, 7, 8, 100)] == [1.0, 2.0, 4.0, 60.0, 60.0, 60.0]
    assert all(low == 0.0 for low, _ in drawn)


def test_stop_is_quick_while_the_hub_hangs(tmp_path: Path) -> None:
    with peer(lambda connection, request, number: None) as other:
        here = Terminal(tmp_path / "t", Hub(url=other.url))
        eventually(lambda: bool(other.requests))
        stopper = threading.Thread(target=here.stop)
        stopper.start()
        stopper.join(3)
        assert not stopper.is_alive()


def test_a_bug_in_a_callback_does_not_end_the_thread(tmp_path: Path) -> None:
    with peer(scripted({b"heartbeat": beat(), b"queues": STATES, b"catalogue": NO_CATALOGUE})) as other:
        here = Terminal(tmp_path / "t", Hub(url=other.url))
        here.sync._queues = lambda states: 1 / 0  # type: ignore[assignment,return-value]
        eventually(lambda: "network-bug" in here.notes.ids)
        seen = len(other.requests)
        eventually(lambda: len(other.requests) > seen + 5)
        here.stop()
