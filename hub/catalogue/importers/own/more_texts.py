"""One more language for a whole catalogue, in a file of its own: ``texts/ar.toml``.

``[service.personalausweis]`` with ``name``, ``teaser``, ``bring``, ``words``, ``fee_note``, ``there``,
``fees.<fee id>``;
``[category.ID]`` name; ``[office.ID]`` and ``[queue.ID]`` name, place; ``[featured.SERVICE]`` label, detail.
"""

from pathlib import Path
from typing import Any

from hub.catalogue.importers.faults import key, refused
from hub.catalogue.importers.own.origins import Origins
from hub.catalogue.importers.own.toml import FORM
from kiosk.catalogue.faults import CatalogueFaults

_FIELDS: dict[str, tuple[str, dict[str, str]]] = {
    "category": ("categories", {"name": "names"}),
    "service": (
        "services",
        {
            "name": "names",
            "teaser": "teasers",
            "bring": "bring",
            "words": "words",
            "fee_note": "fee_notes",
            "there": "there",
        },
    ),
    "office": ("offices", {"name": "names", "place": "places"}),
    "queue": ("queues", {"name": "names", "place": "places"}),
    "featured": ("featured", {"label": "labels", "detail": "details"}),
}
_FEES = "fees"
_LISTS = ("bring", "words")


def add(
    path: Path, tables: dict[str, Any], parts: dict[str, list[dict[str, Any]]], origins: Origins
) -> CatalogueFaults | None:
    """Add the texts of ``path`` (its name is the language) to the records they belong to."""
    for kind, of_kind in tables.items():
        if kind not in _FIELDS or not isinstance(of_kind, dict):
            return refused(path, key(kind), "unknown table", f"Use one of {', '.join(_FIELDS)}.")
        plural, fields = _FIELDS[kind]
        records = {str(record.get("service" if kind == "featured" else "id")): record for record in parts[plural]}
        for record_id, texts in of_kind.items():
            place = f"{kind}.{key(record_id)}"
            if record_id not in records or not isinstance(texts, dict):
                return refused(path, place, f"there is no such {kind}", "Correct the id or remove this table.")
            if fault := _add_to(path, place, records[record_id], texts, fields):
                return fault
            origins.note(path, plural, record_id, path.stem)
    return None


def _add_to(
    path: Path, place: str, record: dict[str, Any], texts: dict[str, Any], fields: dict[str, str]
) -> CatalogueFaults | None:
    for name, text in texts.items():
        if name == _FEES and "names" in record and "bring" in fields:
            if fault := _add_fees(path, place, record, text):
                return fault
        elif name not in fields:
            return refused(path, f"{place}.{key(name)}", "unknown entry", f"Use one of {', '.join(fields)}.")
        elif not _is_text(text, many=name in _LISTS):
            wanted = "a list of texts" if name in _LISTS else "a text"
            return refused(path, f"{place}.{name}", f"this is not {wanted}", f"Correct this entry; {FORM}")
        else:
            record[fields[name]] = {**record.get(fields[name], {}), path.stem: text}
    return None


def _add_fees(path: Path, place: str, record: dict[str, Any], texts: object) -> CatalogueFaults | None:
    fees = {fee["id"]: fee for fee in record.get(_FEES, [])}
    if not isinstance(texts, dict) or set(texts) - set(fees):
        return refused(path, f"{place}.fees", "there is no such fee", f"The fees are {', '.join(fees)}.")
    for fee_id, text in texts.items():
        if not _is_text(text):
            return refused(path, f"{place}.fees.{fee_id}", "this is not a text", f"Correct this entry; {FORM}")
        fees[fee_id]["names"] = {**fees[fee_id].get("names", {}), path.stem: text}
    return None


def _is_text(value: object, *, many: bool = False) -> bool:
    return isinstance(value, list) and all(_is_text(each) for each in value) if many else isinstance(value, str)
