"""A catalogue as an editor writes it: a folder of TOML files -> Catalogue, or faults with file, place and remedy.

``*.toml`` and ``services/*.toml`` hold tables ``category``, ``service``, ``office``, ``queue``, ``featured`` with the
field names of ``kiosk.catalogue.model``; ``texts/<language>.toml`` adds one more language to all of them. The form is
described in docs/catalogue.md.
"""

from collections.abc import Sequence
from pathlib import Path

import msgspec

from hub.catalogue.importers.faults import key, refused
from hub.catalogue.importers.own import hours_text, more_texts
from hub.catalogue.importers.own.origins import Origins
from hub.catalogue.importers.own.toml import FORM, Table, read_toml
from kiosk.catalogue.check import check
from kiosk.catalogue.faults import CatalogueFaults
from kiosk.catalogue.model import Catalogue, Category, ClosedDay, Elsewhere, Featured, Fee, Office, Queue, Service, Span
from kiosk.catalogue.texts import tag_faults

_KINDS: dict[str, tuple[str, type[msgspec.Struct]]] = {
    "category": ("categories", Category),
    "service": ("services", Service),
    "office": ("offices", Office),
    "queue": ("queues", Queue),
    "featured": ("featured", Featured),
}
_INSIDE: dict[str, type[msgspec.Struct]] = {
    "fees": Fee,
    "closed_days": ClosedDay,
    "hours": Span,
    "spans": Span,
    "elsewhere": Elsewhere,
}
"""Tables, and lists of tables, inside a record."""
_TOP = {"languages", "defaults", "closed", *_KINDS}


def load_folder(folder: Path, version: int = 1) -> Catalogue | CatalogueFaults:
    """Read a whole folder; everything or nothing."""
    paths = sorted(folder.glob("*.toml")) + sorted((folder / "services").glob("*.toml"))
    if not paths:
        return refused(folder, "folder", "there is no .toml file in it", "Name the folder that holds catalogue.toml.")
    parts: dict[str, list[Table]] = {plural: [] for plural, _ in _KINDS.values()}
    languages: list[str] = []
    closed: Table = {}
    origins, closed_in = Origins(folder), folder
    for path in paths:
        tables = read_toml(path)
        if isinstance(tables, CatalogueFaults):
            return tables
        if fault := _take(path, tables, parts, origins):
            return fault
        languages += [lang for lang in tables.get("languages", []) if lang not in languages]
        if tables.get("closed"):
            closed, closed_in = {**closed, **tables["closed"]}, path
    if not any(parts.values()):
        return _empty(folder, paths)
    if fault := hours_text.spread(closed_in, parts["offices"], closed):
        return fault
    if fault := _more_languages(folder, parts, languages, origins):
        return fault
    return _whole(folder, parts, languages, version, origins)


def _empty(folder: Path, paths: Sequence[Path]) -> CatalogueFaults:
    """Nothing but spaces and comments: a file that went wrong, not a wish to have no services."""
    where = paths[0] if len(paths) == 1 else folder
    return refused(where, "file", "empty: no service, office or queue is in it", f"Choose another file; {FORM}")


def _take(path: Path, tables: Table, parts: dict[str, list[Table]], origins: Origins) -> CatalogueFaults | None:
    """Check one file's tables record by record, so that a fault names the file, and add them to the whole."""
    if unknown := sorted(set(tables) - _TOP):
        return refused(path, key(unknown[0]), "unknown table", f"Use one of {', '.join(sorted(_TOP))}.")
    defaults, closed, languages = tables.get("defaults", {}), tables.get("closed", {}), tables.get("languages", [])
    if not (isinstance(defaults, dict) and isinstance(closed, dict) and isinstance(languages, list)):
        return refused(path, "defaults, closed, languages", "not in their form", FORM)
    if fault := _tag_fault(path, "languages", languages) or _unknown_entry(path, "defaults", defaults, Service):
        return fault
    for kind, (plural, record_type) in _KINDS.items():
        records = tables.get(kind, [])
        if not isinstance(records, list) or not all(isinstance(record, dict) for record in records):
            return refused(path, kind, "is not a list of tables", f"Begin each record with [[{kind}]].")
        for position, record in enumerate(records):
            place = f"{kind}[{position}]"
            full = {**defaults, **record} if kind == "service" else record
            if fault := _prepare(path, place, full) or _record_fault(path, place, full, record_type):
                return fault
            parts[plural].append(full)
            origins.note(path, plural, full["service" if kind == "featured" else "id"])
    return None


def _tag_fault(path: Path, place: str, languages: list[object]) -> CatalogueFaults | None:
    if not all(isinstance(lang, str) for lang in languages):
        return refused(path, place, "not a list of texts", 'Write languages = ["de", "en"].')
    faults = tuple(fault for lang in languages for fault in tag_faults(place, str(lang)))
    return CatalogueFaults(str(path), faults) if faults else None


def _prepare(path: Path, place: str, record: Table) -> CatalogueFaults | None:
    """Turn the editor's short forms into the model's: hours as text, a fee without ``cents``."""
    if fault := hours_text.unfold(path, place, record):
        return fault
    fees = record.get("fees")
    if isinstance(fees, list):
        record["fees"] = [{"cents": None, **fee} if isinstance(fee, dict) else fee for fee in fees]
    return None


def _record_fault(path: Path, place: str, record: Table, record_type: type[msgspec.Struct]) -> CatalogueFaults | None:
    if fault := _unknown_entry(path, place, record, record_type):
        return fault
    try:
        msgspec.convert(record, record_type)
    except msgspec.ValidationError as fault:
        reason, _, where = str(fault).partition(" - at ")
        return refused(path, place + where.strip("`").removeprefix("$"), reason, f"Correct this entry; {FORM}")
    return None


def _unknown_entry(path: Path, place: str, record: Table, record_type: type[msgspec.Struct]) -> CatalogueFaults | None:
    known = set(record_type.__struct_fields__)
    if unknown := sorted(set(record) - known):
        return refused(path, f"{place}.{key(unknown[0])}", "unknown entry", f"Use one of {', '.join(sorted(known))}.")
    for name in known & set(_INSIDE):
        tables = record.get(name)
        one = isinstance(tables, dict)
        for position, table in enumerate([tables] if one else tables if isinstance(tables, list) else ()):
            where = f"{place}.{name}" if one else f"{place}.{name}[{position}]"
            if isinstance(table, dict) and (fault := _unknown_entry(path, where, table, _INSIDE[name])):
                return fault
    return None


def _more_languages(
    folder: Path, parts: dict[str, list[Table]], languages: list[str], origins: Origins
) -> CatalogueFaults | None:
    for path in sorted((folder / "texts").glob("*.toml")):
        tables = read_toml(path)
        if isinstance(tables, CatalogueFaults):
            return tables
        if fault := _tag_fault(path, "file name", [path.stem]) or more_texts.add(path, tables, parts, origins):
            return fault
        if path.stem not in languages:
            languages.append(path.stem)
    return None


def _whole(
    folder: Path, parts: dict[str, list[Table]], languages: list[str], version: int, origins: Origins
) -> Catalogue | CatalogueFaults:
    try:
        catalogue = msgspec.convert({"version": version, "languages": languages or ["de"], **parts}, Catalogue)
    except msgspec.ValidationError as fault:
        reason, _, place = str(fault).partition(" - at ")
        return refused(folder, place.strip("`"), reason, f"Correct this entry; {FORM}")
    faults = check(catalogue)
    return origins.told(faults) if faults else catalogue
