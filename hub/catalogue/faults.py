"""Making the one fault that refuses a file."""

from pathlib import Path

from kiosk.catalogue.faults import CatalogueFaults, Fault


def refused(path: Path, place: str, reason: str, remedy: str) -> CatalogueFaults:
    """The whole source is refused: its path, the place inside, what is wrong, what to do."""
    return CatalogueFaults(str(path), (Fault(place, reason, remedy),))
