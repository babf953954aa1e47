"""How large a catalogue may be on its way: what a terminal refuses for its size, so that a hub never signs it."""

import zlib
from collections import Counter
from collections.abc import Iterator
from typing import Final

from kiosk.catalogue.faults import Fault, shown
from kiosk.catalogue.read import SIZE_LIMIT
from kiosk.catalogue.records import Key
from kiosk.i18n.languages import FALLBACKS

RECORD_MAX: Final = 256 * 1024
"""Bytes one record may have."""
SNAPSHOT_MAX: Final = 64 * 1024 * 1024
"""Bytes a packed snapshot may have."""
UNPACKED_MAX: Final = 512 * 1024 * 1024
"""Bytes of a snapshot when it is unpacked."""
_LINE = 512
"""Bytes of a snapshot's line around the record: kind, id, language, revision, checksum."""
_LEAVE_OUT = "Leave out services or languages that this house does not need."


class Weight:
    """Counts the bytes of a catalogue's records as they come."""

    def __init__(self) -> None:
        self._by_lang: Counter[str] = Counter()
        self._unpacked = self._packed = 0
        self._packer = zlib.compressobj(level=1)

    def add(self, key: Key, body: bytes) -> Iterator[Fault]:
        """Count one record; what is wrong with it alone."""
        self._by_lang[key.lang] += len(body)
        self._unpacked += len(body) + _LINE
        self._packed += len(self._packer.compress(body))
        if len(body) > RECORD_MAX:
            place = f"{key.kind}[{key.id}]" + (f", {shown(key.lang)}" if key.lang else "")
            yield Fault(place, f"it has {len(body)} bytes, {RECORD_MAX} may be", "Shorten its texts and lists.")

    def faults(self) -> Iterator[Fault]:
        """What is wrong with all of them together. Further languages count only at a terminal that shows them."""
        everywhere = sum(self._by_lang[lang] for lang in ("", *FALLBACKS))
        if everywhere > SIZE_LIMIT:
            yield Fault("records", f"what every terminal shows has {everywhere} bytes, {SIZE_LIMIT} may be", _LEAVE_OUT)
        if self._unpacked > UNPACKED_MAX:
            yield Fault("snapshot", f"{self._unpacked} bytes, {UNPACKED_MAX} may be", _LEAVE_OUT)
        packed = self._packed + len(self._packer.copy().flush())
        if packed > SNAPSHOT_MAX:
            yield Fault("snapshot", f"{packed} bytes when packed, {SNAPSHOT_MAX} may be", _LEAVE_OUT)
