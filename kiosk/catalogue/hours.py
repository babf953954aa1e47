"""Opening hours: open now, closing, next opening.

An office is open when the clock on its wall says so: hours are wall-clock times of the site. ``now`` is a time zone
aware datetime in the site's zone (a ``zoneinfo.ZoneInfo``, so that the days of clock change come out right). A span
whose ``closes`` is not after its ``opens`` ends on the next day. An office without any hours is not limited by hours.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta

from kiosk.catalogue.model import Office, Span

HORIZON_DAYS = 370
"""How far ahead the next opening is looked for."""

_DAY = timedelta(days=1)
_MINUTE = timedelta(minutes=1)


def spans_on(office: Office, day: date) -> tuple[Span, ...]:
    """The spans that begin on this date: the weekday's, or those of a closed (or special) day; by opening time."""
    for special in office.closed_days:
        if special.date == day:
            return tuple(sorted(special.spans, key=_by_opening))
    return tuple(sorted((span for span in office.hours if span.day == day.weekday()), key=_by_opening))


def unlimited(office: Office) -> bool:
    """True when the office has published no hours at all."""
    return not office.hours


def open_at(office: Office, now: datetime) -> bool:
    """Whether the office is open at this moment: ``opens`` is in, ``closes`` is out."""
    today, clock = now.date(), now.time()
    if unlimited(office) and not any(special.date == today for special in office.closed_days):
        return True
    return any(_begun(span, clock) for span in spans_on(office, today)) or any(
        _ends_next_day(span) and clock < span.closes for span in spans_on(office, today - _DAY)
    )


def next_opening(office: Office, now: datetime) -> datetime | None:
    """When a closed office opens next, in the zone of ``now``; ``now`` itself when it is open; None = not in a year."""
    if open_at(office, now):
        return now
    starts = (start for day in _days_from(now.date()) for start in _starts(office, day, now))
    return next((start for start in starts if _after(start, now) and open_at(office, start)), None)


def closing(office: Office, now: datetime) -> datetime | None:
    """When an open office closes; None when it is closed, or has no hours."""
    if not open_at(office, now) or unlimited(office):
        return None
    ends = (end for day in _days_from(now.date() - _DAY) for end in _ends(office, day, now))
    return next((end for end in ends if _after(end, now) and not open_at(office, end)), None)


def _by_opening(span: Span) -> time:
    return span.opens


def _ends_next_day(span: Span) -> bool:
    return span.closes <= span.opens


def _begun(span: Span, clock: time) -> bool:
    return span.opens <= clock and (_ends_next_day(span) or clock < span.closes)


def _days_from(first: date) -> Iterator[date]:
    return (first + offset * _DAY for offset in range(HORIZON_DAYS))


def _starts(office: Office, day: date, now: datetime) -> list[datetime]:
    clocks = [span.opens for span in spans_on(office, day)] + ([time(0)] if unlimited(office) else [])
    return sorted((moment for clock in clocks for moment in _moments(day, clock, now)), key=_instant)


def _ends(office: Office, day: date, now: datetime) -> list[datetime]:
    ends = ((day + _DAY if _ends_next_day(span) else day, span.closes) for span in spans_on(office, day))
    return sorted((m for last, clock in ends for m in _moments(last, clock, now)), key=_instant)


def _moments(day: date, clock: time, now: datetime) -> list[datetime]:
    """The moments at which the wall clock reaches this time: one, two when set back, the jump when set forward."""
    first = datetime.combine(day, clock, tzinfo=now.tzinfo)
    second = first.replace(fold=1)
    if _instant(first) == _instant(second):
        return [first]
    if _instant(first) < _instant(second):
        return [first, second]
    moment = _instant(second)
    while moment.astimezone(now.tzinfo).utcoffset() == first.utcoffset():
        moment += _MINUTE
    return [moment.astimezone(now.tzinfo)]


def _instant(moment: datetime) -> datetime:
    """In UTC: Python compares two datetimes of one zone by their wall clocks, which is wrong across a clock change."""
    return moment.astimezone(UTC)


def _after(moment: datetime, now: datetime) -> bool:
    return _instant(moment) > _instant(now)
