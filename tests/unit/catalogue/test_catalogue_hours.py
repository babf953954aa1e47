"""Opening hours, compared with a scan minute by minute."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kiosk.catalogue import hours
from kiosk.catalogue.model import ClosedDay, Office, Span

BERLIN = ZoneInfo("Europe/Berlin")
ZONES = (BERLIN, ZoneInfo("America/St_Johns"), ZoneInfo("Australia/Lord_Howe"), ZoneInfo("UTC"))
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
SCAN_DAYS = 8


def span(day: int, opens: str, closes: str) -> Span:
    return Span(day=day, opens=time.fromisoformat(opens), closes=time.fromisoformat(closes))


def berlin(text: str, fold: int = 0) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=BERLIN, fold=fold)


LUNCH = Office(
    id="buergerservice",
    names={"de": "Bürgerservice"},
    hours=(
        span(0, "08:30", "12:00"),
        span(0, "13:00", "16:00"),
        span(3, "08:30", "18:30"),
        span(5, "09:00", "12:00"),
    ),
    closed_days=(
        ClosedDay(date=date(2026, 12, 24), names={"de": "Heiligabend"}),
        ClosedDay(date=date(2026, 12, 28), spans=(span(0, "10:00", "11:00"),)),
    ),
)
NIGHT = Office(id="nacht", names={"de": "Nachtdienst"}, hours=(span(5, "22:00", "03:00"),))


@pytest.mark.parametrize(
    ("now", "is_open"),
    [
        ("2026-11-23T08:29:59", False),
        ("2026-11-23T08:30", True),
        ("2026-11-23T11:59:59", True),
        ("2026-11-23T12:00", False),
        ("2026-11-23T13:00", True),
        ("2026-11-23T16:00", False),
        ("2026-11-24T10:00", False),
        ("2026-12-24T10:00", False),
        ("2026-12-28T08:45", False),
        ("2026-12-28T10:30", True),
    ],
)
def test_the_doors_of_a_real_week(now: str, is_open: bool) -> None:
    assert hours.open_at(LUNCH, berlin(now)) is is_open


@pytest.mark.parametrize(
    ("now", "opens"),
    [
        ("2026-11-23T12:00", "2026-11-23T13:00"),
        ("2026-11-23T16:00", "2026-11-26T08:30"),
        ("2026-11-28T12:00", "2026-11-30T08:30"),
        ("2026-12-21T16:00", "2026-12-26T09:00"),
        ("2026-12-26T12:00", "2026-12-28T10:00"),
        ("2026-12-28T11:00", "2026-12-31T08:30"),
    ],
)
def test_the_next_opening_jumps_lunch_nights_and_closed_days(now: str, opens: str) -> None:
    assert hours.next_opening(LUNCH, berlin(now)) == berlin(opens)


def test_a_night_that_ends_tomorrow() -> None:
    assert hours.open_at(NIGHT, berlin("2026-11-28T23:59"))
    assert hours.open_at(NIGHT, berlin("2026-11-29T02:59"))
    assert not hours.open_at(NIGHT, berlin("2026-11-29T03:00"))
    assert hours.closing(NIGHT, berlin("2026-11-28T23:00")) == berlin("2026-11-29T03:00")


def test_a_night_with_a_clock_change_lasts_an_hour_more_or_less() -> None:
    autumn = hours.closing(NIGHT, berlin("2026-10-24T22:00"))
    spring = hours.closing(NIGHT, berlin("2026-03-28T22:00"))
    assert autumn is not None
    assert spring is not None
    assert autumn.astimezone(UTC) - berlin("2026-10-24T22:00").astimezone(UTC) == timedelta(hours=6)
    assert spring.astimezone(UTC) - berlin("2026-03-28T22:00").astimezone(UTC) == timedelta(hours=4)


def test_an_opening_inside_the_skipped_hour_is_the_jump_itself() -> None:
    office = Office(id="x", names={"de": "x"}, hours=(span(6, "02:30", "05:00"),))
    opens = hours.next_opening(office, berlin("2026-03-29T01:00"))
    assert opens is not None
    assert opens.astimezone(UTC) == datetime(2026, 3, 29, 1, 0, tzinfo=UTC)


def test_an_opening_inside_the_hour_that_comes_twice_comes_twice() -> None:
    office = Office(id="x", names={"de": "x"}, hours=(span(6, "02:00", "02:30"),))
    opens = hours.next_opening(office, berlin("2026-10-25T02:45"))
    assert opens is not None
    assert opens.astimezone(UTC) == datetime(2026, 10, 25, 1, 0, tzinfo=UTC)
    closes = hours.closing(office, berlin("2026-10-25T02:10", fold=1))
    assert closes is not None
    assert closes.astimezone(UTC) == datetime(2026, 10, 25, 1, 30, tzinfo=UTC)


def test_an_open_office_opens_now_and_two_spans_that_touch_are_one() -> None:
    office = Office(id="x", names={"de": "x"}, hours=(span(0, "08:00", "12:00"), span(0, "12:00", "16:00")))
    now = berlin("2026-11-23T11:00")
    assert hours.next_opening(office, now) == now
    assert hours.closing(office, now) == berlin("2026-11-23T16:00")


def test_no_hours_known_means_not_limited_but_closed_days_hold() -> None:
    office = Office(id="x", names={"de": "x"}, closed_days=(ClosedDay(date=date(2026, 12, 24)),))
    assert hours.open_at(office, berlin("2026-12-23T03:00"))
    assert not hours.open_at(office, berlin("2026-12-24T12:00"))
    assert hours.next_opening(office, berlin("2026-12-24T12:00")) == berlin("2026-12-25T00:00")
    assert hours.closing(office, berlin("2026-12-23T03:00")) is None


def test_an_office_that_never_opens_again_has_no_next_opening() -> None:
    first = date(2026, 11, 23)
    closed = tuple(ClosedDay(date=first + n * DAY) for n in range(hours.HORIZON_DAYS + 1))
    office = Office(id="x", names={"de": "x"}, hours=(span(0, "08:00", "12:00"),), closed_days=closed)
    assert hours.next_opening(office, berlin("2026-11-23T09:00")) is None


CLOCKS = st.integers(0, 287).map(lambda five: time(five * 5 // 60, five * 5 % 60))
SPANS = st.builds(Span, day=st.integers(0, 6), opens=CLOCKS, closes=CLOCKS)
DAYS = st.sampled_from([date(2026, 3, 27), date(2026, 4, 4), date(2026, 10, 23), date(2026, 10, 31), date(2026, 6, 1)])
SPECIAL_SPANS = st.lists(SPANS, max_size=2).map(tuple)


@st.composite
def offices(draw: st.DrawFn, around: date) -> Office:
    spans = draw(st.lists(SPANS, min_size=1, max_size=5))
    offsets = draw(st.lists(st.integers(-1, SCAN_DAYS), max_size=3, unique=True))
    special = [ClosedDay(date=around + n * DAY, spans=draw(SPECIAL_SPANS)) for n in offsets]
    return Office(id="x", names={"de": "x"}, hours=tuple(spans), closed_days=tuple(special))


def open_cells(office: Office, first: date) -> set[datetime]:
    """Every open minute of the clock on the wall, as naive datetimes, the plain way."""
    special = {day.date: day.spans for day in office.closed_days}
    cells: set[datetime] = set()
    for offset in range(-1, SCAN_DAYS + 2):
        day = first + offset * DAY
        spans = special.get(day, tuple(s for s in office.hours if s.day == day.weekday()))
        for s in spans:
            minute = datetime.combine(day, s.opens)
            last = datetime.combine(day if s.closes > s.opens else day + DAY, s.closes)
            while minute < last:
                cells.add(minute)
                minute += MINUTE
    return cells


@settings(deadline=None, max_examples=60)
@given(st.data(), st.sampled_from(ZONES), DAYS, st.integers(0, 3 * 24 * 60))
def test_like_a_scan_minute_by_minute(data: st.DataObject, zone: ZoneInfo, first: date, ahead: int) -> None:
    office = data.draw(offices(first))
    cells = open_cells(office, first)
    now = (datetime.combine(first, time(0), tzinfo=UTC) + ahead * MINUTE).astimezone(zone)

    def scan(wanted: bool) -> datetime | None:
        moment = now.astimezone(UTC)
        for _ in range(4 * 24 * 60):
            if (moment.astimezone(zone).replace(tzinfo=None, fold=0) in cells) is wanted:
                return moment
            moment += MINUTE
        return None

    assert hours.open_at(office, now) is (now.replace(tzinfo=None, fold=0) in cells)
    opening = scan(True)
    if opening is not None:
        found = hours.next_opening(office, now)
        assert found is not None
        assert found.astimezone(UTC) == opening
    closing = scan(False)
    if hours.open_at(office, now) and closing is not None:
        found = hours.closing(office, now)
        assert found is not None
        assert found.astimezone(UTC) == closing
