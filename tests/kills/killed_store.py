"""A terminal's store in a process of its own that is killed at any moment: says on stdout what was acknowledged.

One process that has loaded everything waits for orders on stdin ("path number-of-the-first-visitor") and forks a store
for each, before any thread or database is open in it; it says the child's pid and, when the child is dead, "dead".
"""

import os
import queue
import sys
from collections.abc import Callable
from pathlib import Path

from kiosk.vocabulary.effects import CommitCancel, CommitIntent, CommitNumber, CommitPaper
from kiosk.vocabulary.events import CancelCommitted, Event, IntentCommitted, NumberCommitted
from kiosk.vocabulary.tickets import PaperState
from offline_cache.store.database import open_database
from offline_cache.store.queries import StoreQueries
from offline_cache.store.schema import LAYOUT
from offline_cache.store.storage import StorageThread, StoreReady
from tests.unit.offline_cache.cache_helpers import intent, numbered, slot_answer
from tests.unit.offline_cache.fault_vfs import FaultyVfs


def say(line: str) -> None:
    os.write(1, f"{line}\n".encode())


def main(path: Path, first: int) -> None:
    events: queue.SimpleQueue[Event] = queue.SimpleQueue()
    disk = FaultyVfs("slow")
    storage = StorageThread(path, events.put, opener=lambda path: open_database(path, LAYOUT, vfs=disk.name))
    storage.start()
    ready = storage.ready.result(300)
    assert isinstance(ready, StoreReady), ready
    disk.slow_s = 0.0005  # so that a kill often falls between an answer and a write that should have come before it
    questions = StoreQueries(storage)
    assert questions.standing is not None
    assert questions.standing.slot or questions.take_slot(questions.standing.generation, slot_answer())
    say("ready")
    flights = 8
    for n in range(first, first + flights):
        storage.submit(CommitIntent(intent(n)))
    following = first + flights
    while True:
        event = events.get()
        match event:
            case IntentCommitted(ticket=ticket):
                say(f"intent {ticket}")
                n = int(ticket[-12:])
                own = questions.draw_own(intent(n), "A", "pass") if n % 2 else None
                if own is not None:
                    say(f"own {ticket} {own.label}")
                storage.submit(CommitNumber(own or numbered(n)))
            case NumberCommitted(ticket=ticket):
                say(f"number {ticket}")
                n = int(ticket[-12:])
                if n % 3 == 0:
                    storage.submit(CommitCancel(ticket))
                else:
                    storage.submit(CommitPaper(ticket, PaperState.PRINTED))
                storage.submit(CommitIntent(intent(following)))
                following += 1
            case CancelCommitted(ticket=ticket):
                say(f"cancel {ticket}")
            case _:
                say(f"failed {event}")


def wait_for_orders(live: Callable[[Path, int], None]) -> None:
    for line in sys.stdin:
        path, first = line.rsplit(" ", 1)
        if (child := os.fork()) == 0:
            live(Path(path), int(first))
        say(f"child {child}")
        os.waitpid(child, 0)
        say("dead")


if __name__ == "__main__":
    wait_for_orders(main)
