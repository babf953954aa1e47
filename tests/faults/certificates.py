"""Certificates for the line between terminal and hub: the hub's own, and those of three impostors."""

from datetime import UTC, datetime
from pathlib import Path

from hub.tls import authority
from hub.tls.authority import Pair
from hub.tls.files import folder_of
from offline_cache.http.trust import pinned
from tests.faults.fault_proxy import Fault, Tls
from tests.unit.offline_cache.tls_hubs import NAMES, pair, server_context

LONG_AGO = datetime(2001, 1, 1, tzinfo=UTC)


def certificates(data: Path, scratch: Path) -> Tls:
    """For a proxy before the hub with this data folder.

    Long over by itself is no reason to refuse (docs/decisions/0140): the expired one is of another authority as well.
    """
    of_hub = folder_of(data)
    ours = Pair(of_hub.ca.read_bytes(), of_hub.ca_key.read_bytes())
    wrong = {
        Fault.WRONG_CERTIFICATE: pair()[1],
        Fault.WRONG_NAME: authority.new_server(ours, ("desk.rathaus.example",), datetime.now(UTC)),
        Fault.EXPIRED: pair(NAMES, LONG_AGO)[1],
    }
    return Tls(
        own=server_context(Pair(of_hub.server.read_bytes(), b""), scratch),
        impostors={fault: server_context(each, scratch) for fault, each in wrong.items()},
        to_hub=pinned(of_hub.ca.read_text()),
    )
