"""A catalogue on its way in: the small things as values, the services one by one, so that none is too large."""

from collections.abc import Callable, Iterator

import msgspec

from kiosk.catalogue.model import Catalogue, Service


class Draft(msgspec.Struct, frozen=True, kw_only=True):
    """A sound catalogue that is not in force yet."""

    shell: Catalogue
    """Everything but the services."""
    services: Callable[[], Iterator[Service]]
    """Gives the services in their order, as often as it is asked."""
    count: int
    origin: str
    """"demo", "empty", "xzufi", "dldb", "own", "hub"."""
    source: str = ""
    """File or folder, for people."""
    report: str = ""
    """What was read and what was left out, for people."""
    each_sound: bool = False
    """Whoever made it has just looked at each service by itself; what they name is looked at when it is published."""
    files: dict[str, tuple[str, ...]] = {}
    """Which services came from which file of a directory."""


def draft_of(catalogue: Catalogue, origin: str, source: str = "", report: str = "") -> Draft:
    """A whole catalogue as a draft."""
    services = catalogue.services
    return Draft(
        shell=msgspec.structs.replace(catalogue, services=()),
        services=lambda: iter(services),
        count=len(services),
        origin=origin,
        source=source,
        report=report,
    )
