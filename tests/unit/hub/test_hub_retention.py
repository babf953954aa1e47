"""Forgetting: old rows go, what is needed stays."""

from hub.queues import events, handing_back
from hub.queues.retention import AT_ONCE, KEPT_MS, prune


def seqs(hall) -> list[int]:
    return [event.seq for event in hall.see(events.since, hall.site, 0, 10_000)]


def test_old_events_go_but_never_the_newest(hall) -> None:
    """The newest one carries the count: without it seq would begin anew and streams would be blind."""
    newest = seqs(hall)[-1]
    hall.do(prune, hall.clock.forward(KEPT_MS + 1))
    assert seqs(hall) == [newest]
    hall.ticket()
    assert seqs(hall)[1] == newest + 1


def test_young_events_stay(hall) -> None:
    before = seqs(hall)
    hall.do(prune, hall.clock.forward(KEPT_MS))
    assert seqs(hall) == before


def test_a_lot_goes_in_portions(hall) -> None:
    for number in range(AT_ONCE + 50):
        hall.do(handing_back.cancel, hall.site, hall.uuid(number), hall.clock())

    def left() -> int:
        count = hall.store.read_now(lambda c: c.exec_driver_sql("SELECT count(*) FROM tombstone").scalar_one())
        return int(count)

    assert hall.do(prune, hall.clock.forward(KEPT_MS + 1)) is True
    assert left() == 50
    assert hall.do(prune, hall.clock()) is False
    assert left() == 0
