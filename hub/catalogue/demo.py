"""The bundled demo catalogue of "Stadt Musterstadt"."""

from datetime import time
from pathlib import Path

from msgspec.structs import replace

from kiosk.catalogue.faults import CatalogueFaults
from kiosk.catalogue.model import Catalogue, Span

FOLDER = Path(__file__).parent / "demo"

_ALWAYS = tuple(Span(day=day, opens=time(0), closes=time(0)) for day in range(7))


def demo_catalogue(version: int = 1) -> Catalogue:
    """The demo as it stands in its files. Raises ValueError when they are broken (a bug of ours, not of an editor)."""
    from hub.catalogue.importers.own.folder import load_folder  # a running hub needs no importer, but to show the demo

    loaded = load_folder(FOLDER, version)
    if isinstance(loaded, CatalogueFaults):
        raise ValueError(str(loaded))
    return loaded


def always_open(catalogue: Catalogue) -> Catalogue:
    """The same catalogue with every office open day and night: for demos and training at any hour."""
    offices = tuple(replace(office, hours=_ALWAYS, closed_days=()) for office in catalogue.offices)
    return replace(catalogue, offices=offices)
