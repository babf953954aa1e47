"""Pages of the ticket flow: work in progress, the number, and one page per trouble."""

from kiosk.flows.browse.service_pages import dead_end
from kiosk.flows.common import help_pages, page_frame
from kiosk.flows.common.page_frame import Page, Pages
from kiosk.flows.common.texts import marks_of
from kiosk.flows.ticket import ticket_guards
from kiosk.flows.ticket.ticket_visit import TicketState as State
from kiosk.flows.ticket.ticket_visit import drawing, ticket_visit
from kiosk.i18n.texts import FSI, PDI
from kiosk.session.model import Help
from kiosk.view import (
    Block,
    CodeCard,
    Control,
    Fact,
    Line,
    Look,
    Notice,
    NumberCard,
    PaperCard,
    Progress,
    Screen,
    Tone,
    View,
    Waiting,
)
from kiosk.vocabulary.intents import Finish, HandBack, HaveSlip, TryAgain
from kiosk.vocabulary.tickets import Numbered

STEPS = 4
"""Topic, service, page, number."""

REFUSALS = frozenset({"queue_closed", "unknown_service", "numbers_exhausted"})
"""What the hub says when trying again would not help (hub/errors.py)."""


def numbering(page: Page) -> View:
    """The number is being fetched (shown only when that takes longer than a blink)."""
    words = page.words
    waiting = Waiting(words("numbering.heading"), words("numbering.text"))
    return page_frame.view(
        page,
        Screen.NUMBERING,
        words("numbering.title"),
        place="ticket",
        body=(waiting,),
        progress=page_frame.step(page, STEPS, STEPS),
    )


def handing_back(page: Page) -> View:
    """The number is being given back (shown only when that takes longer than a blink)."""
    words = page.words
    waiting = Waiting(words("numbering.heading"), words("handing_back.text"))
    return page_frame.view(page, Screen.NUMBERING, words("handing_back.title"), place="ticket", body=(waiting,))


def handed_back(page: Page) -> View:
    """The number is given back."""
    return dead_end(page, Screen.HANDED_BACK, "handed_back", Tone.GO, "circle-check")


def printing(page: Page) -> View:
    """The number stands, the slip is on its way: the same page as when it is there."""
    words = page.words
    paper = PaperCard(heading=words("printing.heading"), text=words("printing.text"), coming=True)
    return _numbered_page(page, Screen.PRINTING, words("ticket.title"), paper, (), progress=_step(page))


def ticket(page: Page) -> View:
    """The slip is out: take it."""
    words = page.words
    paper = PaperCard(heading=words("ticket.take"), text=_honest(page, words("ticket.take_text")))
    actions = (*_hand_back(page), page_frame.finish(page))
    return _numbered_page(page, Screen.TICKET, words("ticket.title"), paper, actions, progress=_all_steps(page))


def no_paper(page: Page) -> View:
    """The number holds although no slip came."""
    words = page.words
    problem = drawing(page.session).problem
    key = "no_paper.title_paper_out" if problem == "paper_out" else "no_paper.title"
    told = words("no_paper.now_text") if page.session.help in (Help.SENT, Help.TAKEN) else words("no_paper.alone_text")
    if page.session.help is Help.TAKEN:
        told = f"{help_pages.heading(page, Help.TAKEN)} {told}"
    now = Notice(tone=Tone.WARN, icon="printer-off", heading=words("no_paper.now"), text=_honest(page, told))
    actions = (*(_again(page) or _hand_back(page)), _have_number(page))
    return _numbered_page(page, Screen.TICKET_NO_PAPER, words(key), now, actions)


def unconfirmed(page: Page) -> View:
    """Nobody knows whether the slip came: ask the one who can see it."""
    words = page.words
    text = _honest(page, words("unconfirmed.text"))
    look = Notice(tone=Tone.INFO, icon="receipt", heading=words("unconfirmed.heading"), text=text)
    label, short = words("unconfirmed.have"), words("unconfirmed.have_short")
    have = page_frame.button("have_slip", label, HaveSlip(), icon="check", look=Look.MAIN, short=short)
    actions = (*(_again(page) or _hand_back(page)), have)
    return _numbered_page(page, Screen.TICKET_UNCONFIRMED, words("unconfirmed.title"), look, actions)


def screen_only(page: Page) -> View:
    """No paper by design: keep the number by heart, photo or QR."""
    words = page.words
    text = _honest(page, words("screen_only.text"))
    keep = Notice(tone=Tone.INFO, icon="info-circle", heading=words("screen_only.heading"), text=text)
    actions = (*_hand_back(page), _have_number(page))
    title = words("ticket.title")
    return _numbered_page(page, Screen.TICKET_SCREEN_ONLY, title, keep, actions, progress=_all_steps(page))


def _numbered_page(
    page: Page,
    screen: Screen,
    title: str,
    now: Notice | PaperCard,
    actions: tuple[Control, ...],
    *,
    progress: Progress | None = None,
) -> View:
    """Every page of a number: number, place, people, code, what to do now."""
    code = _code(page, large=isinstance(now, Notice))
    body = (number_card(page), code, *_people(page), now)
    return page_frame.view(page, screen, title, place="ticket", body=body, actions=actions, progress=progress)


def _step(page: Page) -> Progress:
    return page_frame.step(page, STEPS, STEPS)


def _all_steps(page: Page) -> Progress:
    return page_frame.done(page, STEPS)


def no_number(page: Page) -> View:
    """No number could be had: what to do now."""
    words = page.words
    refused = drawing(page.session).problem in REFUSALS
    text = words("no_number.refused_text") if refused else words("no_number.text")
    now = Notice(tone=Tone.WARN, icon="user", heading=words("no_number.heading"), text=text)
    actions = [page_frame.button("finish", words("action.finish"), Finish(), icon="check")]
    if drawing(page.session).problem != "store_failed" and not refused:
        label, short = words("action.try_again"), words("action.try_again_short")
        actions.append(page_frame.button("again", label, TryAgain(), icon="refresh", look=Look.MAIN, short=short))
    return page_frame.view(
        page, Screen.NO_NUMBER, words("no_number.title"), place="ticket", body=(now,), actions=tuple(actions)
    )


def goodbye(page: Page) -> View:
    """Farewell: nothing is left to press, the ring shows when the page goes; the next touch starts anew."""
    words = page.words
    wait = Notice(tone=Tone.GO, icon="users", heading=words("goodbye.heading"), text=words("goodbye.text"))
    body: tuple[Block, ...] = (number_card(page), wait) if page.session.number else (wait,)
    return page_frame.view(page, Screen.GOODBYE, words("goodbye.title"), body=body)


def number_card(page: Page) -> NumberCard:
    """The number with its service and waiting place."""
    words, numbered = page.words, _numbered(page)
    assert numbered is not None
    number = str(numbered.label)
    index = page.facts.index
    service = index.services.get(drawing(page.session).ticket.service)
    name = words.line(service.names) if service else Line("")
    queue = index.queue_of(service) if service else None
    place = words.signs(queue.places) if queue is not None and queue.places else ()
    return NumberCard(
        number=number,
        caption=" · ".join(part for part in (_whole(name), *marks_of(name, *place)) if part),
        place=place,
        spoken=words("ticket.spoken", number=number),
    )


def _code(page: Page, *, large: bool) -> CodeCard:
    """The visitor's page on the phone; without one the code of the slip."""
    words, numbered = page.words, _numbered(page)
    assert numbered is not None
    if numbered.url:
        heading, text = words("ticket.phone"), words("ticket.phone_text")
        return CodeCard(content=numbered.url, heading=heading, text=text, large=large)
    heading, text = words("ticket.code"), words("ticket.code_text")
    return CodeCard(content=numbered.slip_code, heading=heading, text=text, large=large)


def _whole(line: Line) -> str:
    """A part of a line; in another language it keeps its own direction there."""
    return f"{FSI}{line.text}{PDI}" if line.lang else line.text


def _people(page: Page) -> tuple[Fact, ...]:
    numbered = _numbered(page)
    if numbered is None or numbered.ahead < 0:
        return ()
    people = page_frame.people_ahead(page, numbered.ahead)
    return (Fact(icon="users", heading=page.words("ticket.ahead"), value=people, half=True),)


def _honest(page: Page, text: str) -> str:
    """Says so when the terminal gave the number by itself."""
    numbered = _numbered(page)
    own = numbered is not None and numbered.label.slot > 0
    return f"{text} {page.words('ticket.own')}" if own else text


def _numbered(page: Page) -> Numbered | None:
    visit = ticket_visit(page.session)
    return visit.numbered if visit else None


def _hand_back(page: Page) -> tuple[Control, ...]:
    seconds = ticket_guards.hand_back_seconds(page.session, page.facts)
    if seconds == 0:
        return ()
    label, short = page.words("action.hand_back"), page.words("action.hand_back_short")
    return (page_frame.button("hand_back", label, HandBack(), icon="arrow-back-up", short=short),)


def _have_number(page: Page) -> Control:
    return page_frame.finish(page, page.words("action.have_number"), page.words("action.have_number_short"))


def _again(page: Page) -> tuple[Control, ...]:
    if not ticket_guards.may_reprint(page.session, TryAgain(), page.facts):
        return ()
    label, short = page.words("action.print_again"), page.words("action.print_again_short")
    return (page_frame.button("again", label, TryAgain(), icon="printer", short=short),)


PAGES: Pages = {
    State.STORING_INTENT: numbering,
    State.ASKING_NUMBER: numbering,
    State.STORING_NUMBER: numbering,
    State.HANDING_BACK: handing_back,
    State.NO_NUMBER: no_number,
    State.PRINTING: printing,
    State.TICKET: ticket,
    State.TICKET_NO_PAPER: no_paper,
    State.TICKET_UNCONFIRMED: unconfirmed,
    State.TICKET_SCREEN_ONLY: screen_only,
    State.HANDED_BACK: handed_back,
    State.GOODBYE: goodbye,
}
