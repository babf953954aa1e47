"""Pages of a number that was held before the scanner: how it stands, where to go, and giving it back."""

from datetime import datetime, timedelta

from kiosk.flows.common import page_frame
from kiosk.flows.common.page_frame import Page
from kiosk.flows.common.texts import marks_of
from kiosk.flows.scan.scan_visit import reading
from kiosk.i18n import formats
from kiosk.i18n.texts import FSI, PDI
from kiosk.view import Block, Control, Fact, Line, Look, Notice, NumberCard, Screen, Tone, View
from kiosk.vocabulary.intents import Back, HandBack
from kiosk.vocabulary.tickets import Standing, StandingState

_TONES: dict[StandingState, tuple[Tone, str]] = {
    StandingState.PARKED: (Tone.INFO, "clock"),
    StandingState.CALLED: (Tone.GO, "walk"),
    StandingState.IN_SERVICE: (Tone.INFO, "info-circle"),
    StandingState.DONE: (Tone.INFO, "circle-check"),
    StandingState.NO_SHOW: (Tone.WARN, "user"),
    StandingState.CANCELLED: (Tone.INFO, "info-circle"),
    StandingState.EXPIRED: (Tone.WARN, "calendar-event"),
    StandingState.OTHER: (Tone.INFO, "user"),
}
"""Every state but waiting, which is shown by facts."""


def standing(page: Page) -> View:
    """How the number stands now."""
    found = reading(page.session).standing
    assert found is not None
    waits = found.state is StandingState.WAITING
    body = (_card(page, found), *(_facts(page, found) if waits else (_notice(page, found),)))
    title = page.words("standing.waiting") if waits else page.words("ticket.title")
    return page_frame.view(
        page, Screen.SCAN_STANDING, title, body=body, actions=(*_give_back(page, found), page_frame.finish(page))
    )


def give_back(page: Page) -> View:
    """Once more, because a place in the queue cannot be had again."""
    words, found = page.words, reading(page.session).standing
    assert found is not None
    ask = Notice(tone=Tone.WARN, icon="arrow-back-up", heading=words("give_back.heading"), text=words("give_back.text"))
    keep, keep_short = words("give_back.keep"), words("give_back.keep_short")
    give, give_short = words("give_back.give"), words("give_back.give_short")
    number = NumberCard(number=str(found.label), spoken=words("ticket.spoken", number=str(found.label)))
    actions = (
        page_frame.button("hand_back", give, HandBack(), icon="arrow-back-up", short=give_short),
        page_frame.button("back", keep, Back(), icon="arrow-left", look=Look.MAIN, short=keep_short),
    )
    return page_frame.view(page, Screen.SCAN_GIVE_BACK, words("give_back.title"), body=(number, ask), actions=actions)


def _card(page: Page, found: Standing) -> NumberCard:
    service = page.facts.index.services.get(found.service)
    line = page.words.line(service.names) if service else Line("")
    caption = f"{FSI}{line.text}{PDI}" if line.lang else line.text
    spoken = page.words("ticket.spoken", number=str(found.label))
    whole = " · ".join(part for part in (caption, *marks_of(line)) if part)
    return NumberCard(number=str(found.label), caption=whole, spoken=spoken)


def _facts(page: Page, found: Standing) -> tuple[Block, ...]:
    people = page_frame.people_ahead(page, found.ahead)
    blocks: list[Block] = [Fact(icon="users", heading=page.words("ticket.ahead"), value=people, half=True)]
    if time := _time(page, found):
        blocks.append(time)
    queue = page.facts.index.queues.get(found.queue)
    if queue is not None and queue.places:
        place = page.words.signs(queue.places)
        blocks.append(Fact(icon="map-pin", heading=page.words("standing.place"), lines=place))
    return tuple(blocks)


def _time(page: Page, found: Standing) -> Fact | None:
    """When the call may be expected; else when the number was drawn."""
    now = page.facts.now
    if found.minutes_to:
        first, last = (now + timedelta(minutes=each) for each in (found.minutes_from, found.minutes_to))
        span = formats.clock_span(first.time(), last.time())
        return Fact(icon="clock", heading=page.words("standing.expected"), value=span, half=True)
    if found.arrived_ms:
        drawn = datetime.fromtimestamp(found.arrived_ms / 1000, now.tzinfo)
        return Fact(icon="clock", heading=page.words("standing.drawn"), value=formats.clock(drawn.time()), half=True)
    return None


def _notice(page: Page, found: Standing) -> Notice:
    words, state = page.words, found.state.value
    tone, icon = _TONES[found.state]
    heading = words(f"standing.{state}", counter=found.counter)
    return Notice(tone=tone, icon=icon, heading=heading, text=words(f"standing.{state}_text"))


def _give_back(page: Page, found: Standing) -> tuple[Control, ...]:
    if not found.may_be_given_back:
        return ()
    label, short = page.words("standing.give_back"), page.words("action.hand_back_short")
    return (page_frame.button("hand_back", label, HandBack(), icon="arrow-back-up", short=short),)
