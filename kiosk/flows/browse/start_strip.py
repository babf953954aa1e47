"""The short facts of the start screen: open until, how many wait, who was called last; and what the scanner reads."""

from kiosk.catalogue import hours
from kiosk.flows.common.page_frame import Page
from kiosk.i18n import formats
from kiosk.view import Badge, ScanHint, Tone
from kiosk.vocabulary.hardware.devices import DeviceKind, DeviceState

_READING = frozenset({DeviceState.READY, DeviceState.BUSY})


def strip(page: Page) -> tuple[Badge, ...]:
    """What is known now; what is not known is left away."""
    return tuple(each for each in (_open_until(page), _waiting(page), _called(page)) if each is not None)


def _open_until(page: Page) -> Badge | None:
    office = page.facts.index.main_office()
    closes = hours.closing(office, page.facts.now) if office is not None else None
    if closes is None:
        return None
    return Badge("clock", page.words("strip.open_until", time=formats.clock(closes.time())), Tone.GO)


def _waiting(page: Page) -> Badge | None:
    people = page.facts.people
    if people is None or not page.facts.health.hub:
        return None
    if people == 0:
        return Badge("users", page.words("waiting.nobody"), Tone.GO)
    return Badge("users", page.words("strip.waiting", n=people), Tone.NEUTRAL)


def _called(page: Page) -> Badge | None:
    number = page.facts.last_called
    if not number or not page.facts.health.hub:
        return None
    return Badge("volume", page.words("strip.called", number=number), Tone.NEUTRAL)


def reads_slips(page: Page) -> bool:
    """A scanner works here, and there are slips to be read."""
    return page.facts.index.draws and any(
        device.kind is DeviceKind.SCANNER and device.state in _READING for device in page.facts.health.devices
    )


def scan_hint(page: Page) -> ScanHint:
    """Where the slip is held."""
    return ScanHint(heading=page.words("scan_hint.heading"), text=page.words("scan_hint.text"))
