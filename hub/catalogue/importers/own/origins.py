"""Which file a record of a folder came from, so that a fault of the whole catalogue names the file too."""

from collections.abc import Iterable
from pathlib import Path

import msgspec

from kiosk.catalogue.faults import CatalogueFaults, Fault


class Origins:
    """Grows while a folder is read."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._files: dict[tuple[str, str], Path] = {}

    def note(self, path: Path, kind: str, ident: str, lang: str = "") -> None:
        """``path`` holds this record; with ``lang`` the texts of one more language of it."""
        self._files[f"{kind}[{ident}]", lang] = path

    def told(self, faults: Iterable[Fault]) -> CatalogueFaults:
        """The faults of the folder, each with its file where it has one."""
        return CatalogueFaults(str(self._folder), tuple(self._with_file(fault) for fault in faults))

    def _with_file(self, fault: Fault) -> Fault:
        record, lang = fault.place.partition("]")[0] + "]", fault.place.rpartition(".")[2].partition("[")[0]
        path = self._files.get((record, lang)) or self._files.get((record, ""))
        if path is None:
            return fault
        return msgspec.structs.replace(fault, place=f"{path.relative_to(self._folder).as_posix()}, {fault.place}")
