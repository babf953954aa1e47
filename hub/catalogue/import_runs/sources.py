"""Reads a source of a catalogue, whichever kind it is. For commands and the import's own process: the hub does without
the readers and what they need."""

from pathlib import Path

import msgspec

from hub.catalogue.import_runs import drawable
from hub.catalogue.importers.dldb.reader import read_dldb
from hub.catalogue.importers.draft import Draft, draft_of
from hub.catalogue.importers.faults import refused
from hub.catalogue.importers.own.folder import load_folder
from hub.catalogue.importers.xzufi.reader import read_xzufi
from kiosk.catalogue.faults import CatalogueFaults
from kiosk.catalogue.model import Catalogue
from kiosk.catalogue.read import read


def load(kind: str, source: Path, area: str = "", last: Draft | None = None) -> Draft | CatalogueFaults:
    """Read a source: "xzufi" = a delivery, "dldb" = an export's folder, "own" = a folder of TOML files or a .json file.

    ``area``: the house's regional key (XZuFi); ``last``: what is in force now. The report names what our type lacks.
    """
    draft = _read(kind, source, area, last)
    if isinstance(draft, CatalogueFaults):
        return draft
    lines = (draft.report, drawable.report(draft))
    return msgspec.structs.replace(draft, report="\n".join(line for line in lines if line))


def _read(kind: str, source: Path, area: str, last: Draft | None) -> Draft | CatalogueFaults:
    if kind == "xzufi":
        return read_xzufi(source, area, last)
    if kind == "dldb":
        found = read_dldb(source)
        if isinstance(found, CatalogueFaults):
            return found
        return draft_of(found.catalogue, kind, str(source), str(found.report))
    catalogue = load_folder(source) if source.is_dir() else _load_file(source)
    return catalogue if isinstance(catalogue, CatalogueFaults) else draft_of(catalogue, kind, str(source))


def _load_file(path: Path) -> Catalogue | CatalogueFaults:
    try:
        return read(path.read_bytes(), str(path))
    except OSError as fault:
        return refused(path, "file", f"cannot be read ({fault.strerror})", "Check that the file is there and readable.")
