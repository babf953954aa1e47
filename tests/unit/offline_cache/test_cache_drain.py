"""How long the drain waits after each kind of answer: a hub in trouble must not be hammered."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from kiosk import wire
from kiosk.vocabulary.effects import CommitCancel
from offline_cache.http.answers import Answer, Away, AwayReason, Refused, Result
from offline_cache.store.queries import StoreQueries
from offline_cache.store.storage import StorageThread
from offline_cache.sync.outbox_sender import Drain
from offline_cache.sync.slot_duty import NEVER, SlotDuty
from tests.unit.offline_cache.cache_helpers import Notes, outside, slot_answer, ticket_id


class Says:
    """A hub client that has been given its answers."""

    def __init__(self, *results: Result[wire.SyncAnswer] | Result[wire.SlotAnswer]) -> None:
        self._results = list(results)
        self.sizes: list[int] = []

    def sync(self, request: wire.SyncRequest) -> Result[wire.SyncAnswer]:
        self.sizes.append(len(request.ops))
        return self._results.pop(0)  # type: ignore[return-value]

    def slot(self, request: wire.SlotRequest) -> Result[wire.SlotAnswer]:
        return self._results.pop(0)  # type: ignore[return-value]


@pytest.fixture
def questions(tmp_path: Path) -> Iterator[StoreQueries]:
    storage = StorageThread(tmp_path / "terminal.db", lambda event: None, outside=outside())
    storage.start()
    storage.ready.result(10)
    yield StoreQueries(storage, clock=lambda: 0.0, uniform=lambda low, high: high)
    storage.stop()


def owe(questions: StoreQueries, *numbers: int) -> None:
    for n in numbers:
        questions._storage.submit(CommitCancel(ticket_id(n)))


def drain(questions: StoreQueries, notes: Notes | None = None) -> Drain:
    return Drain(questions, lambda fails: 10.0 * fails, look_again_s=60.0, note=notes or Notes())


def each(questions: StoreQueries, *statuses: int) -> Answer[wire.SyncAnswer]:
    ops = questions.batch().ops
    return Answer(wire.SyncAnswer(tuple(wire.OpAnswer(op.op, s) for op, s in zip(ops, statuses, strict=False))))


def test_nothing_to_say_is_looked_at_again_later(questions: StoreQueries) -> None:
    assert drain(questions).run(Says()) == 60.0  # type: ignore[arg-type]


def test_an_answered_batch_goes_on_at_once_and_what_waits_is_waited_for(questions: StoreQueries) -> None:
    owe(questions, 1, 2)
    duty = drain(questions)
    assert duty.run(Says(each(questions, 200, 503))) == 0.0  # type: ignore[arg-type]
    assert duty.run(Says()) == pytest.approx(1.0)  # type: ignore[arg-type]


@pytest.mark.parametrize("statuses", [(200,), (401, 200), (200, 403)])
def test_missing_or_refusing_answer_is_followed_by_a_pause(questions: StoreQueries, statuses: tuple[int, ...]) -> None:
    owe(questions, 1, 2)
    notes = Notes()
    duty = drain(questions, notes)
    assert duty.run(Says(each(questions, *statuses))) == 10.0  # type: ignore[arg-type]
    assert duty.fails == 1
    assert ("hub-refused" in notes.ids) == (len(statuses) == 2)
    assert len(questions.batch().ops) == 1


def test_failed_requests_back_off_and_obey_retry_after(
    questions: StoreQueries,
) -> None:
    owe(questions, 1)
    duty = drain(questions)
    no = Refused(404, wire.Fault(code="no_such_path", message=""))
    says = Says(Away(AwayReason.TIMED_OUT), no, Away(AwayReason.BUSY, "", 120.0), Away(AwayReason.HUB_ERROR))
    assert [duty.run(says) for _ in range(4)] == [10.0, 20.0, 120.0, 40.0]  # type: ignore[arg-type]
    assert duty.run(Says(each(questions, 200))) == 0.0  # type: ignore[arg-type]
    assert duty.fails == 0


def test_the_batch_grows_again_after_it_was_halved(questions: StoreQueries) -> None:
    owe(questions, *range(1, 301))
    bad = Refused(413, wire.Fault(code="too_big", message=""))
    duty, says = drain(questions), Says(bad, bad)
    assert [duty.run(says) for _ in range(2)] == [0.0, 0.0]  # type: ignore[arg-type]
    for _ in range(4):
        more = Says(each(questions, *[200] * 100))
        duty.run(more)  # type: ignore[arg-type]
        says.sizes += more.sizes
    assert says.sizes == [100, 50, 25, 50, 100, 100]


def test_the_slot_is_asked_for_again_when_it_was_not_given(questions: StoreQueries) -> None:
    duty = SlotDuty(questions, lambda fails: 10.0 * fails, refused_s=60.0)
    no = Refused(409, wire.Fault(code="no_slot", message=""))
    says = Says(Away(AwayReason.TIMED_OUT), no, Away(AwayReason.BUSY, "", 99.0), Answer(slot_answer()))
    assert duty.is_wanted()
    assert [duty.run(says) for _ in range(4)] == [10.0, 60.0, 99.0, NEVER]  # type: ignore[arg-type]
    assert not duty.is_wanted()
