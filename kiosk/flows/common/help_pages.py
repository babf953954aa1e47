"""Pages behind "Help": how the terminal works and the call for a person first; then what became of the call.

A page promises only what is known: that staff were called when the hub has the call, and that somebody is coming when
somebody said so at a desk.
"""

from kiosk.flows.common import page_frame
from kiosk.flows.common.page_frame import Page
from kiosk.session.model import Help
from kiosk.view import Block, Control, Fact, Line, Look, Notice, Screen, Tone, View
from kiosk.vocabulary.intents import CallStaff, ShowAccess, WithdrawHelp

STEPS = ("help.how_1", "help.how_2", "help.how_3")
ONLY_LOOKING = ("help.how_1", "help.how_look")
"""The same where no numbers are given."""


def help_page(page: Page) -> View:
    """The page of the drawer "help"."""
    session = page.session
    return called(page) if session.asked_help and session.help is not Help.NONE else first(page)


def first(page: Page) -> View:
    """Nobody was called yet: how it works, and the button that calls. Without a hub: where to go instead."""
    words = page.words
    steps = STEPS if page.facts.index.draws else ONLY_LOOKING
    how = Fact(icon="hand-click", heading=words("help.how"), lines=tuple(Line(words(step)) for step in steps))
    if not page.facts.health.hub:
        return _view(page, Screen.HELP, (_notice(page, Help.NOT_SENT), how), (_close(page, Look.MAIN),))
    return _view(page, Screen.HELP, (how,), (_back(page), _call(page)))


def called(page: Page) -> View:
    """The visitor called: on its way, with staff, somebody is coming, or nobody could be reached."""
    session = page.session
    notice = _notice(page, session.help)
    if session.help is Help.NOT_SENT:
        tries = (_close(page, Look.PLAIN), _call(page)) if page.facts.health.hub else (_close(page, Look.MAIN),)
        return _view(page, Screen.HELP_CALLED, (notice,), tries)
    return _view(page, Screen.HELP_CALLED, (notice,), (_withdraw(page), _close(page, Look.MAIN)))


def _view(page: Page, screen: Screen, body: tuple[Block, ...], actions: tuple[Control, ...]) -> View:
    return page_frame.view(page, screen, page.words("help.title"), place=str(screen), body=body, actions=actions)


_LOOKS = {
    Help.SENDING: (Tone.INFO, "bell"),
    Help.SENT: (Tone.INFO, "bell-ringing"),
    Help.TAKEN: (Tone.GO, "walk"),
    Help.NOT_SENT: (Tone.WARN, "user"),
}


def _notice(page: Page, state: Help) -> Notice:
    words, (tone, icon) = page.words, _LOOKS[state]
    text = words(f"help.{state.value}_text")
    if state is Help.SENT and not page.facts.health.hub:
        text = words("help.sent_away_text")
    return Notice(tone=tone, icon=icon, heading=heading(page, state), text=text)


def heading(page: Page, state: Help) -> str:
    """What became of the call, in one sentence."""
    return page.words(f"help.{state.value}", name=page.session.helper)


def _call(page: Page) -> Control:
    label = page.words("action.call_staff")
    return page_frame.button("staff", label, CallStaff(), icon="bell", look=Look.MAIN)


def _withdraw(page: Page) -> Control:
    label, short = page.words("action.withdraw_help"), page.words("action.withdraw_help_short")
    return page_frame.button("withdraw_help", label, WithdrawHelp(), icon="x", short=short)


def _back(page: Page) -> Control:
    return page_frame.button("close_help", page.words("action.back"), ShowAccess("help"), icon="arrow-left")


def _close(page: Page, look: Look) -> Control:
    """Back to where the visitor was."""
    return page_frame.button("close_help", page.words("action.go_on"), ShowAccess("help"), icon="check", look=look)
