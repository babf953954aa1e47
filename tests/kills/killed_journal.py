"""A store with the journal of the tests among its participants, in a process that is killed at any moment.

It charges for ever: intent, then outcome, each said on stdout only when it is durable, beside tickets of visitors. At
its start it says which charges the crash before left open.
"""

import itertools
from pathlib import Path

from kiosk.vocabulary.effects import CommitIntent
from offline_cache.store.database import open_database
from offline_cache.store.participant import Kept
from offline_cache.store.participants import PARTICIPANTS
from offline_cache.store.schema import layout_of
from offline_cache.store.storage import StorageThread, StoreReady
from tests.kills.killed_store import say, wait_for_orders
from tests.unit.offline_cache.cache_helpers import intent
from tests.unit.offline_cache.fault_vfs import FaultyVfs
from tests.unit.offline_cache.payment_journal import JOURNAL, ChargeHeard, ChargeIntended, ChargesAtStart

ALL = (*PARTICIPANTS, JOURNAL)


def main(path: Path, first: int) -> None:
    disk = FaultyVfs("slow")
    storage = StorageThread(
        path,
        lambda event: None,
        participants=ALL,
        opener=lambda path: open_database(path, layout_of(ALL), vfs=disk.name),
    )
    storage.start()
    ready = storage.ready.result(300)
    assert isinstance(ready, StoreReady), ready
    disk.slow_s = 0.0005
    for charge in ready.of(ChargesAtStart).unknown:
        say(f"unknown {charge}")
    say("ready")
    for n in itertools.count(first):
        storage.submit(CommitIntent(intent(n)))
        assert isinstance(storage.keep(ChargeIntended(f"c{n:06d}", n)), Kept)
        say(f"intended c{n:06d}")
        outcome = "approved" if n % 2 else "declined"
        assert isinstance(storage.keep(ChargeHeard(f"c{n:06d}", outcome)), Kept)
        say(f"heard c{n:06d} {outcome}")


if __name__ == "__main__":
    wait_for_orders(main)
