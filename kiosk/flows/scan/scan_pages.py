"""Pages of the scan flow where the hub did not say more: taken, not taken, of another day, a payment code, unknown."""

from kiosk.flows.browse.service_pages import dead_end
from kiosk.flows.common import page_frame
from kiosk.flows.common.page_frame import Page, Pages
from kiosk.flows.scan import status_pages
from kiosk.flows.scan.scan_visit import ScanState, reading
from kiosk.flows.ticket import ticket_pages
from kiosk.view import Look, Notice, NumberCard, Screen, Tone, View, Waiting


def taken(page: Page) -> View:
    """In the queue now or when the hub hears of it, if it was not called or given back before: only the hub knows."""
    words, number = page.words, reading(page.session).scanned
    key = "scan_taken" if page.facts.health.hub else "scan_waits"
    tone, icon = (Tone.GO, "circle-check") if page.facts.health.hub else (Tone.WARN, "user")
    notice = Notice(tone=tone, icon=icon, heading=words(f"{key}.heading"), text=words(f"{key}.text"))
    spoken = words("ticket.spoken", number=number)
    body = (NumberCard(number=number, spoken=spoken), notice)
    again = page_frame.to_start(page, Look.MAIN)
    return page_frame.view(page, Screen.SCAN_TAKEN, words(f"{key}.title"), body=body, actions=(again,))


def not_taken(page: Page) -> View:
    """It could not be kept: to a person."""
    return dead_end(page, Screen.SCAN_NOT_TAKEN, "scan_not_taken", Tone.WARN, "user")


def old(page: Page) -> View:
    """A number of a day that is over."""
    return dead_end(page, Screen.SCAN_OLD, "scan_old", Tone.WARN, "calendar-event")


def looking(page: Page) -> View:
    """The hub is being asked (shown only when that takes longer than a blink)."""
    words = page.words
    waiting = Waiting(words("numbering.heading"), words("standing.looking"))
    return page_frame.view(page, Screen.NUMBERING, words("ticket.title"), place="scan", body=(waiting,))


def visitors_page(page: Page) -> View:
    """A number that the hub gave, and the hub does not answer: nothing is promised."""
    return dead_end(page, Screen.SCAN_PAGE, "scan_page", Tone.INFO, "qrcode")


def payment(page: Page) -> View:
    """A payment code: not here yet."""
    return dead_end(page, Screen.SCAN_PAYMENT, "scan_payment", Tone.INFO, "currency-euro")


def unknown(page: Page) -> View:
    """Not a slip of this town hall."""
    return dead_end(page, Screen.SCAN_UNKNOWN, "scan_unknown", Tone.INFO, "qrcode")


PAGES: Pages = {
    ScanState.SCANNING: ticket_pages.numbering,
    ScanState.LOOKING: looking,
    ScanState.STANDING: status_pages.standing,
    ScanState.GIVE_BACK: status_pages.give_back,
    ScanState.HANDING_BACK: ticket_pages.handing_back,
    ScanState.HANDED_BACK: ticket_pages.handed_back,
    ScanState.TAKEN: taken,
    ScanState.NOT_TAKEN: not_taken,
    ScanState.OLD: old,
    ScanState.PAGE: visitors_page,
    ScanState.PAYMENT: payment,
    ScanState.UNKNOWN: unknown,
}
