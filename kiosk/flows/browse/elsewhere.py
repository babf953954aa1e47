"""What stands on the page of a service that others do: who does it, and how to reach them."""

from kiosk.catalogue.model import Service
from kiosk.flows.common.page_frame import Page
from kiosk.view import Block, Fact, Line, Notice, Tone


def facts(page: Page, service: Service) -> tuple[Block, ...]:
    """Not here, but there: then address, telephone and page, as far as they are known."""
    away, words = service.elsewhere, page.words
    assert away is not None
    there = words.line(service.there)
    text = words("elsewhere.go_there", name=there.text) if there.text else words("elsewhere.ask")
    blocks: list[Block] = [Notice(tone=Tone.INFO, icon="map-pin", heading=words("elsewhere.not_here"), text=text)]
    if away.address:
        blocks.append(_fact("building-community", words("elsewhere.where"), away.address, page))
    if away.phone:
        blocks.append(_fact("phone", words("elsewhere.phone"), away.phone, page))
    if away.url:
        blocks.append(_fact("world", words("elsewhere.page"), away.url.partition("://")[2].rstrip("/"), page))
    return tuple(blocks)


def _fact(icon: str, heading: str, text: str, page: Page) -> Fact:
    """Addresses and figures are written from left to right in every language."""
    return Fact(icon=icon, heading=heading, lines=(Line(text, "de" if page.words.lang != "de" else ""),))
