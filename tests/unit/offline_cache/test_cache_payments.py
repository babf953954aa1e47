"""Payments in terminal.db: what the store itself refuses, and how the ledger goes on after copies and new files."""

from itertools import pairwise
from pathlib import Path

import apsw
import msgspec
import pytest
from msgspec.structs import replace

from kiosk.hash_chain import Broken
from kiosk.payments import events as it
from kiosk.payments.model import Ending, Why
from kiosk.payments.states import AttemptState, PayState
from kiosk.vocabulary.ids import ChargeId, OpId, PaymentId
from kiosk.vocabulary.payments import PrintFor, PrintLine, PrintReceived, StatusReceived
from kiosk.wire.ledger import LedgerFact, LedgerStanding, sealed
from offline_cache.store.database import transaction
from offline_cache.store.participant import Kept, NotKept, Written
from offline_cache.store.payments import journal, ledger
from offline_cache.store.storage import StorageThread, StoreReady
from tests.model.payment_world import AMOUNT, REGISTER, World, state_of

S = AttemptState


def write(world: World, fact: msgspec.Struct) -> Written:
    with transaction(world.db):
        return REGISTER.write(world.db, world.outside, fact)


def hear(world: World, told: LedgerStanding) -> bool:
    with transaction(world.db):
        return ledger.hear(world.db, world.outside, told)


def owed(world: World) -> list[LedgerFact]:
    rows = world.db.execute("SELECT body FROM outbox WHERE kind = 'ledger' ORDER BY seq")
    return [msgspec.json.decode(str(body), type=LedgerFact) for (body,) in rows]


def told_all(world: World) -> LedgerStanding:
    """The hub has taken everything."""
    newest = owed(world)[-1]
    world.db.execute("DELETE FROM outbox")
    numbers = world.db.execute("SELECT receipt_no FROM payment_state").fetchone()
    assert numbers is not None
    return LedgerStanding(newest.seq, newest.digest, int(numbers[0]), newest.seq)


def paid(count: int) -> World:
    world = World()
    for n in range(count):
        world.start(f"charge-{n}")
        world.wait_until_idle()
    return world


def test_every_end_goes_to_the_hub_in_a_chain_without_gap() -> None:
    facts = owed(paid(3))
    assert [fact.seq for fact in facts] == [1, 2, 3]
    assert [fact.receipt_no for fact in facts] == [1, 2, 3]
    for before, fact in pairwise(facts):
        assert fact.before == before.digest
        assert sealed(fact) == fact
    assert facts[0].card_last4 == "4771"


def test_journal_and_ledger_refuse_changes_and_forced_ones_are_found() -> None:
    world = paid(1)
    for table in ("payment_event", "payment_ledger"):
        for act in (f"UPDATE {table} SET body = '{{}}'", f"DELETE FROM {table}"):
            with pytest.raises(apsw.ConstraintError, match="never"):
                world.db.execute(act)
    world.db.execute("DROP TRIGGER payment_event_stays")
    world.db.execute("UPDATE payment_event SET about = 'x' WHERE seq = 2")
    assert isinstance(journal.verify(world.db), Broken)


def test_a_second_open_attempt_is_refused_by_the_store_itself() -> None:
    world = World()
    world.start()
    attempt = world.payments.finished
    assert attempt is not None
    one = replace(attempt.attempt, id=PaymentId(world.uuid()), charge=ChargeId("a"))
    two = replace(one, id=PaymentId(world.uuid()), charge=ChargeId("b"))
    begins = Ending(to=S.INTENT, why=Why.BEGUN)
    assert isinstance(write(world, it.CommitAttempt(OpId("e1"), one, begins)), Kept)
    assert isinstance(write(world, it.CommitAttempt(OpId("e2"), two, begins)), NotKept)


def test_a_charge_that_is_paid_is_never_begun_again() -> None:
    world = paid(1)
    done = world.payments.finished
    assert done is not None
    again = replace(done.attempt, id=PaymentId(world.uuid()))
    written = write(world, it.CommitAttempt(OpId("e1"), again, Ending(to=S.INTENT, why=Why.BEGUN)))
    assert written == NotKept("already_paid")


@pytest.mark.parametrize("to", [S.DECLINED, S.NOT_CHARGED, S.MANUAL, S.UNKNOWN, S.VOIDED])
def test_what_is_paid_stays_paid_unless_it_is_taken_back(to: AttemptState) -> None:
    world = paid(1)
    done = world.payments.finished
    assert done is not None
    written = write(world, it.CommitAttempt(OpId("e1"), done.attempt, Ending(to=to)))
    assert isinstance(written, Kept)
    assert isinstance(written.answer, it.PaymentNotCommitted)
    assert written.answer.refused
    assert state_of(world, done.attempt.id) is S.PAID


def test_a_card_number_is_refused_as_a_bug_of_the_driver() -> None:
    world = World()
    world.start()
    record = replace(world.terminal.record(AMOUNT), card_last4="4711008005757038")
    assert isinstance(write(world, StatusReceived(PaymentId("x"), record, "00")), NotKept)


def test_the_same_entry_twice_changes_nothing() -> None:
    world = paid(1)
    done = world.payments.finished
    assert done is not None
    before = journal.head(world.db)
    fact = it.CommitAttempt(OpId("again"), done.attempt, Ending(to=S.PAID, why=Why.APPROVED))
    assert write(world, fact) == Kept(it.PaymentCommitted(OpId("again"), 1))
    assert journal.head(world.db) == before


def test_a_new_store_goes_on_behind_what_the_hub_has() -> None:
    standing = told_all(paid(3))
    fresh = World()
    fresh.db.execute("UPDATE payment_state SET sure = 0")
    assert hear(fresh, standing)
    fresh.start("charge-x")
    fresh.wait_until_idle()
    (fact,) = owed(fresh)
    assert (fact.seq, fact.before, fact.receipt_no) == (4, standing.digest, 4)


def test_a_copy_that_was_put_back_goes_on_behind_what_the_hub_has() -> None:
    world = paid(1)
    told_all(world)
    copy = world.db.serialize("main")
    world.start("charge-b")
    world.wait_until_idle()
    standing = told_all(world)
    world.db.deserialize("main", copy)
    world.boot()
    hear(world, standing)
    world.start("charge-c")
    world.wait_until_idle()
    (fact,) = owed(world)
    assert (fact.seq, fact.receipt_no, fact.before) == (3, 3, standing.digest)


def test_a_hub_that_was_put_back_is_told_again_what_it_lost() -> None:
    world = paid(3)
    first = owed(world)[0]
    told_all(world)
    hear(world, LedgerStanding(first.seq, first.digest, 1, 1))
    assert [fact.seq for fact in owed(world)] == [2, 3]
    hear(world, LedgerStanding(first.seq, first.digest, 1, 1))
    assert [fact.seq for fact in owed(world)] == [2, 3], "once, while it is on its way"


@pytest.mark.parametrize("digest", ["ab" * 32])
def test_two_stores_of_one_terminal_stop_payments(digest: str) -> None:
    world = paid(2)
    told_all(world)
    hear(world, LedgerStanding(2, digest, 2, 2))
    world.boot()
    world.start("charge-x")
    assert world.payments.refused is not None
    assert world.payments.refused.why == "numbers_not_sure"
    hear(world, LedgerStanding(2, digest, 2, 2))
    assert world.db.execute("SELECT sure, forked FROM payment_state").fetchone() == (0, 1)


def test_an_attempt_that_could_not_be_written_does_not_stand_open_later() -> None:
    world = World()
    world.start()
    done = world.payments.finished
    assert done is not None
    attempt = replace(done.attempt, id=PaymentId(world.uuid()), charge=ChargeId("z"))
    fact = it.CommitAttempt(OpId("e"), attempt, Ending(to=S.INTENT, why=Why.BEGUN))
    write(world, fact)  # it was written, and who wrote it was told that it was not
    again = REGISTER.rule_of(fact).redo(fact)
    assert again is not None
    write(world, again)
    assert state_of(world, attempt.id) is S.NOT_CHARGED


def test_prints_are_kept_before_they_are_acknowledged() -> None:
    world = World()
    assert write(world, PrintReceived("x", PrintFor.MERCHANT, (PrintLine("Händlerbeleg"),))) == Kept()
    assert world.db.execute("SELECT kind FROM payment_event").fetchone() == ("print",)


def test_the_real_storage_thread_restores_what_is_open(tmp_path: Path) -> None:
    import queue

    world = World()
    world.start()
    done = world.payments.finished
    assert done is not None
    found: list[it.Restored] = []
    for life in (0, 1):
        answers: queue.SimpleQueue[object] = queue.SimpleQueue()
        storage = StorageThread(tmp_path / "terminal.db", answers.put)
        storage.start()
        assert isinstance(storage.ready.result(60), StoreReady)
        storage.submit(it.RestorePayments())
        restored = answers.get(timeout=60)
        assert isinstance(restored, it.PaymentsRestored)
        found.append(restored.found)
        if not life:
            entry = it.CommitAttempt(OpId("e"), done.attempt, Ending(to=S.INTENT, why=Why.BEGUN))
            storage.submit(entry)
            assert answers.get(timeout=60) == it.PaymentCommitted(OpId("e"), 0)
        storage.stop()
    assert found[0].attempt is None
    assert found[1].attempt is not None
    assert found[1].state == S.INTENT
    assert PayState(found[1].state) is PayState.INTENT


def test_a_heartbeat_that_brings_no_news_writes_nothing() -> None:
    world = paid(2)
    standing = told_all(world)
    hear(world, standing)
    before = world.db.total_changes()
    hear(world, standing)
    assert world.db.total_changes() == before
