"""The simulated devices on one desk: what the panel shows and switches."""

import zlib
from typing import Any

import msgspec

from drivers.sim.led_sign import SignPeer
from drivers.sim.paper import paper_png
from drivers.sim.peer import LineFaults, Peer
from drivers.sim.pole import PolePeer
from drivers.sim.printer import PrinterPeer
from drivers.sim.roll import Slip
from drivers.sim.scanner import ScannerPeer

LINE_SWITCHES = LineFaults.__struct_fields__
"""Switches every device has."""
_TALKERS = frozenset({"mute", "twice", "late_ms", "late_once_ms", "paired"})
"""Switches that mean something only where a device answers."""
COUNTED = ("_lines", "_bytes", "_ms", "cut_after")
"""How the names of switches end that take a number."""


class Shown(msgspec.Struct, frozen=True, kw_only=True):
    """One device as the panel shows it. ``version`` changes whenever its picture does."""

    name: str
    url: str
    connected: bool
    switches: dict[str, bool | int | None]
    text: str
    version: str
    slips: int = 0


class SimDesk:
    """Up to four devices. ``None`` = not on this desk."""

    def __init__(
        self,
        printer: PrinterPeer | None = None,
        sign: SignPeer | None = None,
        pole: PolePeer | None = None,
        scanner: ScannerPeer | None = None,
    ) -> None:
        self.printer, self.sign, self.pole, self.scanner = printer, sign, pole, scanner

    @property
    def peers(self) -> dict[str, Peer]:
        """The devices that are there, by name."""
        named: dict[str, Peer | None] = {
            "printer": self.printer,
            "sign": self.sign,
            "pole": self.pole,
            "scanner": self.scanner,
        }
        return {name: peer for name, peer in named.items() if peer is not None}

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

    def all_well(self) -> None:
        """Every switch of every device back to its rest."""
        for peer in self.peers.values():
            peer.switch(**msgspec.structs.asdict(type(peer.device.faults)()))

    def shown(self) -> tuple[Shown, ...]:
        """All devices as they are now."""
        return tuple(self._shown(name, peer) for name, peer in self.peers.items())

    def slip(self) -> Slip | None:
        """The newest paper: what hangs out, else the last slip; None before anything was printed."""
        if self.printer is None:
            return None
        with self.printer.lock:
            hanging, slips = self.printer.printer.hanging(), self.printer.printer.slips
            return hanging if hanging.height else slips[-1] if slips else None

    def scan(self, code: str) -> None:
        """Hold a code before the scanner; "" = the QR of the newest slip. Raises ValueError when there is none."""
        if self.scanner is None:
            raise ValueError("there is no scanner on this desk; start kiosk sim with --scanner")
        slip = self.slip()
        found = code or next(iter(slip.qr_codes if slip else ()), "")
        if not found:
            raise ValueError("no slip with a QR was printed yet; write the code")
        self.scanner.hold(found)

    def paper_png(self) -> bytes:
        """The newest paper as a picture; an empty strip before anything was printed."""
        slip = self.slip()
        hanging = slip is None or self.printer is None or slip not in self.printer.slips[-1:]
        return paper_png(slip or Slip(marks=(), height=120, raw=b""), torn=not hanging)

    def _shown(self, name: str, peer: Peer) -> Shown:
        text, state, slips = self._reading(name)
        return Shown(
            name=name,
            url=peer.url,
            connected=peer.connected,
            switches=_meant(name, peer.switches()),
            text=text,
            version=f"{zlib.crc32(state):08x}",
            slips=slips,
        )

    def _reading(self, name: str) -> tuple[str, bytes, int]:
        """What can be read on a device, what its picture depends on, and how many slips there are."""
        if name == "printer":
            slip = self.slip()
            count = len(self.printer.slips) if self.printer else 0
            return (slip.text, slip.raw + bytes([count % 256, slip.height % 256]), count) if slip else ("", b"", 0)
        if name == "sign" and self.sign is not None:
            with self.sign.lock:
                showing = self.sign.sign.showing
                return self.sign.sign.text, showing.raw if showing else b"", 0
        if name == "scanner" and self.scanner is not None:
            return self.scanner.scanner.last, self.scanner.scanner.last.encode(), 0
        lines = self.pole.lines if self.pole else ("", "")
        level = self.pole.pole.brightness if self.pole else 0
        return "\n".join(lines), "\n".join(lines).encode() + bytes([level]), 0


def _meant(name: str, switches: dict[str, Any]) -> dict[str, Any]:
    """No dead buttons: displays never answer, so their answers cannot be lost."""
    return switches if name == "printer" else {one: value for one, value in switches.items() if one not in _TALKERS}


def usual_count(fault: str, other: int = 5) -> int:
    """The number of a switch that takes one, where nobody gave another: 600 for milliseconds, else ``other``."""
    return 600 if fault.endswith("_ms") else other
