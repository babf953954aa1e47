"""``modulKosten`` -> fees and a note. An amount that is not sure is no amount: it is said at the counter."""

import re
from decimal import Decimal
from xml.etree.ElementTree import Element

from hub.catalogue.importers.xzufi import schema
from hub.catalogue.importers.xzufi.elements import attribute, kids, local, validity, words
from hub.catalogue.importers.xzufi.one_text import one_each
from hub.catalogue.importers.xzufi.report import Report
from kiosk.catalogue.faults import shown
from kiosk.catalogue.model import Fee, Texts
from kiosk.catalogue.texts import ITEM_LIMIT, NAME_LIMIT

FEES_LIMIT = 40
_AMOUNT = re.compile(r"[0-9]{1,5}(\.[0-9]{1,2})?\Z")
"""A decimal with a dot, at most two decimals, below 100,000: neither NaN nor an exponent nor a minus."""


class Unsure(str):
    """Why an amount cannot be taken over."""


def fees(service: Element, report: Report) -> tuple[tuple[Fee, ...], Texts]:
    """The fees of a service, and what its module says about them."""
    found: list[Fee] = []
    notes: Texts = {}
    for module in kids(service, "modulKosten"):
        for position, cost in enumerate(kids(module, "kosten"), len(found) + 1):
            if position <= FEES_LIMIT:
                found.append(_fee(cost, f"k{position}", report))
        notes = {**one_each(kids(module, "beschreibung"), ITEM_LIMIT, report), **notes}
    return tuple(found), notes


def _fee(cost: Element, ident: str, report: Report) -> Fee:
    amounts = {local(each): each for each in cost.iter() if local(each).startswith(schema.FIXED)}
    first, last = validity(cost)
    names = _names(cost, report)
    cents: int | None = None
    if schema.FIXED in amounts:
        cents = _cents(cost, amounts[schema.FIXED], report)
        names = names or schema.FEE_NAMES
    elif schema.LOWER in amounts or schema.UPPER in amounts:
        names = names or _from_to(cost, amounts, report)
    elif _is_free(cost):
        cents, names = 0, names or schema.FREE_NAMES
    return Fee(id=ident, names=names or schema.FEE_NAMES, cents=cents, valid_from=first, valid_to=last)


def _cents(cost: Element, amount: Element, report: Report) -> int | None:
    """The amount in cents; None (and counted) when it is not sure."""
    found = read_amount(cost, amount)
    if isinstance(found, Unsure):
        report.count(f"amounts left out: {found}")
        return None
    return found


def read_amount(cost: Element, amount: Element) -> int | Unsure:
    """The cents of a ``betrag``, or why they are not sure."""
    text, currency = words(amount), _currency(cost, amount)
    if currency not in ("", "EUR", "€"):
        return Unsure(f"the currency is {shown(currency)}")
    if not _AMOUNT.match(text):
        return Unsure(f"{shown(text)} is no amount")
    return int(Decimal(text) * 100)


def _currency(cost: Element, amount: Element) -> str:
    written = next((code for name in schema.CURRENCY_ATTRIBUTES if (code := attribute(amount, name))), "")
    if written:
        return written
    near = next((each for each in cost.iter() if local(each) == schema.CURRENCY_ELEMENT), None)
    return "" if near is None else words(near, "code") or words(near)


def _is_free(cost: Element) -> bool:
    return any(
        local(each) in (schema.FREE, *schema.FREE_MARKS) or attribute(each, "type").endswith(schema.FREE_MARKS[1])
        for each in cost.iter()
    )


def _names(cost: Element, report: Report) -> Texts:
    names: Texts = {}
    for name in schema.FEE_TEXTS:
        names = {**one_each((each for each in cost.iter() if local(each) == name), NAME_LIMIT, report), **names}
    return names


def _from_to(cost: Element, amounts: dict[str, Element], report: Report) -> Texts:
    ends = [_cents(cost, amounts[name], report) for name in (schema.LOWER, schema.UPPER) if name in amounts]
    known = [cents for cents in ends if cents is not None]
    if len(known) < 2:
        return {}
    low, high = (f"{cents // 100},{cents % 100:02}" for cents in known)
    english = {"low": low.replace(",", "."), "high": high.replace(",", ".")}
    return {
        lang: form.format(**(english if lang == "en" else {"low": low, "high": high}))
        for lang, form in schema.FROM_TO.items()
    }
