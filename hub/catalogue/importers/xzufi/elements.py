"""Looking into an element by local names."""

import re
from collections.abc import Iterator
from datetime import date
from xml.etree.ElementTree import Element

from hub.catalogue.importers.regional_forms import ours
from hub.catalogue.importers.xzufi import schema

_ID = re.compile(r"[A-Za-z0-9._:-]{1,120}\Z")


def local(element: Element) -> str:
    """The name without its namespace."""
    return str(element.tag).rpartition("}")[2]


def kids(element: Element, name: str) -> Iterator[Element]:
    """Children of a name."""
    return (child for child in element if local(child) == name)


def kid(element: Element | None, *path: str) -> Element | None:
    """The first child down a path."""
    for name in path:
        element = next(kids(element, name), None) if element is not None else None
    return element


def words(element: Element | None, *path: str) -> str:
    """The text down a path without blanks around it; "" where there is none."""
    found = kid(element, *path)
    return "" if found is None else "".join(found.itertext()).strip()


def attribute(element: Element, name: str) -> str:
    """An attribute by local name."""
    return next((value for key, value in element.attrib.items() if key.rpartition("}")[2] == name), "").strip()


def tag_of(element: Element) -> str:
    """``languageCode`` as it is written; German where nothing is said."""
    return attribute(element, "languageCode") or "de"


def lang_of(element: Element) -> str:
    """The language of ours that ``languageCode`` means; "" for what is no language."""
    return ours(tag_of(element))


def identity(element: Element | None, short: str) -> str:
    """An object's id as portals write it, ``L100042.LB.101954``; "" when it cannot be an id."""
    if element is None:
        return ""
    agency, text = attribute(element, "schemeAgencyID"), "".join(element.itertext()).strip()
    ident = ".".join(part for part in (agency, short, text) if part)
    return ident if text and _ID.match(ident) else ""


def day(text: str) -> date | None:
    """A date, or the date of a time; None for anything else."""
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        return None


def validity(element: Element) -> tuple[date | None, date | None]:
    """First and last day over all ``gueltigkeit`` of an element; None = open."""
    spans = [(day(words(each, "beginn")), day(words(each, "ende"))) for each in kids(element, "gueltigkeit")]
    begins, ends = [first for first, _ in spans], [last for _, last in spans]
    first = min((each for each in begins if each), default=None) if all(begins) else None
    last = max((each for each in ends if each), default=None) if all(ends) else None
    return (first, last) if first is None or last is None or first <= last else (None, None)


def in_area(areas: list[str], house: str) -> bool:
    """Whether what is valid in these areas (ARS) is valid in the town hall's; no area, or no town hall, means
    everywhere."""
    return not areas or not house or any(house.startswith(_level(area)) for area in areas)


def _level(area: str) -> str:
    """The digits that count: trailing zeros mean the whole level."""
    if not area.strip("0"):
        return ""
    return next((area[:end] for end in schema.AREA_LEVELS if not area[end:].strip("0")), area)
