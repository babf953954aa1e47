"""What a board shows while nobody is called: the date, how long the town hall is open, the week's hours."""

from datetime import datetime, time
from zoneinfo import ZoneInfo

import msgspec
from sqlalchemy import Connection

from hub.catalogue.content import listing
from hub.sites import Site
from hub.web.common.texts import Say, sayer
from kiosk.catalogue.hours import closing, next_opening, open_at
from kiosk.catalogue.model import Office, Span
from kiosk.i18n import formats

MIDNIGHT = time(0)
DAYS = range(7)


class Line(msgspec.Struct, frozen=True):
    """A sentence in one language."""

    lang: str
    text: str


class DayHours(msgspec.Struct, frozen=True):
    """Days of the week with the same hours, as they are read: "Montag–Freitag", "08:00–12:00"."""

    days: str
    hours: str


class Idle(msgspec.Struct, frozen=True, kw_only=True):
    """The idle page."""

    dates: tuple[Line, ...]
    opening: tuple[Line, ...]
    """Open until when, or when it opens; none = the catalogue says no hours."""
    gives_numbers: bool
    """It is open: numbers are drawn now."""
    week: tuple[DayHours, ...]


def idle(connection: Connection, site: Site, languages: tuple[str, ...], now_ms: int) -> Idle:
    """The page at this moment, in these languages; the week in the first of them."""
    now = datetime.fromtimestamp(now_ms / 1000, ZoneInfo(site.timezone))
    office = listing.main_office(connection, site.id)
    said = [Line(lang, _opening(office, now, sayer(lang), lang)) for lang in languages] if office else []
    return Idle(
        dates=tuple(Line(lang, formats.long_day(now.date(), lang)) for lang in languages),
        opening=tuple(line for line in said if line.text),
        gives_numbers=office is None or open_at(office, now),
        week=_week(office, languages[0]) if office and office.hours else (),
    )


def _opening(office: Office, now: datetime, say: Say, lang: str) -> str:
    if not office.hours:
        return ""
    if (closes := closing(office, now)) is not None:
        return say("board.open_until", time=formats.clock(closes.time()))
    opens = next_opening(office, now)
    if opens is None or opens == now:
        return ""
    key = "board.opens_today" if opens.date() == now.date() else "board.opens_on"
    return say(key, time=formats.clock(opens.time()), day=formats.long_day(opens.date(), lang))


def _week(office: Office, lang: str) -> tuple[DayHours, ...]:
    """Days that follow each other and have the same hours stand together."""
    runs: list[tuple[list[int], str]] = []
    for day in DAYS:
        hours = _hours([span for span in office.hours if span.day == day], sayer(lang))
        if runs and runs[-1][1] == hours:
            runs[-1][0].append(day)
        else:
            runs.append(([day], hours))
    return tuple(DayHours(_days(days, lang), hours) for days, hours in runs)


def _days(days: list[int], lang: str) -> str:
    first, last = formats.weekday(days[0], lang), formats.weekday(days[-1], lang)
    return first if len(days) == 1 else f"{first}–{last}"


def _hours(spans: list[Span], say: Say) -> str:
    if any(span.opens == span.closes == MIDNIGHT for span in spans):
        return say("board.all_day")
    ordered = sorted(spans, key=lambda span: span.opens)
    return ", ".join(formats.clock_span(span.opens, span.closes) for span in ordered) or say("board.closed")
