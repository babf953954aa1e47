"""A store file that an earlier version wrote opens, is settled, and goes on.

``files/terminal-v3.db`` was made by the version before features registered with the storage thread: the power went
after a tap, while a slip was being printed.
"""

import shutil
from pathlib import Path

from msgspec.structs import replace

from kiosk.vocabulary.closure import TerminalClosure
from kiosk.vocabulary.tickets import PaperState
from offline_cache.store import tickets
from offline_cache.store.context import StoreContext
from offline_cache.store.own_numbers import SlotStatus
from offline_cache.store.participant import Kept
from offline_cache.store.participants import PARTICIPANTS
from offline_cache.store.queries import StoreQueries
from offline_cache.store.storage import StorageThread, StoreReady
from offline_cache.store.tickets import TicketsAtStart, Unfinished
from tests.unit.offline_cache.cache_helpers import (
    DAY,
    HUB,
    PATIENCE_S,
    SLIP_KEY,
    Inbox,
    Notes,
    intent,
    outside,
    ticket_id,
    waiting,
)
from tests.unit.offline_cache.payment_journal import JOURNAL, ChargeIntended, ChargesAtStart

OLD = Path(__file__).parent / "files" / "terminal-v3.db"


def test_a_file_of_the_version_before_opens_settles_and_goes_on(tmp_path: Path) -> None:
    path, notes = tmp_path / "terminal.db", Notes()
    shutil.copy(OLD, path)
    world = replace(outside(boot="another"), new_id=StoreContext().new_id)  # counted ids are in the file already
    storage = StorageThread(path, Inbox().post, note=notes, participants=(*PARTICIPANTS, JOURNAL), outside=world)
    questions = StoreQueries(storage)
    storage.start()
    ready = storage.ready.result(PATIENCE_S)
    assert isinstance(ready, StoreReady), ready
    found = ready.of(TicketsAtStart)
    assert found.unfinished == Unfinished((ticket_id(1),), (ticket_id(4),))
    assert (found.paper_in_doubt, ready.of(ChargesAtStart)) == (True, ChargesAtStart(()))
    standing = storage.latest(SlotStatus)
    assert standing is not None
    assert (standing.slot, standing.business_day, standing.hub_generation) == (3, DAY, HUB)
    assert (standing.slip_key, standing.full) == (SLIP_KEY, False)
    assert storage.ask(waiting) == [
        (ticket_id(6), "paper"),
        (ticket_id(3), "ticket"),
        (ticket_id(4), "ticket"),
        (ticket_id(5), "ticket"),
        (ticket_id(3), "paper"),
        (ticket_id(5), "cancel"),
        (ticket_id(50), "scan"),
        (ticket_id(60), "order"),
        (ticket_id(1), "cancel"),
        (ticket_id(4), "paper"),
    ]
    assert questions.outbox_state().quarantined == 0, "what was set aside is tried once more"
    assert questions.house() == TerminalClosure(closed=True, message="Wegen Umbau zu")
    assert questions.knows_order(ticket_id(60))
    known = storage.ask(lambda db: tickets.read(db, ticket_id(2)))
    assert known is not None
    assert str(known.label) == "A 002"
    drawn = [questions.draw_own(intent(n), series, "pass", PATIENCE_S) for n, series in ((10, "A"), (11, "B"))]
    assert [str(each.label) for each in drawn if each] == ["A 03-03", "B 03-02"], "the counters go on"
    assert isinstance(storage.keep(tickets.CommitPaper(ticket_id(4), PaperState.PRINTED)), Kept)
    assert isinstance(storage.keep(ChargeIntended("c1", 2880)), Kept)
    storage.stop()
    assert not {"store-failed", "store-rejected", "store-bug"} & set(notes.ids)
