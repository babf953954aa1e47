"""Where the hub's certificates live: ``<data>/tls/`` with ``ca.pem``, ``ca.key`` and ``server.pem``.

``server.pem`` holds certificate and key in one file, so that a renewal is one rename. ``ca.pem`` is written last: it
says that the set is whole. All files are for the hub's user alone (0600).
"""

import socket
from datetime import datetime
from pathlib import Path

import msgspec

from hub.store.faults import remedy
from hub.tls import authority
from hub.tls.authority import Pair
from kiosk import private
from kiosk.config import write_whole

ALWAYS = ("localhost", "127.0.0.1", "::1")
"""The terminal on the hub's own machine."""


class Folder(msgspec.Struct, frozen=True):
    """The three files of a hub's own authority."""

    path: Path

    @property
    def ca(self) -> Path:
        """The authority's certificate: what terminals pin."""
        return self.path / "ca.pem"

    @property
    def ca_key(self) -> Path:
        """The authority's key: may be taken elsewhere; then nobody renews but ``kiosk hub renew`` with it put back."""
        return self.path / "ca.key"

    @property
    def server(self) -> Path:
        """What the hub serves with."""
        return self.path / "server.pem"


class TlsFault(msgspec.Struct, frozen=True):
    """Why there is no encryption, with the remedy: one sentence or two for the operator."""

    sentence: str


def folder_of(data: Path) -> Folder:
    """The certificates of the hub with this data folder."""
    return Folder(data / "tls")


def make(folder: Folder, names: tuple[str, ...], now: datetime) -> None:
    """Make authority and server certificate. Raises OSError when the folder cannot be written."""
    private.make(folder.path)
    made = authority.new_authority(now)
    write_whole(folder.ca_key, made.key.decode())
    _write_server(folder, authority.new_server(made, names, now))
    write_whole(folder.ca, made.certificate.decode())


def renew(folder: Folder, names: tuple[str, ...], now: datetime) -> TlsFault | None:
    """Sign another server certificate by the same authority; no names = those it has now."""
    try:
        signer = Pair(folder.ca.read_bytes(), folder.ca_key.read_bytes())
        wanted = names or authority.names_of(folder.server.read_bytes())
        _write_server(folder, authority.new_server(signer, wanted, now))
    except OSError as fault:
        what = remedy(fault, "Put the file back.")
        return TlsFault(f"{fault.filename}: {fault.strerror}. {what} Then run 'kiosk hub renew'.")
    except ValueError as fault:
        return TlsFault(f"{folder.path} holds a broken certificate or key ({fault}). Put back a copy of the folder.")
    return None


def own_names() -> tuple[str, ...]:
    """What this machine is called and its address on the network, as far as it knows."""
    found = [socket.gethostname(), socket.getfqdn()]
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # no packet is sent: the system only says which address it would send from
            found.append(probe.getsockname()[0])
        except OSError:
            pass
    return all_names(tuple(found))


def all_names(names: tuple[str, ...]) -> tuple[str, ...]:
    """The good ones of these names, each once, and those of this machine for itself."""
    checked = [authority.checked_name(name) for name in names]
    return tuple(dict.fromkeys([name for name in checked if name] + list(ALWAYS)))


def _write_server(folder: Folder, server: Pair) -> None:
    write_whole(folder.server, (server.certificate + server.key).decode())
