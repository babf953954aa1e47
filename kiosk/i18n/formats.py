"""Money, time and dates for people: Western digits and the 24-hour clock in every language.

German, English and Arabic stand in small tables so that a terminal starts without Babel; every other language asks
Babel (CLDR) the first time. A non-breaking space keeps number and unit together.
"""

from datetime import date, time
from typing import NamedTuple

from kiosk.i18n.languages import base

NBSP = "\u00a0"
_SIGNS = {"EUR": "€", "GBP": "£", "CHF": "CHF", "USD": "$"}


class Forms(NamedTuple):
    """How one language writes days: ``short`` for the header, ``long`` inside a sentence."""

    weekdays: tuple[str, ...]
    weekdays_short: tuple[str, ...]
    months: tuple[str, ...]
    short: str
    long: str


def _names(text: str) -> tuple[str, ...]:
    return tuple(text.split())


_FORMS: dict[str, Forms] = {
    "de": Forms(
        _names("Montag Dienstag Mittwoch Donnerstag Freitag Samstag Sonntag"),
        _names("Mo Di Mi Do Fr Sa So"),
        _names("Januar Februar März April Mai Juni Juli August September Oktober November Dezember"),
        "{weekday_short}, {day}. {month} {year}",
        "{weekday}, {day}. {month}",
    ),
    "en": Forms(
        _names("Monday Tuesday Wednesday Thursday Friday Saturday Sunday"),
        _names("Mon Tue Wed Thu Fri Sat Sun"),
        _names("January February March April May June July August September October November December"),
        "{weekday_short}, {day} {month} {year}",
        "{weekday}, {day} {month}",
    ),
    "ar": Forms(
        _names("الاثنين الثلاثاء الأربعاء الخميس الجمعة السبت الأحد"),
        _names("الاثنين الثلاثاء الأربعاء الخميس الجمعة السبت الأحد"),
        _names("يناير فبراير مارس أبريل مايو يونيو يوليو أغسطس سبتمبر أكتوبر نوفمبر ديسمبر"),
        "{weekday}، {day} {month} {year}",
        "{weekday}، {day} {month}",
    ),
}


def money(cents: int, lang: str, currency: str = "EUR") -> str:
    """An amount in minor units: "46,00 €" and "1.234,50 €"; in English "€46.00" and "€1,234.50"."""
    sign = _SIGNS.get(currency, currency)
    whole, rest = divmod(abs(cents), 100)
    minus = "−" if cents < 0 else ""
    if base(lang) == "en":
        return f"{minus}{sign}{whole:,}.{rest:02d}"
    return f"{minus}{whole:,}".replace(",", ".") + f",{rest:02d}{NBSP}{sign}"


def clock(moment: time) -> str:
    """Hours and minutes, "14:05"."""
    return f"{moment.hour:02d}:{moment.minute:02d}"


def clock_span(opens: time, closes: time) -> str:
    """A span of the day, "08:00–12:00"."""
    return f"{clock(opens)}–{clock(closes)}"


def minutes(least: int, most: int) -> str:
    """A span of minutes without its unit: "10–15", or "10" where both are the same."""
    return f"{least}" if least >= most else f"{least}–{most}"


def weekday(day: int, lang: str) -> str:
    """The name of a weekday; 0 = Monday."""
    return _forms(lang).weekdays[day]


def short_date(day: date, lang: str) -> str:
    """A date for the header: "Mo, 2. März 2026"."""
    return _fill(_forms(lang).short, day, lang)


def header_dates(day: date, lang: str) -> tuple[str, ...]:
    """The same in fewer and fewer letters: "Mo, 30. November 2026", "Mo, 30. November", "30.11.2026", "30.11."."""
    short = _forms(lang).short
    return (
        short_date(day, lang),
        _fill(short.replace(" {year}", ""), day, lang),
        numeric_date(day),
        f"{day.day:02d}.{day.month:02d}.",
    )


def long_day(day: date, lang: str) -> str:
    """A day of this year inside a sentence: "Montag, 2. März"."""
    return _fill(_forms(lang).long, day, lang)


def numeric_date(day: date) -> str:
    """A date as German papers show it, "02.03.2026", in every language."""
    return f"{day.day:02d}.{day.month:02d}.{day.year:04d}"


def _fill(form: str, day: date, lang: str) -> str:
    forms = _forms(lang)
    return form.format(
        weekday=forms.weekdays[day.weekday()],
        weekday_short=forms.weekdays_short[day.weekday()],
        day=day.day,
        month=forms.months[day.month - 1],
        year=day.year,
    )


def _forms(lang: str) -> Forms:
    return _FORMS.get(base(lang)) or _from_cldr(base(lang))


def _from_cldr(lang: str) -> Forms:
    """The names of any other language; English where CLDR does not know it."""
    from babel import Locale, UnknownLocaleError

    try:
        locale = Locale.parse(lang)
    except (UnknownLocaleError, ValueError):
        return _FORMS["en"]
    wide, short = locale.days["format"]["wide"], locale.days["format"]["abbreviated"]
    months = locale.months["format"]["wide"]
    return Forms(
        tuple(wide[n] for n in range(7)),
        tuple(short[n] for n in range(7)),
        tuple(months[n] for n in range(1, 13)),
        "{weekday_short}, {day} {month} {year}",
        "{weekday}, {day} {month}",
    )
