"""``leistung`` -> service.

What a text of ours may not hold is left out and counted; without a title it is no service.
"""

from collections.abc import Iterable
from xml.etree.ElementTree import Element

import msgspec

from hub.catalogue.xzufi import facts
from hub.catalogue.xzufi.elements import identity, in_area, kid, kids, lang_of, validity, words
from hub.catalogue.xzufi.fees import fees
from hub.catalogue.xzufi.html import fit, lines
from hub.catalogue.xzufi.report import Report
from kiosk.catalogue.check import service_faults
from kiosk.catalogue.model import Category, Service, Texts
from kiosk.catalogue.texts import ITEM_LIMIT, ITEMS_LIMIT, NAME_LIMIT, TEASER_LIMIT, WORD_LIMIT, WORDS_LIMIT

Lists = dict[str, tuple[str, ...]]
Modules = dict[str, dict[str, list[str]]]
"""Code of a text module -> language -> its lines."""


class Elsewhere(msgspec.Struct, frozen=True):
    """The service is not for this house's area."""


class Unusable(msgspec.Struct, frozen=True):
    """Why an object is left out."""

    reason: str


class Read(msgspec.Struct, frozen=True):
    """A service with the categories that it names."""

    service: Service
    categories: tuple[Category, ...]


def service(element: Element, area: str, report: Report) -> Read | Elsewhere | Unusable:
    """Read one service. ``area``: the house's regional key, "" = take all."""
    ident = identity(kid(element, "id"), facts.SHORT["leistung"])
    if not ident:
        return Unusable("its id cannot be used")
    if not in_area([words(each) for each in kids(element, "gueltigkeitGebietID")], area):
        return Elsewhere()
    report.parts(element)
    modules = _modules(element, report)
    names = _titles(modules, report)
    if not names:
        return Unusable("it has no title that can be shown")
    categories = _categories(element, report)
    first, last = validity(element)
    costs, notes = fees(element, report)
    made = Service(
        id=ident,
        names=names,
        teasers=_teasers(modules, report),
        bring=_bring(element, modules, report),
        fees=costs,
        fee_notes=notes,
        words=_search_words(element, report),
        categories=tuple(category.id for category in categories),
        valid_from=first,
        valid_to=last,
    )
    fault = next(iter(service_faults(made)), None)
    return Read(made, categories) if fault is None else Unusable(str(fault))


def _modules(element: Element, report: Report) -> Modules:
    """The text modules that we use, in their languages. Of a module for the internet only, a terminal shows nothing."""
    wanted = {*facts.TITLES, *facts.TEASERS, facts.BRING}
    found: Modules = {}
    for module in kids(element, "modulText"):
        code = words(module, "leikaTextmodul", "code")
        if code not in facts.MODULES:
            report.unknown("modulText (code)", code)
        elif code not in wanted:
            report.hide(f"modulText {code}")
        elif words(module, "zugangskanal", "code") == facts.ONLINE_ONLY:
            report.hide("modules for the internet only")
        else:
            for text in kids(module, "inhalt"):
                if lang := lang_of(text):
                    found.setdefault(code, {}).setdefault(lang, []).extend(lines(words(text), report))
                else:
                    report.count("texts left out: no language")
    return found


def _titles(modules: Modules, report: Report) -> Texts:
    names: Texts = {}
    for code in facts.TITLES:
        for lang, parts in modules.get(code, {}).items():
            if lang not in names and (name := fit(" ".join(parts), NAME_LIMIT, report)):
                names[lang] = name
    return names


def _teasers(modules: Modules, report: Report) -> Texts:
    teasers: Texts = {}
    for code in facts.TEASERS:
        for lang, parts in modules.get(code, {}).items():
            if lang not in teasers and (text := fit(" ".join(parts), TEASER_LIMIT, report)):
                teasers[lang] = text
    return teasers


def _bring(element: Element, modules: Modules, report: Report) -> Lists:
    """The papers of module 08; where it says nothing, the names of incoming documents."""
    found = modules.get(facts.BRING) or {}
    told = bool(found)
    for module in kids(element, "modulDokument"):
        if told:
            report.hide("modulDokument")
        else:
            for document in kids(module, "dokumentEingehend"):
                for name in kids(document, "bezeichnung"):
                    found.setdefault(lang_of(name) or "de", []).append(" ".join(lines(words(name), report)))
    return _lists(found, ITEM_LIMIT, ITEMS_LIMIT, report)


def _search_words(element: Element, report: Report) -> Lists:
    found: dict[str, list[str]] = {}
    for module in kids(element, "modulBegriffImKontext"):
        for context in kids(module, "begriffImKontext"):
            for word in kids(context, "begriff"):
                lang = lang_of(word) if word.attrib else lang_of(context)
                if lang and len(text := " ".join(words(word).split())) <= WORD_LIMIT:
                    found.setdefault(lang, []).append(text)
    return _lists(found, WORD_LIMIT, WORDS_LIMIT, report)


def _lists(found: dict[str, list[str]], limit: int, most: int, report: Report) -> Lists:
    made: Lists = {}
    for lang, items in found.items():
        kept = tuple(dict.fromkeys(text for item in items if item and (text := fit(item, limit, report))))
        if len(kept) > most:
            report.count("lists shortened")
        if kept:
            made[lang] = kept[:most]
    return made


def _categories(element: Element, report: Report) -> tuple[Category, ...]:
    return tuple({made.id: made for made in _each_category(element, report)}.values())


def _each_category(element: Element, report: Report) -> Iterable[Category]:
    for each in kids(element, "kategorie"):
        ident = identity(kid(each, "id"), "K")
        names = {
            lang: name
            for text in kids(each, "bezeichnung")
            if (lang := lang_of(text)) and (name := fit(" ".join(lines(words(text), report)), NAME_LIMIT, report))
        }
        if ident and names:
            yield Category(id=ident, names=names)
