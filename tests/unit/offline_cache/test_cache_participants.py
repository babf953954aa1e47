"""A participant that only tests know, on the real storage thread and a real file; and how a bad list is refused."""

import itertools
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import apsw
import pytest
from msgspec.structs import replace

from kiosk.vocabulary.effects import STORE_EFFECTS, CommitCancel, CommitIntent, CommitScan
from kiosk.vocabulary.events import IntentCommitted
from offline_cache.store.database import DatabaseFault, Trouble, open_database
from offline_cache.store.participant import Kept, NotKept, Participant, Written
from offline_cache.store.participants import PARTICIPANTS
from offline_cache.store.schema import layout_of
from offline_cache.store.storage import Listener, Opener, StorageThread, StoreReady, open_terminal_db
from offline_cache.store.store_dispatch import NotRegistered, register
from offline_cache.store.tickets import TicketsAtStart
from tests.unit.offline_cache.cache_helpers import PATIENCE_S, Inbox, Notes, eventually, intent, outside, ticket_id
from tests.unit.offline_cache.fault_vfs import FaultyVfs
from tests.unit.offline_cache.payment_journal import (
    JOURNAL,
    TABLE,
    ChargeHeard,
    ChargeIntended,
    ChargeNotStored,
    ChargesAtStart,
    ChargeStored,
    OpenCharges,
)

_names = (f"journal-{n}" for n in itertools.count())


class Room:
    """A storage thread with the journal among its participants."""

    def __init__(self, path: Path, journal: Participant = JOURNAL, opener: Opener | None = None) -> None:
        self.path, self.inbox, self.notes = path, Inbox(), Notes()
        self.open_charges: list[int] = []
        self.thread = StorageThread(
            path,
            self.inbox.post,
            note=self.notes,
            participants=(*PARTICIPANTS, journal),
            listeners=(Listener(OpenCharges, lambda now: self.open_charges.append(now.count)),),
            outside=outside(),
            opener=opener,
            retry_s=0,
        )
        self.thread.start()
        self.first = self.thread.ready.result(PATIENCE_S)

    def charges(self) -> dict[str, str]:
        """What stands in the closed file: id -> outcome."""
        db = open_terminal_db(self.path, (*PARTICIPANTS, JOURNAL))
        assert isinstance(db, apsw.Connection), db
        found = {str(each): str(outcome) for each, outcome in db.execute("SELECT id, outcome FROM charge")}
        db.close()
        return found


@pytest.fixture
def vfs() -> Iterator[FaultyVfs]:
    shim = FaultyVfs(next(_names))
    yield shim
    shim.unregister()


def through(vfs: FaultyVfs) -> Opener:
    return lambda path: open_database(path, layout_of((*PARTICIPANTS, JOURNAL)), vfs=vfs.name)


def fails(db: apsw.Connection, _outside: object, _fact: object) -> Written:
    db.execute("INSERT INTO charge(id, cents) VALUES ('half a fact', 1)")
    raise KeyError("a bug of the participant")


def with_writer(write: Callable[..., Written]) -> Participant:
    """The journal, whose facts are all written by this function."""
    return replace(JOURNAL, facts=tuple(replace(rule, write=write) for rule in JOURNAL.facts))


def test_facts_are_answered_by_their_participant_after_the_commit(tmp_path: Path) -> None:
    room = Room(tmp_path / "terminal.db")
    room.thread.submit(ChargeIntended("c1", 2880))
    room.thread.submit(CommitIntent(intent(1)))
    room.thread.submit(ChargeIntended("c1", 2880))
    room.thread.submit(ChargeIntended("c1", 5))
    room.thread.submit(ChargeIntended("c2", 0))
    room.inbox.wait_until(lambda events: len(events) == 5)
    assert room.inbox.events[:3] == [ChargeStored("c1"), IntentCommitted(ticket_id(1)), ChargeStored("c1")]
    assert room.inbox.events[3] == ChargeNotStored("c1", "intended for 2880 before")
    broken = room.inbox.events[4]
    assert isinstance(broken, ChargeNotStored)
    assert (broken.id, "CHECK constraint" in broken.detail) == ("c2", True)
    room.thread.stop()
    assert room.charges() == {"c1": "intended"}
    rejected = [fields for event, fields in room.notes.lines if event == "store-rejected"]
    assert [(each["fact"], each["id"]) for each in rejected] == [("ChargeIntended", "c1"), ("ChargeIntended", "c2")]


def test_who_waits_for_a_fact_goes_on_when_it_is_durable(tmp_path: Path) -> None:
    room = Room(tmp_path / "terminal.db")
    assert room.thread.keep(ChargeIntended("c1", 2880)) == Kept(ChargeStored("c1"))
    assert room.thread.keep(ChargeHeard("c1", "approved")) == Kept(ChargeStored("c1"))
    assert room.thread.keep(ChargeHeard("c9", "approved")) == NotKept("never intended")
    room.thread.stop()
    assert room.charges() == {"c1": "approved"}
    assert room.inbox.events == [], "the answer is the return value"


@pytest.mark.parametrize("error", [apsw.IOError, apsw.FullError])
def test_every_disk_error_under_a_waiting_fact_is_not_kept_or_kept(
    tmp_path: Path, vfs: FaultyVfs, error: type[apsw.Error]
) -> None:
    """The n-th call to the disk fails, for every n: a driver that got ``Kept`` may answer its device."""
    for n in itertools.count(1):
        assert n < 60
        room = Room(tmp_path / f"{n}.db", opener=through(vfs))
        assert isinstance(room.thread.keep(ChargeIntended("c1", 1)), Kept)
        vfs.arm(n, error)
        written = room.thread.keep(ChargeHeard("c1", "approved"))
        clean = vfs.failed == 0
        vfs.arm(0)
        eventually(lambda room=room: isinstance(room.thread.keep(ChargeIntended("c2", 1)), Kept))  # type: ignore[misc]
        room.thread.stop()
        assert room.charges()["c1"] == "approved", "kept, or written again when the file was open again"
        if clean:
            assert isinstance(written, Kept)
            assert n > 2, "the shim must have been in the way"
            return


def test_a_fault_of_the_disk_settles_nothing_that_is_under_way(tmp_path: Path, vfs: FaultyVfs) -> None:
    room = Room(tmp_path / "terminal.db", opener=through(vfs))
    assert isinstance(room.thread.keep(ChargeIntended("c1", 1)), Kept)
    vfs.arm(1, apsw.IOError)
    assert room.thread.keep(ChargeIntended("c2", 1)) != Kept(ChargeStored("c2"))
    eventually(lambda: room.notes.ids.count("store-opened") == 2)
    room.thread.stop()
    assert room.charges() == {"c1": "intended"}, "its device is still at work"


def test_a_waiting_fact_that_was_not_begun_in_time_is_never_written(tmp_path: Path) -> None:
    room = Room(tmp_path / "terminal.db")
    begun, held = threading.Event(), threading.Event()

    def hold(_db: apsw.Connection) -> bool:
        begun.set()
        return held.wait(PATIENCE_S)

    holder = threading.Thread(target=room.thread.ask, args=(hold, PATIENCE_S))
    holder.start()
    assert begun.wait(PATIENCE_S)
    assert isinstance(room.thread.keep(ChargeIntended("c1", 1), timeout_s=0.05), NotKept)
    held.set()
    holder.join()
    room.thread.stop()
    assert room.charges() == {}


def test_a_start_settles_open_intents_and_tells_them_once(tmp_path: Path) -> None:
    first = Room(tmp_path / "terminal.db")
    for charge in ("c1", "c2"):
        assert isinstance(first.thread.keep(ChargeIntended(charge, 1)), Kept)
    assert isinstance(first.thread.keep(ChargeHeard("c1", "declined")), Kept)
    first.thread.stop()
    for unknown in (("c2",), ()):
        again = Room(tmp_path / "terminal.db")
        assert isinstance(again.first, StoreReady)
        assert again.first.of(ChargesAtStart) == ChargesAtStart(unknown)
        assert again.first.of(TicketsAtStart).newest_ms == 0
        opened = dict(again.notes.lines)["store-opened"]
        assert opened == {"cancelled": "0", "unconfirmed": "0", "charges_unknown": str(len(unknown))}
        again.thread.stop()
    assert again.charges() == {"c1": "declined", "c2": "unknown"}


def test_published_value_is_read_after_commit_and_told_on_change(tmp_path: Path) -> None:
    room = Room(tmp_path / "terminal.db")
    assert room.thread.keep(ChargeIntended("c1", 1)) == Kept(ChargeStored("c1"))
    assert room.thread.latest(OpenCharges) == OpenCharges(1)
    assert isinstance(room.thread.keep(ChargeIntended("c1", 1)), Kept)
    assert isinstance(room.thread.keep(ChargeHeard("c1", "approved")), Kept)
    assert room.thread.latest(OpenCharges) == OpenCharges(0)
    assert room.thread.latest(ChargeStored) is None
    room.thread.stop()
    assert room.open_charges == [0, 1, 0]


def test_a_bug_in_a_participant_fails_its_own_fact_only(tmp_path: Path) -> None:
    room = Room(tmp_path / "terminal.db", with_writer(fails))
    room.thread.submit(CommitIntent(intent(1)))
    room.thread.submit(ChargeIntended("c1", 1))
    room.thread.submit(CommitIntent(intent(2)))
    room.inbox.wait(IntentCommitted(ticket_id(1)), ChargeNotStored("c1", "KeyError"), IntentCommitted(ticket_id(2)))
    room.thread.stop()
    assert room.charges() == {}, "nothing is left of it"
    assert "store-bug" in room.notes.ids
    assert "store-failed" not in room.notes.ids


def test_a_bug_in_a_fact_that_is_written_again_keeps_no_store_shut(tmp_path: Path, vfs: FaultyVfs) -> None:
    writes = itertools.count(1)

    def second_fails(db: apsw.Connection, _outside: object, _fact: object) -> Written:
        if next(writes) > 1:
            raise KeyError("a bug of the participant")
        db.execute("INSERT INTO charge(id, cents) VALUES ('c1', 1)")
        return Kept()

    room = Room(tmp_path / "terminal.db", with_writer(second_fails), through(vfs))
    vfs.arm(1, apsw.IOError)
    assert isinstance(room.thread.keep(ChargeHeard("c1", "approved")), NotKept)
    eventually(lambda: room.notes.ids.count("store-opened") == 2)
    room.thread.stop()


def test_a_bug_at_the_start_leaves_the_store_closed_and_says_so(tmp_path: Path) -> None:
    lives = itertools.count(1)

    def second_works(db: apsw.Connection, _outside: object) -> ChargesAtStart:
        if next(lives) == 1:
            raise KeyError("a bug of the participant")
        return ChargesAtStart(())

    held: list[apsw.Connection | DatabaseFault] = []

    def opener(path: Path) -> apsw.Connection | DatabaseFault:
        held.append(open_terminal_db(path, (*PARTICIPANTS, JOURNAL)))
        return held[-1]

    room = Room(tmp_path / "terminal.db", replace(JOURNAL, settle=second_works), opener)
    assert isinstance(room.first, DatabaseFault)
    eventually(lambda: "store-opened" in room.notes.ids)
    assert room.notes.ids[:3] == ["store-bug", "store-failed", "store-opened"], "the file is free for the next try"
    assert isinstance(room.thread.keep(ChargeIntended("c1", 1)), Kept)
    room.thread.stop()


def test_a_refused_redo_does_not_keep_the_store_shut(tmp_path: Path, vfs: FaultyVfs) -> None:
    """An id that no table takes came with a group whose commit failed."""
    room = Room(tmp_path / "terminal.db", opener=through(vfs))
    vfs.arm(1, apsw.IOError)
    room.thread.submit(CommitIntent(intent(1)))
    room.thread.submit(CommitCancel("not an id"))
    eventually(lambda: room.notes.ids.count("store-opened") == 2)
    room.thread.submit(CommitIntent(intent(2)))
    room.inbox.wait(IntentCommitted(ticket_id(2)))
    room.thread.stop()


def test_a_file_of_before_gets_the_tables_of_a_new_participant(tmp_path: Path) -> None:
    path = tmp_path / "terminal.db"
    db = open_terminal_db(path)
    assert isinstance(db, apsw.Connection)
    db.close()
    room = Room(path)
    assert isinstance(room.thread.keep(ChargeIntended("c1", 1)), Kept)
    room.thread.stop()
    assert [each.name for each in tmp_path.iterdir()] == ["terminal.db"], "a new table needs no copy of the old file"
    older = open_terminal_db(path)
    assert isinstance(older, apsw.Connection), "a program that knows nothing of the participant goes on"
    older.close()


def test_the_second_step_of_a_participant_migrates_with_a_copy(tmp_path: Path) -> None:
    path = tmp_path / "terminal.db"
    room = Room(path)
    assert isinstance(room.thread.keep(ChargeIntended("c1", 1)), Kept)
    room.thread.stop()
    later = replace(JOURNAL, tables=(TABLE, "ALTER TABLE charge ADD COLUMN receipt TEXT NOT NULL DEFAULT ''"))
    for _ in range(2):
        db = open_terminal_db(path, (*PARTICIPANTS, later))
        assert isinstance(db, apsw.Connection), db
        assert db.execute("SELECT id, receipt FROM charge").fetchall() == [("c1", "")]
        db.close()
    assert (tmp_path / "terminal.before-journal-v2.db").exists()
    newer = open_terminal_db(path, (*PARTICIPANTS, JOURNAL))
    assert isinstance(newer, DatabaseFault)
    assert newer.trouble is Trouble.NEWER
    assert "journal" in newer.reason


def test_a_step_that_fails_leaves_the_file_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "terminal.db"
    broken = replace(JOURNAL, tables=("CREATE TABLE charge(a) STRICT",))
    assert isinstance(open_terminal_db(path, (*PARTICIPANTS, broken)), DatabaseFault)
    room = Room(path)
    assert isinstance(room.first, StoreReady)
    room.thread.stop()


RULE = JOURNAL.facts[0]
WRONG: tuple[tuple[str, tuple[Participant, ...], str], ...] = (
    ("a participant twice", (JOURNAL, replace(JOURNAL, facts=(), publishes=())), "participant journal is there twice"),
    (
        "two for one fact",
        (JOURNAL, Participant(name="other", facts=(RULE,))),
        "ChargeIntended is there twice: in journal (",
    ),
    (
        "two for one value",
        (JOURNAL, Participant(name="other", publishes=JOURNAL.publishes)),
        "payment_journal.OpenCharges is there twice",
    ),
    ("no name", (replace(JOURNAL, name="Own numbers"),), "'Own numbers' is no name"),
)


@pytest.mark.parametrize(("participants", "reason"), [each[1:] for each in WRONG], ids=[each[0] for each in WRONG])
def test_a_bad_list_is_refused_with_the_place(participants: tuple[Participant, ...], reason: str) -> None:
    with pytest.raises(NotRegistered) as caught:
        register((*PARTICIPANTS, *participants))
    assert reason in str(caught.value)


def test_a_fact_of_the_core_that_nobody_knows_is_refused_when_built(tmp_path: Path) -> None:
    some = tuple(each for each in PARTICIPANTS if each.name != "scans")
    with pytest.raises(NotRegistered, match=r"no store participant knows the fact kiosk.vocabulary.effects.CommitScan"):
        StorageThread(tmp_path / "terminal.db", Inbox().post, participants=some)
    with pytest.raises(NotRegistered, match=r"CommitIntent.*CommitScan"):
        StorageThread(tmp_path / "terminal.db", Inbox().post, participants=())


def test_a_listener_for_what_nobody_publishes_is_refused_when_built(tmp_path: Path) -> None:
    with pytest.raises(NotRegistered, match="no store participant publishes OpenCharges"):
        StorageThread(tmp_path / "terminal.db", Inbox().post, listeners=(Listener(OpenCharges, lambda _now: None),))


def test_a_fact_nobody_knows_is_refused_where_it_is_handed_over(tmp_path: Path) -> None:
    thread = StorageThread(tmp_path / "terminal.db", Inbox().post)
    for hand_over in (thread.submit, thread.keep):
        with pytest.raises(NotRegistered, match=r"payment_journal\.ChargeIntended"):
            hand_over(ChargeIntended("c1", 1))
    with pytest.raises(NotRegistered, match="ChargesAtStart"):
        StoreReady().of(ChargesAtStart)


def test_every_store_effect_of_the_core_has_one_participant() -> None:
    known = register(PARTICIPANTS, STORE_EFFECTS)
    assert CommitScan in STORE_EFFECTS
    assert set(STORE_EFFECTS) <= set(known.rules)
