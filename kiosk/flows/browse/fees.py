"""The fee card of a service: what is valid today, with its age rule, never a guess."""

from msgspec.structs import replace

from kiosk.catalogue import rules
from kiosk.catalogue.model import Fee, Service
from kiosk.flows.common.page_frame import Page
from kiosk.i18n import formats
from kiosk.view import Fact, Line


def fact(page: Page, service: Service) -> Fact | None:
    """The fee card; None when the catalogue says nothing about fees."""
    words, today = page.words, page.facts.now.date()
    valid = rules.fees_on(service, today)
    note = words.line(service.fee_notes) if service.fee_notes else None
    if not valid and note is None:
        return None
    main, others = (valid[0], valid[1:]) if valid else (None, ())
    lines = [_with_name(page, fee) for fee in others]
    if main is not None and main.names:
        lines.insert(0, words.line(main.names))
    if note is not None:
        lines.append(note)
    value = amount(page, main) if main is not None else ""
    return Fact(icon="currency-euro", heading=words("service.fee"), value=value, lines=tuple(lines), half=True)


def amount(page: Page, fee: Fee) -> str:
    """ "46,00 €", "kostenlos" or "Am Schalter fragen"."""
    if fee.cents is None:
        return page.words("service.ask_counter")
    if fee.cents == 0:
        return page.words("fee.free")
    return formats.money(fee.cents, page.words.lang)


def _with_name(page: Page, fee: Fee) -> Line:
    name = page.words.line(fee.names)
    return replace(name, text=f"{name.text}: {amount(page, fee)}" if name.text else amount(page, fee))
