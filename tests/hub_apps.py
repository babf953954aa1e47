"""The hub's app for tests: its routes are built once for all of them, the hall behind them is each test's own.

Litestar needs 0.1 s of CPU to build the routes, and hundreds of tests run a hub. Its passwords cost little: how strong
they are is the subject of ``test_hub_auth``, which makes its own.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache

from hub.app import HubApp, app_over
from hub.auth.passwords import Passwords
from hub.context import HubContext
from hub.store.engine import Store


@cache
def _free() -> list[tuple[HubApp, HubContext]]:
    """Apps that no hub runs on, each with the hall of its last hub; a second one only where two hubs ran at once."""
    return []


@contextmanager
def app_for(store: Store, now_ms: Callable[[], int], heartbeat_s: float) -> Iterator[tuple[HubApp, HubContext]]:
    """An app over this store, ours until the end; its server must have stopped then."""
    cheap = Passwords(memory_kib=64, passes=1, pause_s=0.0)
    hall = HubContext(store, now_ms, heartbeat_s, passwords=cheap)
    app, stands = _free().pop() if _free() else (app_over(hall), hall)
    stands.__dict__ = vars(hall)  # what the routes were built over is this hall now
    yield app, stands
    _free().append((app, stands))
