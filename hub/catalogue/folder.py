"""A catalogue as an editor writes it: a folder of TOML files -> Catalogue, or faults with file, place and remedy.

``*.toml`` and ``services/*.toml`` hold tables ``category``, ``service``, ``office``, ``queue``, ``featured`` with the
field names of ``kiosk.catalogue.model``; ``texts/<language>.toml`` adds one more language to all of them. The form is
described in docs/catalogue.md.
"""

import tomllib
import unicodedata
from pathlib import Path
from typing import Any

import msgspec

from hub.catalogue import hours_text, more_texts
from hub.catalogue.faults import refused
from kiosk.catalogue.check import check
from kiosk.catalogue.faults import CatalogueFaults
from kiosk.catalogue.model import Catalogue, Category, Featured, Fee, Office, Queue, Service

FILE_LIMIT = 4 * 1024 * 1024
"""Bytes one file may have."""

Table = dict[str, Any]
"""A TOML table: what it holds is checked by msgspec right after."""

_KINDS: dict[str, tuple[str, type[msgspec.Struct]]] = {
    "category": ("categories", Category),
    "service": ("services", Service),
    "office": ("offices", Office),
    "queue": ("queues", Queue),
    "featured": ("featured", Featured),
}
_TOP = {"languages", "defaults", "closed", *_KINDS}
_FORM = "docs/catalogue.md shows the form."


def load_folder(folder: Path, version: int = 1) -> Catalogue | CatalogueFaults:
    """Read a whole folder; everything or nothing."""
    paths = sorted(folder.glob("*.toml")) + sorted((folder / "services").glob("*.toml"))
    if not paths:
        return refused(folder, "folder", "there is no .toml file in it", "Name the folder that holds catalogue.toml.")
    parts: dict[str, list[Table]] = {plural: [] for plural, _ in _KINDS.values()}
    languages: list[str] = []
    closed: Table = {}
    for path in paths:
        tables = read_toml(path)
        if isinstance(tables, CatalogueFaults):
            return tables
        if fault := _take(path, tables, parts):
            return fault
        languages += [lang for lang in tables.get("languages", []) if lang not in languages]
        closed = {**closed, **tables.get("closed", {})}
    if fault := hours_text.spread(folder, parts["offices"], closed):
        return fault
    if fault := _more_languages(folder, parts, languages):
        return fault
    return _whole(folder, parts, languages, version)


def read_toml(path: Path) -> Table | CatalogueFaults:
    """One TOML file, its texts in NFC."""
    try:
        data = path.read_bytes()
        if len(data) > FILE_LIMIT:
            return refused(path, "file", f"too large: {len(data)} bytes, {FILE_LIMIT} may be", "Split the file.")
        return tomllib.loads(unicodedata.normalize("NFC", data.decode("utf-8")))
    except OSError as fault:
        return refused(path, "file", f"cannot be read ({fault.strerror})", "Check that the file is there and readable.")
    except UnicodeDecodeError:
        return refused(path, "file", "not UTF-8 text", "Save the file as UTF-8.")
    except tomllib.TOMLDecodeError as fault:
        return refused(path, "file", f"not TOML ({fault})", f"Mend the line named here; {_FORM}")
    except RecursionError:
        return refused(path, "file", "lists or tables are nested too deeply", f"Write the file anew; {_FORM}")


def _take(path: Path, tables: Table, parts: dict[str, list[Table]]) -> CatalogueFaults | None:
    """Check one file's tables record by record, so that a fault names the file, and add them to the whole."""
    if unknown := sorted(set(tables) - _TOP):
        return refused(path, unknown[0], "unknown table", f"Use one of {', '.join(sorted(_TOP))}.")
    defaults, closed, languages = tables.get("defaults", {}), tables.get("closed", {}), tables.get("languages", [])
    if not (isinstance(defaults, dict) and isinstance(closed, dict) and isinstance(languages, list)):
        return refused(path, "defaults, closed, languages", "not in their form", _FORM)
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
    return None


def _prepare(path: Path, place: str, record: Table) -> CatalogueFaults | None:
    """Turn the editor's short forms into the model's: hours as text, a fee without ``cents``."""
    if fault := hours_text.unfold(path, place, record):
        return fault
    fees = record.get("fees", [])
    if isinstance(fees, list):
        record["fees"] = [{"cents": None, **fee} if isinstance(fee, dict) else fee for fee in fees]
    if not record["fees"]:
        del record["fees"]
    return None


def _record_fault(path: Path, place: str, record: Table, record_type: type[msgspec.Struct]) -> CatalogueFaults | None:
    known = {field.name for field in msgspec.structs.fields(record_type)}
    if unknown := sorted(set(record) - known):
        return refused(path, f"{place}.{unknown[0]}", "unknown entry", f"Use one of {', '.join(sorted(known))}.")
    known_of_fee = {field.name for field in msgspec.structs.fields(Fee)}
    for position, fee in enumerate(record.get("fees", [])):
        if isinstance(fee, dict) and (unknown := sorted(set(fee) - known_of_fee)):
            where = f"{place}.fees[{position}].{unknown[0]}"
            return refused(path, where, "unknown entry", f"Use one of {', '.join(sorted(known_of_fee))}.")
    try:
        msgspec.convert(record, record_type)
    except msgspec.ValidationError as fault:
        reason, _, where = str(fault).partition(" - at ")
        return refused(path, place + where.strip("`").removeprefix("$"), reason, f"Correct this entry; {_FORM}")
    return None


def _more_languages(folder: Path, parts: dict[str, list[Table]], languages: list[str]) -> CatalogueFaults | None:
    for path in sorted((folder / "texts").glob("*.toml")):
        tables = read_toml(path)
        if isinstance(tables, CatalogueFaults):
            return tables
        if fault := more_texts.add(path, tables, parts):
            return fault
        if path.stem not in languages:
            languages.append(path.stem)
    return None


def _whole(
    folder: Path, parts: dict[str, list[Table]], languages: list[str], version: int
) -> Catalogue | CatalogueFaults:
    try:
        catalogue = msgspec.convert({"version": version, "languages": languages or ["de"], **parts}, Catalogue)
    except msgspec.ValidationError as fault:
        reason, _, place = str(fault).partition(" - at ")
        return refused(folder, place.strip("`"), reason, f"Correct this entry; {_FORM}")
    faults = check(catalogue)
    return CatalogueFaults(str(folder), faults) if faults else catalogue
