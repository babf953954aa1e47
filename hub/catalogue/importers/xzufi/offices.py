"""``organisationseinheit`` -> office, and which office is responsible for which service."""

from collections.abc import Iterator
from xml.etree.ElementTree import Element

import msgspec

from hub.catalogue.importers.html_text import fit, lines
from hub.catalogue.importers.xzufi import schema
from hub.catalogue.importers.xzufi.elements import attribute, identity, in_area, kid, kids, words
from hub.catalogue.importers.xzufi.one_text import one_each
from hub.catalogue.importers.xzufi.report import Report
from kiosk.catalogue.model import Office, Texts
from kiosk.catalogue.texts import NAME_LIMIT, PLACE_LIMIT


class Responsibility(msgspec.Struct, frozen=True):
    """An office does a service, in a role."""

    id: str
    service: str
    office: str
    role: str


def office(element: Element, report: Report) -> Office | None:
    """Read one organisation; None when it has no usable id or name."""
    report.parts(element)
    ident, names = identity(kid(element, "id"), schema.SHORT["organisationseinheit"]), _names(element, report)
    if not ident or not names:
        return None
    return Office(id=ident, names=names, address=_address(element, report))


def responsibilities(element: Element, office_id: str, area: str, report: Report) -> Iterator[Responsibility]:
    """The ``zustaendigkeit`` of an organisation (or of a transfer object) that hold in the town hall's area."""
    for each in kids(element, "zustaendigkeit"):
        services = [identity(one, schema.SHORT["leistung"]) for one in kids(each, "leistungID")]
        if is_online(each):
            report.hide("responsibilities of online services")
            continue
        if not in_area([words(one) for one in kids(each, "gebietID")], area):
            continue
        ident = identity(kid(each, "id"), "Z")
        for service in services:
            if service and office_id:
                yield Responsibility(ident, service, office_id, words(each, "rolle", "code"))


def is_online(element: Element) -> bool:
    """Whether an online service is responsible, not an office."""
    ident = kid(element, "id")
    return ident is not None and attribute(ident, "schemeID") == "ZustaendigkeitOnlinedienst"


def parent_of(element: Element) -> str:
    """The office a ``zustaendigkeitTransferObjekt`` belongs to."""
    return identity(kid(element, "uebergeordnetesObjektID"), schema.SHORT["organisationseinheit"])


def rank(role: str) -> int:
    """Who is shown with a service: the competent body before the contact point before others."""
    return schema.ROLES.index(role) if role in schema.ROLES else len(schema.ROLES)


def _names(element: Element, report: Report) -> Texts:
    names: Texts = {}
    for name in schema.NAMES:
        texts = [text for outer in kids(element, name) for text in (list(kids(outer, name)) or [outer])]
        names = {**one_each(texts, NAME_LIMIT, report), **names}
    return names


def _address(element: Element, report: Report) -> str:
    found = {words(each, "typ", "code"): each for each in reversed(list(kids(element, "anschrift")))}
    best = next((found[kind] for kind in schema.ADDRESS_KINDS if kind in found), next(iter(found.values()), None))
    if best is None:
        return ""
    street = " ".join(part for name in ("strasse", "hausnummer") if (part := words(best, name)))
    town = " ".join(part for name in ("postleitzahl", "ort") if (part := words(best, name)))
    whole = ", ".join(part for part in (street, town) if part)
    return fit(" ".join(lines(whole, report)), PLACE_LIMIT, report)
