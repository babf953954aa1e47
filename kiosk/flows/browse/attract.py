"""The start screen while nobody is here: the time, and the greeting in one language after the other.

It is a look of the start screen and no state of its own: everything on it works as before, so no touch is lost.
"""

from kiosk.flows.common.page_frame import Page
from kiosk.i18n import formats
from kiosk.view import Attract

ATTRACT_S = 60.0
"""Seconds without a touch after which it begins."""
GREETING_S = 8.0
"""Seconds that one language stands: nothing on it moves, so nobody needs to stop it (EN 301 549, 11.2.2.2)."""


def rests_s(page: Page) -> float | None:
    """For how many seconds the start screen has been in this state; None = somebody may be here."""
    session = page.session
    silent = page.facts.mono - max(session.touched, session.entered) - ATTRACT_S
    calm = session.drawer == "" and session.lang == session.home_lang and session.access == type(session.access)()
    return silent if calm and silent >= 0 else None


def attract(page: Page) -> Attract | None:
    """Time and day, to be read from across the lobby."""
    if rests_s(page) is None:
        return None
    now = page.facts.now
    return Attract(formats.clock(now.time()), formats.long_day(now.date(), page.words.lang))


def greeting(page: Page) -> tuple[str, str]:
    """The greeting and its language ("" = the page's): in this state each of the terminal's languages in turn."""
    rests, offered = rests_s(page), page.facts.languages
    lang = page.words.lang if rests is None else offered[int(rests / GREETING_S) % len(offered)]
    said = page.words.speaking(lang)("start.title")
    return said, "" if lang == page.words.lang else lang
