"""Opening hours as an editor writes them: ``hours.mon = ["08:00-12:00", "13:00-16:00"]`` and closed days of a town
hall."""

import re
from datetime import date, time
from pathlib import Path
from typing import Any, TypeGuard

import holidays

from hub.catalogue.importers.faults import key, refused
from kiosk.catalogue.faults import CatalogueFaults, shown
from kiosk.catalogue.texts import NAME_LIMIT, by_language

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

_SPAN = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])\s*[-–]\s*([01][0-9]|2[0-3]):([0-5][0-9])\Z")
_COUNTRY = re.compile(r"[A-Z]{2}\Z")
"""A code of ISO 3166; another name may be anything of the library's."""
_YEARLY = re.compile(r"([0-9][0-9])-([0-9][0-9])\Z")
_YEARS_LIMIT = 20
_REMEDY = 'Write hours.mon = ["08:00-12:00", "13:00-16:00"]; days are ' + ", ".join(DAYS) + "."
_CLOSED_KEYS = {"years", "country", "state", "yearly"}
_CLOSED_REMEDY = 'Write years = [2026, 2027], country = "DE", state = "SN" and [[closed.yearly]] with date = "12-24".'


def unfold(path: Path, place: str, record: dict[str, Any]) -> CatalogueFaults | None:
    """Replace the short form of ``hours`` by the model's spans."""
    hours = record.get("hours")
    if not isinstance(hours, dict):
        return None
    spans: list[dict[str, Any]] = []
    for day, texts in hours.items():
        where = f"{place}.hours.{key(day)}"
        if day not in DAYS or not isinstance(texts, list):
            return refused(path, where, "not a weekday with a list of hours", _REMEDY)
        for text in texts:
            found = _SPAN.match(text) if isinstance(text, str) else None
            if found is None:
                return refused(path, where, f"{shown(str(text))} is not a span of hours", _REMEDY)
            a, b, c, d = (int(group) for group in found.groups())
            spans.append({"day": DAYS.index(day), "opens": time(a, b), "closes": time(c, d)})
    record["hours"] = spans
    return None


def spread(path: Path, offices: list[dict[str, Any]], closed: dict[str, Any]) -> CatalogueFaults | None:
    """Give every office the closed days of the town hall (``closed`` in ``path``): public holidays and yearly dates."""
    if not closed:
        return None
    years, yearly = _years(closed.get("years")), closed.get("yearly", [])
    if set(closed) - _CLOSED_KEYS or not isinstance(yearly, list) or not years:
        return refused(path, "closed", "not the form of closed days", _CLOSED_REMEDY)
    days: dict[date, dict[str, str]] = {}
    if "country" in closed:
        found = _public(closed["country"], closed.get("state"), years)
        if found is None:
            return refused(path, "closed.country", "no public holidays are known for it and its state", _CLOSED_REMEDY)
        days.update(found)
    for entry in yearly:
        fixed = _yearly(entry, years)
        if fixed is None:
            reason = f"{shown(str(entry))} is not a yearly date with its names"
            return refused(path, "closed.yearly", reason, _CLOSED_REMEDY)
        days.update(fixed)
    for office in offices:
        own = {str(day.get("date")) for day in office.get("closed_days", [])}
        house = [{"date": day, "names": names} for day, names in sorted(days.items()) if str(day) not in own]
        office["closed_days"] = [*office.get("closed_days", []), *house]
    return None


def _years(value: object) -> list[int]:
    """The years named; [] when they are not a short list of years."""
    if not isinstance(value, list) or len(value) > _YEARS_LIMIT:
        return []
    return value if all(type(year) is int and 2000 <= year <= 2200 for year in value) else []


def _public(country: object, state: object, years: list[int]) -> dict[date, dict[str, str]] | None:
    """The public holidays, named in German and English."""
    if not (isinstance(country, str) and _COUNTRY.match(country) and _is_state(state)):
        return None
    try:
        german = holidays.country_holidays(country, subdiv=state, years=years, language="de")
        english = holidays.country_holidays(country, subdiv=state, years=years, language="en_US")
    except NotImplementedError:
        return None
    return {day: {"de": name, "en": english.get(day) or name} for day, name in german.items()}


def _is_state(state: object) -> TypeGuard[str | None]:
    return state is None or (isinstance(state, str) and state != "")


def _yearly(entry: object, years: list[int]) -> dict[date, dict[str, str]] | None:
    if not isinstance(entry, dict) or set(entry) - {"date", "names"}:
        return None
    names = entry.get("names", {})
    if not isinstance(names, dict) or not all(isinstance(text, str) for text in names.values()):
        return None
    if any(by_language("names", names, NAME_LIMIT)):
        return None
    found = _YEARLY.match(str(entry.get("date", "")))
    if found is None:
        return None
    month, day = int(found.group(1)), int(found.group(2))
    try:
        return {date(year, month, day): names for year in years}
    except ValueError:
        return None
