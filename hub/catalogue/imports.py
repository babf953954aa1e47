"""From a source to the catalogue in force: load it, and publish it only where something changed."""

from pathlib import Path

import msgspec
from sqlalchemy import Connection

from hub.catalogue.dldb import DldbReport, read_dldb
from hub.catalogue.faults import refused
from hub.catalogue.folder import load_folder
from hub.queues import publishing
from hub.queues.refusals import Refused
from kiosk.catalogue.faults import CatalogueFaults
from kiosk.catalogue.model import Catalogue
from kiosk.catalogue.read import read


class Loaded(msgspec.Struct, frozen=True):
    """A sound catalogue, where it came from ("dldb", "file") and, for a DLDB export, what was left out."""

    catalogue: Catalogue
    origin: str
    report: DldbReport | None = None


class InForce(msgspec.Struct, frozen=True):
    """The version in force after an import; ``changed`` False = it held all this already."""

    version: int
    changed: bool


def load(kind: str, source: Path) -> Loaded | CatalogueFaults:
    """Read a source: "dldb" = an export's folder; "catalogue" = a folder of TOML files or a .json file."""
    if kind == "dldb":
        found = read_dldb(source)
        return found if isinstance(found, CatalogueFaults) else Loaded(found.catalogue, "dldb", found.report)
    catalogue = load_folder(source) if source.is_dir() else _load_file(source)
    return catalogue if isinstance(catalogue, CatalogueFaults) else Loaded(catalogue, "file")


def publish(connection: Connection, site: str, catalogue: Catalogue, origin: str, now_ms: int) -> InForce | Refused:
    """Put a catalogue in force under the next version; when nothing would change, the last version stays.

    What would stand in the snapshot depends on the site's own queues and routes, so it is published within a savepoint
    and taken back when it turns out equal.
    """
    before = publishing.latest(connection, site)
    with connection.begin_nested() as attempt:
        version = publishing.publish(connection, site, catalogue, origin, now_ms)
        if isinstance(version, Refused):
            attempt.rollback()
            return version
        after = publishing.latest(connection, site)
        if before is not None and after is not None and _content(before.body) == _content(after.body):
            attempt.rollback()
            return InForce(before.version, changed=False)
    return InForce(version, changed=True)


def _content(body: bytes) -> Catalogue:
    catalogue = msgspec.json.decode(body, type=Catalogue)
    return msgspec.structs.replace(catalogue, version=0, published="")


def _load_file(path: Path) -> Catalogue | CatalogueFaults:
    try:
        return read(path.read_bytes(), str(path))
    except OSError as fault:
        return refused(path, "file", f"cannot be read ({fault.strerror})", "Check that the file is there and readable.")
