"""Opening hours in words: when we open next, and the week as a table."""

from datetime import datetime, timedelta

from kiosk.catalogue.rules import NoTicket
from kiosk.flows.browse.browse_visit import browsing
from kiosk.flows.common.page_frame import Page
from kiosk.i18n import formats
from kiosk.view import HoursTable


def next_opening_text(page: Page) -> str:
    """ "Wir öffnen morgen um 08:00 Uhr."; "" when no opening is known within the catalogue's horizon."""
    opening = page.facts.index.next_opening(page.facts.now)
    return _said(page, opening) if opening is not None else ""


def service_opening_text(page: Page) -> str:
    """The same of the office that gives numbers for the session's service; "" when not its hours are the reason."""
    offer = page.facts.index.ticket_offer(browsing(page.session).service, page.facts.now)
    return _said(page, offer.opens) if isinstance(offer, NoTicket) and offer.opens is not None else ""


def _said(page: Page, opening: datetime) -> str:
    return page.words(_key(page.facts.now, opening), time=formats.clock(opening.time()), day=_day(page, opening))


def _key(now: datetime, opening: datetime) -> str:
    if opening.date() == now.date():
        return "opening.today"
    if opening.date() == now.date() + timedelta(days=1):
        return "opening.tomorrow"
    return "opening.on_day"


def _day(page: Page, opening: datetime) -> str:
    return formats.long_day(opening.date(), page.words.lang)


def hours_table(page: Page) -> HoursTable | None:
    """The main office's week; None when no hours are known."""
    office = page.facts.index.main_office()
    if office is None or not office.hours:
        return None
    rows = []
    for day in range(7):
        spans = sorted((span for span in office.hours if span.day == day), key=lambda span: span.opens)
        text = ", ".join(formats.clock_span(span.opens, span.closes) for span in spans)
        rows.append((formats.weekday(day, page.words.lang), text or page.words("hours.closed")))
    return HoursTable(page.words("hours.heading"), tuple(rows), page.facts.now.weekday())
