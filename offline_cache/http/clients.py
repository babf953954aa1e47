"""Makes hub clients, each with the patience its thread has; ``requests`` is imported where the client is made."""

from typing import TYPE_CHECKING

from kiosk.config import Hub
from offline_cache.http.deadline_call import MakeClient

if TYPE_CHECKING:
    from offline_cache.http.hub_client import HubClient


def client_maker(hub: Hub, connect_s: float, read_s: float, whole_s: float) -> MakeClient:
    """A maker to be called inside the thread that will own the client. Seconds as in ``remote.Timeouts``."""

    def make() -> "HubClient":
        from offline_cache.http.hub_client import HubClient, Timeouts
        from offline_cache.http.trust import pinned

        timeouts = Timeouts(connect_s, read_s, whole_s)
        trust = pinned(hub.ca) if hub.ca else None
        return HubClient(hub.url, hub.key, timeouts, trust=trust, plain=hub.plain)

    return make
