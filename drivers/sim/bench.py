"""The simulated devices on one desk: what the panel shows and switches."""

import zlib
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import msgspec

from drivers.sim.led_sign import SignPeer
from drivers.sim.peer import LineFaults, Peer
from drivers.sim.pole import PolePeer
from drivers.sim.printer import PrinterPeer
from drivers.sim.roll import Slip
from drivers.sim.scanner import ScannerPeer

LINE_SWITCHES = LineFaults.__struct_fields__
"""Switches every device has."""
_TALKERS = frozenset({"mute", "twice", "late_ms", "late_once_ms", "paired"})
"""Switches that mean something only where a device answers."""
COUNTED = ("_lines", "_bytes", "_ms", "_code", "_frames", "cut_after")
"""How the names of switches end that take a number."""


class Shown(msgspec.Struct, frozen=True, kw_only=True):
    """One device as the panel shows it. ``version`` changes whenever its picture does. ``title``: as printed on the
    device; "" for those that the message catalogue names. ``picture``: where it is served; "" = there is none.
    ``acts``, ``possible_acts``, ``cards`` and ``mishaps``: see ``Peer``."""

    name: str
    url: str
    connected: bool
    switches: dict[str, bool | int | None]
    text: str
    version: str
    slips: int = 0
    title: str = ""
    picture: str = ""
    acts: tuple[str, ...] = ()
    possible_acts: tuple[str, ...] = ()
    cards: tuple[str, ...] = ()
    mishaps: tuple[str, ...] = ()


class SimDesk:
    """Printer, sign, pole and scanner (``None`` = not on this desk), and any other simulated devices by their title; ""
    where the message catalogue has one, ``sim.NAME``."""

    def __init__(
        self,
        printer: PrinterPeer | None = None,
        sign: SignPeer | None = None,
        pole: PolePeer | None = None,
        scanner: ScannerPeer | None = None,
        others: Mapping[str, tuple[str, Peer]] = MappingProxyType({}),
    ) -> None:
        self.printer, self.sign, self.pole, self.scanner = printer, sign, pole, scanner
        self._others = others
        """Title and peer, by name."""

    @property
    def peers(self) -> dict[str, Peer]:
        """The devices that are there, by name."""
        named: dict[str, Peer | None] = {
            "printer": self.printer,
            "sign": self.sign,
            "pole": self.pole,
            "scanner": self.scanner,
        }
        here = {name: peer for name, peer in named.items() if peer is not None}
        return here | {name: peer for name, (_, peer) in self._others.items()}

    def start(self) -> dict[str, str]:
        """Plug all of them in; their URLs by name."""
        return {name: peer.start() for name, peer in self.peers.items()}

    def stop(self) -> None:
        """Unplug all of them."""
        for peer in self.peers.values():
            peer.stop()

    def switch(self, device: str, fault: str, value: Any) -> None:
        """Turn one switch. Raises ValueError that names what there is."""
        peer = self.peers.get(device)
        if peer is None:
            raise ValueError(f"no device {device!r}; there are: {', '.join(self.peers)}")
        if fault not in peer.switches():
            raise ValueError(f"no switch {fault!r} on {device}; there are: {', '.join(sorted(peer.switches()))}")
        peer.switch(**{fault: value})

    def act(self, device: str, body: dict[str, Any]) -> None:
        """Do what a person does at a device (see ``Peer.act``). Raises ValueError."""
        if device not in self.peers:
            raise ValueError(f"no device {device!r}; there are: {', '.join(self.peers)}")
        self.peers[device].act(body)

    def all_well(self) -> None:
        """Every switch of every device back to its rest."""
        for peer in self.peers.values():
            peer.all_well()

    def shown(self) -> tuple[Shown, ...]:
        """All devices as they are now."""
        return tuple(self._shown(name, peer) for name, peer in self.peers.items())

    def slip(self) -> Slip | None:
        """The newest paper: what hangs out, else the last slip; None before anything was printed."""
        return self.printer.newest() if self.printer is not None else None

    def phone_page(self) -> str:
        """The address in the newest slip's QR code; "" = there is none."""
        slip = self.slip()
        return next((code for code in (slip.qr_codes if slip else ()) if code.startswith(("http://", "https://"))), "")

    def scan(self, code: str) -> None:
        """Hold a code before the scanner; "" = the QR of the newest slip. Raises ValueError when there is none."""
        if self.scanner is None:
            raise ValueError("there is no scanner on this desk; start kiosk sim with --scanner")
        slip = self.slip()
        found = code or next(iter(slip.qr_codes if slip else ()), "")
        if not found:
            raise ValueError("no slip with a QR was printed yet; write the code")
        self.scanner.hold(found)

    def _shown(self, name: str, peer: Peer) -> Shown:
        seen = peer.seen()
        return Shown(
            name=name,
            url=peer.url,
            connected=peer.connected,
            switches=_meant(peer),
            text=seen.text,
            version=f"{zlib.crc32(seen.state):08x}",
            slips=len(self.printer.slips) if self.printer is not None and peer is self.printer else 0,
            title=self._others[name][0] if name in self._others else "",
            picture=f"/{'paper' if peer is self.printer else name}.png" if peer.has_picture else "",
            acts=peer.acts,
            possible_acts=peer.possible_acts(),
            cards=peer.cards,
            mishaps=peer.mishaps,
        )


def _meant(peer: Peer) -> dict[str, Any]:
    """No dead buttons: the answers of a device that never answers cannot be lost."""
    dead = peer.dead_switches | (frozenset() if peer.answers else _TALKERS)
    return {one: value for one, value in peer.switches().items() if one not in dead}


def usual_count(fault: str, other: int = 5) -> int:
    """The number of a switch that takes one, where nobody gave another: 600 for milliseconds, else ``other``."""
    return 600 if fault.endswith("_ms") else other
