import contextlib
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest
from msgspec.structs import replace

from kiosk import wire
from kiosk.catalogue.model import Catalogue
from kiosk.config import Hub
from kiosk.vocabulary.effects import CommitCancel, CommitIntent, CommitNumber, CommitPaper, SendHelp
from kiosk.vocabulary.events import CatalogueChanged, HelpSent, HubChanged, IntentCommitted
from kiosk.vocabulary.hardware.problems import Problem
from kiosk.vocabulary.labels import Label
from kiosk.vocabulary.tickets import PaperState
from offline_cache.catalogue import catalogue_sync
from offline_cache.catalogue.search_thread import CatalogueThread
from offline_cache.catalogue.store import CatalogueStore
from offline_cache.store import outbox
from offline_cache.store.queries import StoreQueries
from offline_cache.store.storage import Listener, StorageThread
from offline_cache.sync.heartbeat import HeartbeatListeners
from offline_cache.sync.sync_thread import Rhythm, SyncThread
from tests.unit.offline_cache.cache_helpers import (
    HUB,
    PATIENCE_S,
    Inbox,
    Notes,
    eventually,
    intent,
    numbered,
    outside,
    ticket_id,
    waiting,
)
from tests.unit.offline_cache.peers import HubRoom, answer, new_id, peer, says
from tests.unit.offline_cache.sync_peer import SyncPeer, fault

FAST = Rhythm(
    heartbeat_s=0.05,
    probe_s=0.03,
    queues_s=0.05,
    first_pause_s=0.02,
    longest_pause_s=0.1,
    look_again_s=0.5,
    refused_slot_s=0.1,
)
POLLS = catalogue_sync.Rhythm(poll_s=0.2, refused_s=300.0, first_pause_s=0.02, longest_pause_s=0.1)


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
        self.catalogue = CatalogueThread(
            self.store, self.inbox.post, changed=lambda new, generation: self.catalogues.append(new), note=self.notes
        )
        self.follower = catalogue_sync.CatalogueSync(link, self.catalogue, note=self.notes, rhythm=POLLS)
        self.storage = StorageThread(
            folder / "terminal.db",
            self.inbox.post,
            note=self.notes,
            listeners=(Listener(outbox.Newest, lambda _newest: self.sync.owing()),),
            outside=outside(),
        )
        self.questions = StoreQueries(self.storage, uniform=lambda low, high: low)
        self.sync = SyncThread(
            link,
            self.inbox.post,
            debts=self.questions,
            catalogue=self.follower,
            status=lambda: wire.Heartbeat(version="0.1", catalogue_version=self.store.version),
            queues=self.queues.append,
            hearers=HeartbeatListeners(clock=self.storage.outside.clock.learn, day=self.questions.heard),
            note=self.notes,
            rhythm=rhythm,
        )
        for thread in (self.storage, self.catalogue, self.follower, self.sync):
            thread.start()

    @property
    def slot(self) -> int:
        return self.questions.standing.slot if self.questions.standing else 0

    def owed(self) -> list[tuple[str, str]]:
        found = self.storage.ask(waiting, PATIENCE_S)
        assert found is not None
        return found

    def stop(self) -> None:
        for thread in (self.sync, self.follower, self.catalogue, self.storage):
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
        eventually(lambda: any(state and state.queues[0].id == "pass" for state in here.queues))
        call = new_id()
        here.sync.submit(SendHelp(call, "de", "asked"))
        here.inbox.wait(HelpSent(call))
    assert set(here.notes.ids) <= {"store-opened", "slot-refused"}


def test_what_is_owed_reaches_the_hub_once_and_in_order(tmp_path: Path) -> None:
    hub = SyncPeer()
    with peer(hub.play) as other, terminal(tmp_path / "t", Hub(url=other.url)) as here:
        for n in range(1, 251):
            here.storage.submit(CommitIntent(intent(n)))
            here.storage.submit(CommitNumber(numbered(n, slot=3)))
            here.storage.submit(CommitPaper(ticket_id(n), PaperState.PRINTED))
        here.storage.submit(CommitCancel(ticket_id(250)))
        eventually(lambda: len(hub.heard) == 501 and here.owed() == [])
    for n in range(1, 251):
        story = [kind for lane, kind in hub.told if lane == ticket_id(n)]
        assert story == (["ticket", "paper", "cancel"] if n == 250 else ["ticket", "paper"])
    assert max(len(batch.ops) for batch in hub.batches) <= wire.BATCH_MAX
    assert here.questions.standing is not None
    assert {batch.generation for batch in hub.batches} == {here.questions.standing.generation}


def test_a_crash_between_intent_and_number_is_told_at_the_next_start(tmp_path: Path) -> None:
    (tmp_path / "t").mkdir()
    storage = StorageThread(tmp_path / "t" / "terminal.db", lambda event: None)
    storage.start()
    storage.submit(CommitIntent(intent(1)))
    storage.stop()
    hub = SyncPeer()
    with peer(hub.play) as other, terminal(tmp_path / "t", Hub(url=other.url)) as here:
        eventually(lambda: hub.told == [(ticket_id(1), "cancel")] and here.owed() == [])


def test_the_slot_is_asked_for_at_every_meeting_and_kept(tmp_path: Path) -> None:
    hub = SyncPeer()
    with peer(hub.play) as other, terminal(tmp_path / "t", Hub(url=other.url)) as here:
        eventually(lambda: here.slot == 3)
        drawn = here.questions.draw_own(intent(1), "A", "pass", PATIENCE_S)
        assert drawn is not None
        assert drawn.label == Label("A", 3, 1)
        hub.away = True
        here.inbox.wait(HubChanged(False))
        hub.away = False
        eventually(lambda: len(hub.slots) == 2)
    assert here.questions.standing is not None
    assert {(each.generation, each.machine) for each in hub.slots} == {(here.questions.standing.generation, "m1")}
    with terminal(tmp_path / "t", Hub(url="http://127.0.0.1:9")) as later:
        eventually(lambda: later.slot == 3)


def test_a_refused_slot_is_said_dropped_and_asked_for_again(tmp_path: Path) -> None:
    hub = SyncPeer()
    hub.slot_fault = fault("409 Conflict", "cloned_disk")
    with peer(hub.play) as other, terminal(tmp_path / "t", Hub(url=other.url)) as here:
        eventually(lambda: len(hub.slots) >= 2)
        assert here.slot == 0
        assert ("slot-refused", {"status": "409", "code": "cloned_disk"}) in here.notes.lines
        assert here.questions.draw_own(intent(1), "A", "pass", PATIENCE_S) is None
        hub.slot_fault = b""
        eventually(lambda: here.slot == 3)


def test_a_damaged_file_begins_anew_with_a_slot_of_its_own(tmp_path: Path) -> None:
    hub = SyncPeer()
    with peer(hub.play) as other:
        with terminal(tmp_path / "t", Hub(url=other.url)) as here:
            eventually(lambda: here.slot == 3)
        (tmp_path / "t" / "terminal.db").write_bytes(b"not a database, " * 4096)
        hub.away, hub.slot_no = True, 7
        with terminal(tmp_path / "t", Hub(url=other.url)) as here:
            here.inbox.wait(HubChanged(False))
            assert here.questions.draw_own(intent(1), "A", "pass", PATIENCE_S) is None, (
                "no slot until the hub gives one"
            )
            hub.away = False
            eventually(lambda: here.slot == 7)
    assert len({each.generation for each in hub.slots}) == 2


def test_a_restored_hub_is_told_the_whole_day_again(tmp_path: Path) -> None:
    hub = SyncPeer()
    with peer(hub.play) as other, terminal(tmp_path / "t", Hub(url=other.url)) as here:
        eventually(lambda: here.slot == 3)
        for n in (1, 2):
            here.storage.submit(CommitIntent(intent(n)))
            here.inbox.wait(IntentCommitted(ticket_id(n)))
        here.storage.submit(CommitNumber(numbered(1)))
        assert here.questions.draw_own(intent(2), "A", "pass", PATIENCE_S) is not None
        here.storage.submit(CommitPaper(ticket_id(1), PaperState.PRINTED))
        eventually(lambda: len(hub.heard) == 2 and here.owed() == [])
        hub.heard.clear()
        hub.generation, hub.slot_no = "cd" * 16, 23
        eventually(lambda: here.slot == 23 and len(hub.heard) == 3 and here.owed() == [])
    assert hub.told == [(ticket_id(1), "ticket"), (ticket_id(1), "paper"), (ticket_id(2), "ticket")]
    facts = [msgspec.json.decode(op.body, type=wire.TicketFact) for op in hub.heard if op.kind == "ticket"]
    assert [(fact.slot, fact.n) for fact in facts] == [(0, 1), (3, 1)]
    assert hub.generation != HUB


def test_the_heartbeat_says_what_waits(tmp_path: Path) -> None:
    hub = SyncPeer()
    hub.status_of = lambda op: 404 if op.lane == ticket_id(1) else 503
    with peer(hub.play) as other, terminal(tmp_path / "t", Hub(url=other.url)) as here:
        here.sync._beat._status = lambda: wire.Heartbeat("0.1", 0, outbox=here.questions.outbox_state())
        eventually(lambda: here.slot == 3)
        assert here.questions.draw_own(intent(1), "A", "pass", PATIENCE_S) is not None
        here.storage.submit(CommitCancel(ticket_id(2)))
        wanted = wire.OutboxState(1, 1, 0, own_numbers=1, aside=(wire.SetAside("ticket", "A 03-01", "code"),))
        eventually(lambda: replace(hub.beats[-1].outbox, oldest_s=0) == wanted)
    assert "outbox-quarantined" in here.notes.ids


def scripted(answers: dict[bytes, bytes]) -> Callable[..., None]:
    """A hub of raw bytes: the first key found in the request line decides."""

    def play(connection: object, request: bytes, number: int) -> None:
        line = request.partition(b"\r\n")[0]
        for key, reply in answers.items():
            if key in line:
                connection.sendall(reply)  # type: ignore[attr-defined]
                return
        connection.sendall(answer("404 Not Found", b"{}"))  # type: ignore[attr-defined]

    return play


def beat(seq: int = 0) -> bytes:
    return answer("200 OK", msgspec.json.encode(wire.HeartbeatAnswer(hub_ms=0, manifest_seq=seq)))


NO_CATALOGUE = answer("404 Not Found", msgspec.json.encode(wire.Fault(code="no_catalogue", message="")))
STATES = answer("200 OK", msgspec.json.encode(wire.QueueStates(at="", business_day="2026-11-23")))


def test_outbox_survives_an_absent_hub_and_is_sent_when_it_is_back(tmp_path: Path) -> None:
    hub = SyncPeer()
    hub.away = True
    with peer(hub.play) as other, terminal(tmp_path / "t", Hub(url=other.url)) as here:
        here.inbox.wait(HubChanged(False))
        assert here.queues[-1:] in ([], [None])
        for n in range(1, 51):
            here.storage.submit(CommitCancel(ticket_id(n)))
        eventually(lambda: len(here.owed()) == 50)
        hub.away = False
        here.inbox.wait(HubChanged(True))
        eventually(lambda: here.owed() == [])
    assert hub.told == [(ticket_id(n), "cancel") for n in range(1, 51)]


def test_refused_operation_blocks_only_its_lane_and_a_bad_key_loses_none(tmp_path: Path) -> None:
    hub = SyncPeer()
    hub.status_of = lambda op: 404 if op.lane == ticket_id(1) else 200
    with peer(hub.play) as other, terminal(tmp_path / "t", Hub(url=other.url)) as here:
        eventually(lambda: here.slot == 3)  # a number from before the hub's life was known would be told whole
        for n in (1, 2):
            here.storage.submit(CommitNumber(numbered(n)))
            here.storage.submit(CommitPaper(ticket_id(n), PaperState.PRINTED))
        eventually(lambda: here.owed() == [(ticket_id(1), "paper")])
        eventually(lambda: "outbox-quarantined" in here.notes.ids)
        hub.sync_reply = answer("401 No", b"{}")
        here.storage.submit(CommitCancel(ticket_id(3)))
        tried = len(hub.batches)
        eventually(lambda: len(hub.batches) >= tried + 2)
        assert here.owed()[-1] == (ticket_id(3), "cancel")
        hub.sync_reply = b""
        eventually(lambda: here.owed() == [(ticket_id(1), "paper")])
    assert "hub-refused" in here.notes.ids


@pytest.mark.parametrize("reply", [fault("422 No", "bad_body"), fault("413 Big", "big"), fault("400 No", "bad")])
def test_refused_batch_is_halved_until_the_bad_operation_is_found(tmp_path: Path, reply: bytes) -> None:
    hub = SyncPeer()
    hub.away = True
    bad = ticket_id(37)

    def play(connection: object, request: bytes, number: int) -> None:
        poisoned = b"/sync" in request and bad.encode() in request
        connection.sendall(reply) if poisoned else hub.play(connection, request, number)  # type: ignore[attr-defined,arg-type]

    with peer(play) as other, terminal(tmp_path / "t", Hub(url=other.url)) as here:
        for n in range(1, 121):
            here.storage.submit(CommitCancel(ticket_id(n)))
        eventually(lambda: len(here.owed()) == 120)
        hub.away = False
        eventually(lambda: here.owed() == [(bad, "cancel")])
        assert here.questions.outbox_state().quarantined == 1
    assert sorted(hub.told) == [(ticket_id(n), "cancel") for n in range(1, 121) if n != 37]
    assert len(hub.batches) < 40


def test_answers_that_name_no_operation_of_ours_are_no_answers(tmp_path: Path) -> None:
    hub = SyncPeer()
    hub.sync_reply = answer("200 OK", msgspec.json.encode(wire.SyncAnswer((wire.OpAnswer(ticket_id(77), 200),))))
    with peer(hub.play) as other, terminal(tmp_path / "t", Hub(url=other.url)) as here:
        here.storage.submit(CommitCancel(ticket_id(1)))
        eventually(lambda: len(hub.batches) >= 3)
        assert here.owed() == [(ticket_id(1), "cancel")]
        hub.sync_reply = b""
        eventually(lambda: here.owed() == [])


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


def test_broken_catalogue_is_refused_and_fetched_again_with_pauses(tmp_path: Path) -> None:
    """Once at the start, and once more when a heartbeat has named it - not with every one of them."""
    answers = {b"heartbeat": beat(9), b"queues": STATES, b"manifest": answer("200 OK", b"not signed")}
    with peer(scripted(answers)) as other, terminal(tmp_path / "t", Hub(url=other.url, signers={"k": "x"})) as here:
        eventually(lambda: "catalogue-refused" in here.notes.ids)
        eventually(lambda: len([line for line in list(other.requests) if b"heartbeat" in line]) > 8)
        assert 1 <= len([line for line in other.requests if b"manifest" in line.partition(b"\r\n")[0]]) <= 2
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
        stopper.join(4.5)  # a stop that waits for the hub takes five at least
        assert not stopper.is_alive()


def test_a_bug_in_a_callback_does_not_end_the_thread(tmp_path: Path) -> None:
    with peer(scripted({b"heartbeat": beat(), b"queues": STATES, b"catalogue": NO_CATALOGUE})) as other:
        here = Terminal(tmp_path / "t", Hub(url=other.url))
        here.sync._queues = lambda states: 1 / 0  # type: ignore[assignment,return-value]
        eventually(lambda: "network-bug" in here.notes.ids)
        seen = len(other.requests)
        eventually(lambda: len(other.requests) > seen + 5)
        here.stop()
