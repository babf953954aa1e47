"""What the QR of a slip holds: enough to bring a ticket into its queue by hand, nothing about the person.

``THK2:<id>:<label>:<day>:<arrival>:<service>:<mac>`` in the characters of a QR's alphanumeric mode (ISO/IEC 18004):
about 75 of them fit a symbol of 33 x 33 modules at level M. Numbers are in base 36; the mark of the service is a short
hash, because ids are longer than a slip is wide. The MAC (HMAC-SHA-256, 64 bits) is made with the town hall's slip key.
"""

import hashlib
import hmac
import re
from datetime import date, timedelta
from uuid import UUID

import msgspec

from kiosk.vocabulary.hardware.reader_texts import TRIED, Reading, readings
from kiosk.vocabulary.ids import TicketId
from kiosk.vocabulary.labels import Label, parse_label

PREFIX = "THK2:"
_FORM = re.compile(
    r"THK2:[0-9A-Z]{25}:[A-Z]{1,2}[0-9]{1,4}(-[0-9]{1,4})?:[0-9A-Z]{3}:[0-9A-Z]{6}:[0-9A-Z]{7}:[0-9A-Z]{13}"
)
_DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_PAIRS = [high + low for high in _DIGITS for low in _DIGITS]
"""Two digits at a time: each number given needs five codes, one of them 25 digits long."""
_LAST = [36**width - 1 for width in range(26)]
"""The largest value of so many digits."""
_EPOCH = date(2020, 1, 1)
_EPOCH_S = 1_577_836_800


class Slip(msgspec.Struct, frozen=True, kw_only=True):
    """A ticket as its slip tells it. ``arrival_s`` is Unix time in seconds, ``service`` a mark: ``service_mark``."""

    id: TicketId
    label: Label
    business_day: str
    arrival_s: int
    service: int


class Forged(msgspec.Struct, frozen=True):
    """Looks like a slip, but its MAC is not of this town hall: torn, mistyped, or made up."""


def service_mark(service: str) -> int:
    """32 bits that stand for a service id on slips."""
    return int.from_bytes(hashlib.sha256(service.encode()).digest()[:4], "big")


def slip_text(slip: Slip, key: bytes) -> str:
    """What the QR holds."""
    label = slip.label
    number = f"{label.series}{label.n}" if label.slot == 0 else f"{label.series}{label.slot:02d}-{label.n}"
    days = (date.fromisoformat(slip.business_day) - _EPOCH).days
    parts = (
        _base36(int(slip.id.replace("-", ""), 16), 25),
        number,
        _base36(days, 3),
        _base36(slip.arrival_s - _EPOCH_S, 6),
        _base36(slip.service, 7),
    )
    told = PREFIX + ":".join(parts)
    return f"{told}:{_mac(told, key)}"


class FoundSlip(msgspec.Struct, frozen=True):
    """A slip of this town hall; ``text`` is its code as it was printed, however a reader delivered it."""

    slip: Slip
    text: str
    reading: Reading


def find_slip(text: str, key: bytes) -> FoundSlip | Forged | None:
    """Find a slip in what was scanned or typed, whatever a reader put in front of it or behind, and whatever keyboard
    it was set to: the MAC makes trying harmless. None when it is not one of ours at all."""
    if len(text) > TRIED:
        return None
    looks_like_one = False
    for reading in readings(text):
        told = reading.text.upper()
        looks_like_one = looks_like_one or PREFIX in told
        for match in _FORM.finditer(told):
            if isinstance(slip := _believed(match[0], key), Slip):
                return FoundSlip(slip, match[0], reading)
    return Forged() if looks_like_one else None


def read_slip(text: str, key: bytes) -> Slip | Forged | None:
    """Read a scanned or typed slip (``find_slip``)."""
    found = find_slip(text, key)
    return found.slip if isinstance(found, FoundSlip) else found


def _believed(code: str, key: bytes) -> Slip | Forged:
    told, _, mac = code.rpartition(":")
    return _parsed(told) if hmac.compare_digest(mac, _mac(told, key)) else Forged()


def _parsed(told: str) -> Slip | Forged:
    _, ident, number, days, arrival, service = told.split(":")
    label = parse_label(number)
    if label is None or int(ident, 36) >= 1 << 128:
        return Forged()
    return Slip(
        id=TicketId(str(UUID(int=int(ident, 36)))),
        label=label,
        business_day=(_EPOCH + timedelta(days=int(days, 36))).isoformat(),
        arrival_s=_EPOCH_S + int(arrival, 36),
        service=int(service, 36),
    )


def _mac(told: str, key: bytes) -> str:
    return _base36(int.from_bytes(hmac.digest(key, told.encode(), "sha256")[:8], "big"), 13)


def _base36(value: int, width: int) -> str:
    """As wide as said: of a day or a time beyond that (a clock that is out by decades) the last one that fits."""
    value, pairs = min(max(value, 0), _LAST[width]), []
    while value:
        value, pair = divmod(value, 36 * 36)
        pairs.append(_PAIRS[pair])
    return "".join(reversed(pairs)).rjust(width, "0")[-width:]
