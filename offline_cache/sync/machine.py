"""Which computer this is: so that a copied disk is noticed before two terminals give the same numbers.

Hashes, because the machine-id itself is not for telling (man 5 machine-id). A copied disk has the machine-id of the
first. What it does not carry along: the serial number of the board, where every program may read it (device tree), and
the addresses that the makers of the built-in network cards gave them.
"""

import hashlib
import hmac
import re
from pathlib import Path

from kiosk.vocabulary.hardware.computer_id import machine_name

_NAMES = ("etc/machine-id", "sys/firmware/devicetree/base/serial-number")
_NET = "sys/class/net"
_PURPOSE = b"townhall-kiosk terminal"
_CARD_PURPOSE = b"townhall-kiosk network card"
_CARDS_MAX = 8
"""So many fit the 200 letters that the hub takes."""
_ADDRESS = re.compile(rb"(?!00(:00){5})[0-9a-f]{2}(:[0-9a-f]{2}){5}")
_USB = re.compile(r"usb[0-9]+")
_PERMANENT = b"0"


def machine_id(root: Path = Path("/")) -> str:
    """Hashes that stay the same on this computer; "" when it has no name at all."""
    told = [found for name in _NAMES if (found := _read(root / name))]
    base = _hash(_PURPOSE, b"\n".join(told)) if told else ""
    addresses = sorted({found for each in _interfaces(root / _NET) if (found := _address(each))})
    return machine_name(base, [_hash(_CARD_PURPOSE, each)[:16] for each in addresses[:_CARDS_MAX]])


def _interfaces(folder: Path) -> list[Path]:
    try:
        return list(folder.iterdir())
    except OSError:
        return []


def _address(interface: Path) -> bytes:
    """The address of a built-in card; b"" of anything else: made by a program, on USB, or changed for a while."""
    device = interface / "device"
    if not device.exists() or any(_USB.fullmatch(part) for part in device.resolve().parts):
        return b""
    if _read(interface / "addr_assign_type") != _PERMANENT:
        return b""
    address = _read(interface / "address")
    return address if _ADDRESS.fullmatch(address) else b""


def _hash(purpose: bytes, told: bytes) -> str:
    return hmac.digest(purpose, told, hashlib.sha256).hex()


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes().strip(b"\0\n ")
    except OSError:
        return b""
