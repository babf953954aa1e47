"""One more language for a whole catalogue, in a file of its own: ``texts/ar.toml``.

``[service.personalausweis]`` with ``name``, ``teaser``, ``bring``, ``words``, ``fee_note`` and ``fees.<fee id>``;
``[category.ID]`` name; ``[office.ID]`` and ``[queue.ID]`` name, place; ``[featured.SERVICE]`` label, detail.
"""

from pathlib import Path
from typing import Any

from hub.catalogue.faults import refused
from kiosk.catalogue.faults import CatalogueFaults

_FIELDS: dict[str, tuple[str, dict[str, str]]] = {
    "category": ("categories", {"name": "names"}),
    "service": (
        "services",
        {"name": "names", "teaser": "teasers", "bring": "bring", "words": "words", "fee_note": "fee_notes"},
    ),
    "office": ("offices", {"name": "names", "place": "places"}),
    "queue": ("queues", {"name": "names", "place": "places"}),
    "featured": ("featured", {"label": "labels", "detail": "details"}),
}
_FEES = "fees"


def add(path: Path, tables: dict[str, Any], parts: dict[str, list[dict[str, Any]]]) -> CatalogueFaults | None:
    """Add the texts of ``path`` (its name is the language) to the records they belong to."""
    for kind, of_kind in tables.items():
        if kind not in _FIELDS or not isinstance(of_kind, dict):
            return refused(path, kind, "unknown table", f"Use one of {', '.join(_FIELDS)}.")
        plural, fields = _FIELDS[kind]
        records = {str(record.get("service" if kind == "featured" else "id")): record for record in parts[plural]}
        for record_id, texts in of_kind.items():
            place = f"{kind}.{record_id}"
            if record_id not in records or not isinstance(texts, dict):
                return refused(path, place, f"there is no such {kind}", "Correct the id or remove this table.")
            if fault := _add_to(path, place, records[record_id], texts, fields):
                return fault
    return None


def _add_to(
    path: Path, place: str, record: dict[str, Any], texts: dict[str, Any], fields: dict[str, str]
) -> CatalogueFaults | None:
    for name, text in texts.items():
        if name == _FEES and "names" in record and "bring" in fields:
            if fault := _add_fees(path, place, record, text):
                return fault
        elif name not in fields:
            return refused(path, f"{place}.{name}", "unknown entry", f"Use one of {', '.join(fields)}.")
        else:
            record[fields[name]] = {**record.get(fields[name], {}), path.stem: text}
    return None


def _add_fees(path: Path, place: str, record: dict[str, Any], texts: object) -> CatalogueFaults | None:
    fees = {fee["id"]: fee for fee in record.get(_FEES, [])}
    if not isinstance(texts, dict) or set(texts) - set(fees):
        return refused(path, f"{place}.fees", "there is no such fee", f"The fees are {', '.join(fees)}.")
    for fee_id, text in texts.items():
        fees[fee_id]["names"] = {**fees[fee_id].get("names", {}), path.stem: text}
    return None
