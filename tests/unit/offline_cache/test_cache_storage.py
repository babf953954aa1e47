import itertools
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import apsw
import msgspec
import pytest

from kiosk import wire
from kiosk.vocabulary.closure import TerminalClosure
from kiosk.vocabulary.effects import CommitCancel, CommitIntent, CommitNumber, CommitPaper, CommitScan
from kiosk.vocabulary.events import (
    CancelCommitted,
    Event,
    IntentCommitted,
    NumberCommitted,
    ScanCommitted,
    StoreFailed,
)
from kiosk.vocabulary.tickets import PaperState
from kiosk.wire import OpAnswer
from offline_cache.store import outbox
from offline_cache.store.database import DatabaseFault, Trouble, open_database
from offline_cache.store.own_numbers import SlotStatus
from offline_cache.store.queries import StoreQueries
from offline_cache.store.schema import LAYOUT
from offline_cache.store.storage import Listener, Opener, StorageThread, StoreReady, open_terminal_db
from offline_cache.store.tickets import TicketsAtStart, Unfinished
from tests.unit.offline_cache.cache_helpers import (
    DAY,
    PATIENCE_S,
    Inbox,
    Notes,
    eventually,
    intent,
    numbered,
    outside,
    slot_answer,
    ticket_id,
    waiting,
)
from tests.unit.offline_cache.fault_vfs import FaultyVfs

_names = (f"faulty-{n}" for n in itertools.count())


class Room:
    """A storage thread with everything it says collected."""

    def __init__(self, path: Path, opener: Opener = open_terminal_db, limit: int = 10_000) -> None:
        self.path, self.inbox, self.notes, self.wakes = path, Inbox(), Notes(), 0
        self.stands: list[SlotStatus] = []
        self.thread = StorageThread(
            path,
            self.inbox.post,
            note=self.notes,
            listeners=(Listener(outbox.Newest, self._wake), Listener(SlotStatus, self.stands.append)),
            outside=outside(limit=limit),
            opener=opener,
            retry_s=0,
        )
        self.questions = StoreQueries(self.thread)
        self.thread.start()
        self.first = self.thread.ready.result(PATIENCE_S)

    def _wake(self, _newest: outbox.Newest) -> None:
        self.wakes += 1

    def owed(self) -> list[tuple[str, str]]:
        found = self.thread.ask(waiting, PATIENCE_S)
        assert found is not None
        return found

    def slot(self) -> None:
        assert self.questions.standing is not None
        assert self.questions.take_slot(self.questions.standing.generation, slot_answer())

    def rows(self) -> dict[str, tuple[str, str]]:
        """What stands in the closed file: id -> (state, paper)."""
        db = open_terminal_db(self.path)
        assert isinstance(db, apsw.Connection), db
        found = {str(r[0]): (str(r[1]), str(r[2])) for r in db.execute("SELECT id, state, paper FROM ticket")}
        db.close()
        return found


@pytest.fixture
def vfs() -> Iterator[FaultyVfs]:
    shim = FaultyVfs(next(_names))
    yield shim
    shim.unregister()


def through(vfs: FaultyVfs) -> Opener:
    return lambda path: open_database(path, LAYOUT, vfs=vfs.name)


def test_effects_are_answered_when_they_are_durable(tmp_path: Path) -> None:
    room = Room(tmp_path / "terminal.db")
    assert room.first == StoreReady((TicketsAtStart(0, Unfinished((), ()), paper_in_doubt=False),))
    for n in range(1, 101):
        room.thread.submit(CommitIntent(intent(n)))
        room.thread.submit(CommitNumber(numbered(n)))
        room.thread.submit(CommitPaper(ticket_id(n), PaperState.PRINTED))
    room.thread.submit(CommitCancel(ticket_id(100)))
    room.inbox.wait(CancelCommitted(ticket_id(100)))
    assert room.inbox.events == [
        event for n in range(1, 101) for event in (IntentCommitted(ticket_id(n)), NumberCommitted(ticket_id(n)))
    ] + [CancelCommitted(ticket_id(100))]
    assert len(room.owed()) == 101
    assert room.wakes >= 1
    room.thread.stop()
    rows = room.rows()
    assert len(rows) == 100
    assert rows[ticket_id(100)] == ("cancelled", "printed")


def test_stop_commits_what_was_asked_before(tmp_path: Path) -> None:
    room = Room(tmp_path / "terminal.db")
    for n in range(1, 201):
        room.thread.submit(CommitIntent(intent(n)))
    room.thread.stop()
    assert len(room.rows()) == 200
    assert len(room.inbox.events) == 200


def test_whatever_is_new_for_the_hub_wakes_the_sender_at_once(tmp_path: Path) -> None:
    """The result of an order and a restored hub's day are asked for by the sync thread, not committed by the core."""
    room = Room(tmp_path / "terminal.db")
    room.slot()
    eventually(lambda: room.wakes >= 1)
    before = room.wakes
    assert room.questions.outbox_state() == wire.OutboxState()
    assert room.questions.house() == TerminalClosure()
    assert room.wakes == before, "questions alone wake nobody"
    assert room.questions.keep_order(wire.OrderFact(id=ticket_id(5), result="done"), TerminalClosure())
    eventually(lambda: room.wakes == before + 1)
    room.thread.submit(CommitNumber(numbered(1)))
    room.inbox.wait(NumberCommitted(ticket_id(1)))
    before = room.wakes
    room.questions.heard(DAY, "cd" * 16)
    eventually(lambda: room.wakes == before + 1)
    room.thread.stop()


def test_a_start_after_a_crash_settles_and_wakes_the_sender(tmp_path: Path) -> None:
    first = Room(tmp_path / "terminal.db")
    first.thread.submit(CommitIntent(intent(1)))
    first.thread.submit(CommitIntent(intent(2)))
    first.thread.submit(CommitNumber(numbered(2)))
    first.thread.stop()
    again = Room(tmp_path / "terminal.db")
    assert isinstance(again.first, StoreReady)
    found = again.first.of(TicketsAtStart)
    assert found.newest_ms > 0
    assert found.unfinished == Unfinished((ticket_id(1),), (ticket_id(2),))
    assert found.paper_in_doubt
    assert again.owed() == [(ticket_id(1), "cancel"), (ticket_id(2), "paper")]
    first_op, second_op = again.questions.batch().ops
    again.questions.settle((OpAnswer(first_op.op, 200), OpAnswer(second_op.op, 422, "bad")))
    assert again.questions.batch().ops == ()
    assert again.questions.outbox_state().quarantined == 1
    again.thread.stop()
    third = Room(tmp_path / "terminal.db")
    assert third.questions.batch().ops == (second_op,), "a start tries once more what was set aside"
    third.thread.stop()


def test_a_bad_fact_takes_nothing_else_with_it(tmp_path: Path) -> None:
    room = Room(tmp_path / "terminal.db")
    bad = numbered(2)
    room.thread.submit(CommitIntent(intent(1)))
    room.thread.submit(CommitCancel("not an id"))
    room.thread.submit(CommitCancel(ticket_id(2)))
    room.thread.submit(CommitNumber(bad))
    room.thread.submit(CommitNumber(msgspec.structs.replace(numbered(3), ahead=2**63)))
    room.thread.submit(CommitPaper(ticket_id(77), PaperState.PRINTED))
    room.thread.submit(CommitIntent(intent(4)))
    room.inbox.wait(IntentCommitted(ticket_id(4)))
    room.inbox.wait(IntentCommitted(ticket_id(1)), CancelCommitted(ticket_id(2)), StoreFailed(bad.id, "cancelled"))
    assert any(isinstance(event, StoreFailed) and event.ticket == "not an id" for event in room.inbox.events)
    assert any(isinstance(event, StoreFailed) and event.ticket == ticket_id(3) for event in room.inbox.events)
    room.thread.stop()
    assert room.notes.ids.count("store-rejected") == 4
    assert "store-bug" not in room.notes.ids
    assert set(room.rows()) == {ticket_id(1), ticket_id(2), ticket_id(4)}


def test_a_fact_that_fails_half_way_leaves_nothing_of_itself(tmp_path: Path) -> None:
    room = Room(tmp_path / "terminal.db")
    room.thread.submit(CommitNumber(numbered(1, count=7, slot=3)))
    room.thread.submit(CommitNumber(numbered(2, count=7, slot=3)))
    room.inbox.wait(NumberCommitted(ticket_id(1)))
    room.inbox.wait_until(lambda events: any(isinstance(event, StoreFailed) for event in events))
    room.thread.stop()
    assert set(room.rows()) == {ticket_id(1)}


def test_a_damaged_file_is_put_aside_and_the_hall_goes_on(tmp_path: Path) -> None:
    path = tmp_path / "terminal.db"
    path.write_bytes(b"not a database, " * 4096)
    room = Room(path)
    assert isinstance(room.first, StoreReady)
    room.thread.submit(CommitIntent(intent(1)))
    room.inbox.wait(IntentCommitted(ticket_id(1)))
    room.thread.stop()
    assert (tmp_path / "terminal.db.damaged-1").read_bytes().startswith(b"not a database")
    assert "store-quarantined" in room.notes.ids


def test_a_place_that_cannot_be_opened_is_said_and_tried_again(tmp_path: Path) -> None:
    (tmp_path / "folder").write_text("in the way")
    room = Room(tmp_path / "folder" / "terminal.db")
    assert isinstance(room.first, DatabaseFault)
    assert room.first.trouble is Trouble.UNUSABLE
    room.thread.submit(CommitIntent(intent(1)))
    room.inbox.wait_until(lambda events: len(events) == 1)
    assert isinstance(room.inbox.events[0], StoreFailed)
    (tmp_path / "folder").unlink()
    eventually(lambda: "store-opened" in room.notes.ids)
    room.thread.submit(CommitIntent(intent(2)))
    room.inbox.wait(IntentCommitted(ticket_id(2)))
    room.thread.stop()
    assert room.rows() == {ticket_id(1): ("cancelled", "none"), ticket_id(2): ("intent", "none")}


def test_a_full_disk_fails_the_fact_and_heals(tmp_path: Path, vfs: FaultyVfs) -> None:
    room = Room(tmp_path / "terminal.db", through(vfs))
    vfs.only = ("xWrite",)
    vfs.arm(1, apsw.FullError, lasting=True)
    room.thread.submit(CommitIntent(intent(1)))
    room.inbox.wait_until(lambda events: any(isinstance(event, StoreFailed) for event in events))
    room.thread.submit(CommitIntent(intent(2)))
    room.inbox.wait_until(lambda events: len(events) == 2)
    assert all(isinstance(event, StoreFailed) for event in room.inbox.events)
    vfs.arm(0)
    eventually(lambda: room.notes.ids.count("store-opened") == 2)
    room.thread.submit(CommitIntent(intent(3)))
    room.inbox.wait(IntentCommitted(ticket_id(3)))
    assert {ticket for ticket, _ in room.owed()} == {ticket_id(1), ticket_id(2)}, "both may be known to the hub"
    room.thread.stop()
    assert room.rows()[ticket_id(3)] == ("intent", "none")


STEPS: tuple[tuple[str, Callable[[StorageThread], None], Event], ...] = (
    ("intend", lambda thread: thread.submit(CommitIntent(intent(2))), IntentCommitted(ticket_id(2))),
    ("number", lambda thread: thread.submit(CommitNumber(numbered(1))), NumberCommitted(ticket_id(1))),
    ("cancel", lambda thread: thread.submit(CommitCancel(ticket_id(1))), CancelCommitted(ticket_id(1))),
)


@pytest.mark.parametrize("error", [apsw.IOError, apsw.FullError])
@pytest.mark.parametrize(("name", "step", "done"), STEPS)
def test_every_io_error_of_a_step_either_fails_it_or_keeps_it(
    tmp_path: Path,
    vfs: FaultyVfs,
    error: type[apsw.Error],
    name: str,
    step: Callable[[StorageThread], None],
    done: Event,
) -> None:
    """The n-th call fails, for every n until the step runs clean: acknowledged = in the file, refused = said so."""
    for n in itertools.count(1):
        assert n < 60
        room = Room(tmp_path / f"{n}.db", through(vfs))
        room.thread.submit(CommitIntent(intent(1)))
        room.inbox.wait(IntentCommitted(ticket_id(1)))
        vfs.arm(n, error)
        step(room.thread)
        room.inbox.wait_until(lambda events: len(events) >= 2)
        clean = vfs.failed == 0
        vfs.arm(0)
        assert len(room.inbox.events) == 2, "answered once"
        answer = room.inbox.events[1]
        assert answer == done or isinstance(answer, StoreFailed)
        room.thread.submit(CommitIntent(intent(9)))
        room.inbox.wait(IntentCommitted(ticket_id(9)))
        room.thread.stop()
        rows = room.rows()
        changed = {"intend": ticket_id(2), "number": ticket_id(1), "cancel": ticket_id(1)}[name]
        kept = {"intend": ("intent", "none"), "number": ("numbered", "asked"), "cancel": ("cancelled", "none")}[name]
        assert rows[changed] == (kept if answer == done else ("cancelled", "none")), (n, answer)
        if clean:
            assert answer == done
            assert n > 2, "the shim must have been in the way"
            return


@pytest.mark.parametrize("error", [apsw.IOError, apsw.FullError])
def test_io_error_while_drawing_never_gives_a_number_twice(
    tmp_path: Path, vfs: FaultyVfs, error: type[apsw.Error]
) -> None:
    for n in itertools.count(1):
        assert n < 60
        room = Room(tmp_path / f"{n}.db", through(vfs))
        room.slot()
        given = [room.questions.draw_own(intent(1), "A", "pass", PATIENCE_S)]
        vfs.arm(n, error)
        given.append(room.questions.draw_own(intent(2), "A", "pass", PATIENCE_S))
        clean = vfs.failed == 0
        vfs.arm(0)
        eventually(lambda room=room: room.thread.ask(lambda db: True) is True)  # type: ignore[misc]
        again = room.questions.draw_own(intent(2), "A", "pass", PATIENCE_S)
        given += [again, room.questions.draw_own(intent(3), "A", "pass", PATIENCE_S)]
        assert again is not None
        assert given[1] in (None, again), "the same visitor has the same number"
        assert [str(each.label) for each in given if each][-2:] == ["A 03-02", "A 03-03"], "without a gap"
        assert room.owed() == [(ticket_id(number), "ticket") for number in (1, 2, 3)]
        room.thread.stop()
        if clean:
            assert given[1] == again
            assert n > 2, "the shim must have been in the way"
            return


def test_a_question_that_was_not_begun_in_time_never_is(tmp_path: Path) -> None:
    room = Room(tmp_path / "terminal.db")
    room.slot()
    begun, held = threading.Event(), threading.Event()

    def hold(_db: apsw.Connection) -> bool:
        begun.set()
        return held.wait(PATIENCE_S)

    holder = threading.Thread(target=room.thread.ask, args=(hold, PATIENCE_S))
    holder.start()
    assert begun.wait(PATIENCE_S)
    assert room.questions.draw_own(intent(1), "A", "pass", within_s=0.05) is None
    held.set()
    drawn = room.questions.draw_own(intent(2), "A", "pass", PATIENCE_S)
    assert drawn is not None
    assert str(drawn.label) == "A 03-01"
    holder.join()
    room.thread.stop()


def test_a_late_answer_of_the_hub_does_not_change_an_own_number(tmp_path: Path) -> None:
    room = Room(tmp_path / "terminal.db")
    room.slot()
    own = room.questions.draw_own(intent(1), "A", "pass", PATIENCE_S)
    assert own is not None
    room.thread.submit(CommitNumber(own))
    room.inbox.wait(NumberCommitted(ticket_id(1)))
    room.thread.submit(CommitNumber(numbered(1, count=143)))
    room.inbox.wait_until(lambda events: any(isinstance(event, StoreFailed) for event in events))
    assert room.questions.draw_own(intent(1), "A", "pass", PATIENCE_S) == own
    room.thread.stop()


def test_a_full_outbox_is_told_and_refuses_before_the_intent(tmp_path: Path) -> None:
    room = Room(tmp_path / "terminal.db", limit=5)
    room.slot()
    assert room.stands[-1].own_numbers
    for n in range(1, 6):
        room.thread.submit(CommitCancel(ticket_id(n)))
    eventually(lambda: room.stands[-1].full)
    assert not room.stands[-1].own_numbers
    room.thread.submit(CommitIntent(intent(9)))
    room.inbox.wait(StoreFailed(ticket_id(9), "outbox full"))
    answers = tuple(OpAnswer(op.op, 200) for op in room.questions.batch(2).ops)
    room.questions.settle(answers)
    eventually(lambda: room.stands[-1].own_numbers)
    room.thread.submit(CommitIntent(intent(9)))
    room.inbox.wait(IntentCommitted(ticket_id(9)))
    room.thread.stop()


@pytest.mark.parametrize("error", [apsw.IOError, apsw.FullError])
def test_every_io_error_of_a_start_loses_nothing(tmp_path: Path, vfs: FaultyVfs, error: type[apsw.Error]) -> None:
    for n in itertools.count(1):
        assert n < 120
        path = tmp_path / f"{n}.db"
        before = Room(path)
        before.thread.submit(CommitIntent(intent(1)))
        before.thread.submit(CommitIntent(intent(2)))
        before.thread.submit(CommitNumber(numbered(2)))
        before.thread.stop()
        vfs.arm(n, error)
        room = Room(path, through(vfs))
        clean = vfs.failed == 0
        eventually(lambda room=room: "store-opened" in room.notes.ids)  # type: ignore[misc]
        vfs.arm(0)
        owed = set(room.owed())
        assert owed == {(ticket_id(1), "cancel"), (ticket_id(2), "paper")}, n
        room.thread.stop()
        assert not list(tmp_path.glob("*.damaged-*")), n
        assert room.rows() == {ticket_id(1): ("cancelled", "none"), ticket_id(2): ("numbered", "unconfirmed")}
        if clean:
            assert n > 10, "the shim must have been in the way"
            return


def test_a_bug_in_a_question_ends_the_question_only(tmp_path: Path) -> None:
    room = Room(tmp_path / "terminal.db")
    assert room.thread.ask(lambda db: 1 // 0) is None
    room.thread.submit(CommitIntent(intent(1)))
    room.inbox.wait(IntentCommitted(ticket_id(1)))
    room.thread.stop()
    assert room.notes.ids[:3] == ["store-opened", "store-bug", "store-failed"]


def test_a_slip_that_was_read_is_owed_by_the_commit_that_is_told(tmp_path: Path) -> None:
    inbox = Inbox()
    storage = StorageThread(tmp_path / "terminal.db", inbox.post)
    storage.start()
    storage.submit(CommitScan(ticket_id(7), "THK2:WHATEVER", ticket_id(1)))
    inbox.wait(ScanCommitted(ticket_id(7)))
    assert storage.ask(waiting, PATIENCE_S) == [(ticket_id(7), "scan")]
    storage.stop()


def test_a_slip_whose_number_was_given_back_here_is_known_as_such(tmp_path: Path) -> None:
    room = Room(tmp_path / "terminal.db")
    for effect in (CommitIntent(intent(1)), CommitCancel(ticket_id(1)), CommitIntent(intent(2))):
        room.thread.submit(effect)
    room.thread.submit(CommitScan(ticket_id(7), "THK2:WHATEVER", ticket_id(1)))
    room.thread.submit(CommitScan(ticket_id(8), "THK2:WHATEVER", ticket_id(2)))
    room.inbox.wait(ScanCommitted(ticket_id(7), given_back=True), ScanCommitted(ticket_id(8)))
    room.thread.stop()


def test_a_bug_in_who_is_told_ends_one_round_and_not_the_thread(tmp_path: Path) -> None:
    notes = Notes()

    def broken(_newest: outbox.Newest) -> None:
        raise KeyError("nobody to tell")

    thread = StorageThread(
        tmp_path / "terminal.db",
        Inbox().post,
        note=notes,
        listeners=(Listener(outbox.Newest, broken),),
        outside=outside(),
        retry_s=0,
    )
    thread.start()
    assert thread.ready.result(PATIENCE_S) is not None
    thread.submit(CommitIntent(intent(1)))
    thread.submit(CommitCancel(ticket_id(1)))
    assert thread.ask(lambda db: 7, PATIENCE_S) == 7
    assert notes.ids.count("store-bug") >= 2
    thread.stop()
