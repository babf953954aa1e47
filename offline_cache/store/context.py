"""What is injected into the store: ids, the time, which computer this is; tests replay it."""

from collections.abc import Callable
from uuid import uuid4

import msgspec

from kiosk.vocabulary.ids import OpId
from offline_cache.store.hub_clock import HubClock

OUTBOX_LIMIT = 10_000
"""Operations that may wait before new work is refused: about 3,000 visitors."""


def _random_id() -> OpId:
    return OpId(str(uuid4()))


class StoreContext(msgspec.Struct, frozen=True, kw_only=True):
    """See the module."""

    new_id: Callable[[], OpId] = _random_id
    """A new 36-character UUID for each operation of the outbox."""
    clock: HubClock = msgspec.field(default_factory=HubClock)
    machine: str = ""
    outbox_limit: int = OUTBOX_LIMIT
