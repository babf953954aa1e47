"""Making the one fault that refuses a file."""

import re
from pathlib import Path

from kiosk.catalogue.faults import CatalogueFaults, Fault, shown

_PLAIN = re.compile(r"[\w.:-]{1,60}\Z")


def refused(path: Path, place: str, reason: str, remedy: str) -> CatalogueFaults:
    """The whole source is refused: its path, the place inside, what is wrong, what to do."""
    return CatalogueFaults(str(path), (Fault(place, reason, remedy),))


def key(name: str) -> str:
    """The name of an entry as a place may repeat it: as it is when it is one, else as a text somebody else wrote."""
    return name if _PLAIN.match(name) else shown(name)
