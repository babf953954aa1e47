"""Validation of opening hours: no impossible, doubled or overlapping spans."""

from collections.abc import Iterable, Iterator
from datetime import time

from kiosk.catalogue import texts
from kiosk.catalogue.faults import Fault
from kiosk.catalogue.model import Office, Span

SPANS_LIMIT = 56
CLOSED_DAYS_LIMIT = 400

_DAY_MINUTES = 24 * 60
_DAY_NAMES = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def office_hours(place: str, office: Office) -> Iterator[Fault]:
    """What is wrong with an office's hours and closed days."""
    if len(office.hours) > SPANS_LIMIT:
        remedy = "Keep what one week needs; use closed_days for single dates."
        yield Fault(f"{place}.hours", f"there are {len(office.hours)} spans, at most {SPANS_LIMIT} may be", remedy)
        return
    yield from _spans(f"{place}.hours", office.hours)
    yield from _closed_days(place, office)


def _spans(place: str, spans: Iterable[Span]) -> Iterator[Fault]:
    sane: list[tuple[int, int]] = []
    for span in spans:
        faults = list(_span(f"{place}[{_words(span)}]", span))
        yield from faults
        if not faults:
            sane.append(_minutes(span))
    sane.sort()
    week_later = [(start + 7 * _DAY_MINUTES, end + 7 * _DAY_MINUTES) for start, end in sane[:1]]
    for (_, end), (start, _) in zip(sane, (sane + week_later)[1:], strict=False):
        if start < end:
            day = _DAY_NAMES[start // _DAY_MINUTES % 7]
            yield Fault(place, f"two spans overlap on {day}", "Write one span, or let the second begin later.")


def _span(place: str, span: Span) -> Iterator[Fault]:
    if span.opens.tzinfo is not None or span.closes.tzinfo is not None:
        yield Fault(place, "the time names a time zone", "Write the time of the clock on the wall: 08:00:00.")
    elif span.opens == span.closes != time(0):
        remedy = "Write when it closes; 00:00 to 00:00 is a whole day."
        yield Fault(place, "it closes at the minute it opens", remedy)


def _closed_days(place: str, office: Office) -> Iterator[Fault]:
    if len(office.closed_days) > CLOSED_DAYS_LIMIT:
        reason = f"there are {len(office.closed_days)}, at most {CLOSED_DAYS_LIMIT} may be"
        yield Fault(f"{place}.closed_days", reason, "Leave out the years that are gone.")
        return
    seen = set()
    for special in office.closed_days:
        here = f"{place}.closed_days[{special.date}]"
        if special.date in seen:
            yield Fault(here, "this date is there twice", "Keep one of the two.")
        seen.add(special.date)
        yield from texts.by_language(f"{here}.names", special.names, texts.NAME_LIMIT)
        yield from _spans(f"{here}.spans", special.spans[:SPANS_LIMIT])
        if any(span.day != special.date.weekday() for span in special.spans):
            remedy = f"Write day = {special.date.weekday()} in its spans."
            yield Fault(f"{here}.spans", f"{special.date} is a {_DAY_NAMES[special.date.weekday()]}", remedy)


def _minutes(span: Span) -> tuple[int, int]:
    start = span.day * _DAY_MINUTES + span.opens.hour * 60 + span.opens.minute
    end = span.day * _DAY_MINUTES + span.closes.hour * 60 + span.closes.minute
    return start, end if span.closes > span.opens else end + _DAY_MINUTES


def _words(span: Span) -> str:
    return f"{_DAY_NAMES[span.day % 7]} {span.opens:%H:%M}-{span.closes:%H:%M}"
