"""``leistung`` -> service.

What a text of ours may not hold is left out and counted; without a title it is no service.
"""

from collections.abc import Iterable
from xml.etree.ElementTree import Element

import msgspec

from hub.catalogue.importers.html_text import fit, items, lines
from hub.catalogue.importers.regional_forms import ByLanguage
from hub.catalogue.importers.xzufi import schema
from hub.catalogue.importers.xzufi.elements import identity, in_area, kid, kids, lang_of, tag_of, validity, words
from hub.catalogue.importers.xzufi.fees import fees
from hub.catalogue.importers.xzufi.one_text import one_each
from hub.catalogue.importers.xzufi.report import Report
from kiosk.catalogue.check import service_faults
from kiosk.catalogue.model import Category, Service, Texts
from kiosk.catalogue.texts import ITEM_LIMIT, ITEMS_LIMIT, NAME_LIMIT, TEASER_LIMIT, WORD_LIMIT, WORDS_LIMIT

Lists = dict[str, tuple[str, ...]]
Modules = dict[str, ByLanguage[list[str]]]
"""Code of a text module -> the lines of each of its texts, by language."""


class Elsewhere(msgspec.Struct, frozen=True):
    """The service is not for this town hall's area."""


class Unusable(msgspec.Struct, frozen=True):
    """Why an object is left out."""

    reason: str


class Read(msgspec.Struct, frozen=True):
    """A service with the categories that it names."""

    service: Service
    categories: tuple[Category, ...]


def service(element: Element, area: str, report: Report) -> Read | Elsewhere | Unusable:
    """Read one service. ``area``: the town hall's regional key, "" = take all."""
    ident = identity(kid(element, "id"), schema.SHORT["leistung"])
    if not ident:
        return Unusable("its id cannot be used")
    if not in_area([words(each) for each in kids(element, "gueltigkeitGebietID")], area):
        return Elsewhere()
    report.parts(element)
    modules = _modules(element, report)
    names = _first(modules, schema.TITLES, NAME_LIMIT, report)
    if not names:
        return Unusable("it has no title that can be shown")
    categories = _categories(element, report)
    first, last = validity(element)
    costs, notes = fees(element, report)
    made = Service(
        id=ident,
        names=names,
        teasers=_first(modules, schema.TEASERS, TEASER_LIMIT, report),
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
    wanted = {*schema.TITLES, *schema.TEASERS, schema.BRING}
    found: Modules = {}
    for module in kids(element, "modulText"):
        code = words(module, "leikaTextmodul", "code")
        if code not in schema.MODULES:
            report.unknown("modulText (code)", code)
        elif code not in wanted:
            report.hide(f"modulText {code}")
        elif words(module, "zugangskanal", "code") == schema.ONLINE_ONLY:
            report.hide("modules for the internet only")
        else:
            texts = found.setdefault(code, ByLanguage(report.other_form))
            parted = items if code == schema.BRING else lines
            for text in kids(module, "inhalt"):
                if (found_lines := parted(words(text), report)) and not texts.add(tag_of(text), found_lines):
                    report.count("texts left out: no language")
    return found


def _first(modules: Modules, codes: tuple[str, ...], limit: int, report: Report) -> Texts:
    """One text in each language, of the first module that has a usable one."""
    made: Texts = {}
    for code in codes:
        texts = modules[code].values if code in modules else {}
        for lang, each in texts.items():
            if lang not in made and (text := fit(" ".join(each[0]), limit, report)):
                made[lang] = text
    return made


def _bring(element: Element, modules: Modules, report: Report) -> Lists:
    """The papers of module 08; where it says nothing, the names of incoming documents."""
    texts = modules[schema.BRING].values if schema.BRING in modules else {}
    found = {lang: [item for each in lists for item in each] for lang, lists in texts.items()}
    told = bool(found)
    for module in kids(element, "modulDokument"):
        if told:
            report.hide("modulDokument")
        else:
            for document in kids(module, "dokumentEingehend"):
                names = ByLanguage[str](report.other_form)
                for name in kids(document, "bezeichnung"):
                    names.add(tag_of(name) if lang_of(name) else "de", " ".join(lines(words(name), report)))
                for lang, first in names.first().items():
                    found.setdefault(lang, []).append(first)
    return _lists(found, ITEM_LIMIT, ITEMS_LIMIT, report)


def _search_words(element: Element, report: Report) -> Lists:
    found: dict[str, list[str]] = {}
    for module in kids(element, "modulBegriffImKontext"):
        for context in kids(module, "begriffImKontext"):
            for word in kids(context, "begriff"):
                lang = lang_of(word) if word.attrib else lang_of(context)
                text = " ".join(lines(words(word), report))
                if len(text) > WORD_LIMIT:
                    report.count("search words left out: too long")
                elif lang:
                    found.setdefault(lang, []).append(text)
    return _lists(found, WORD_LIMIT, WORDS_LIMIT, report)


def _lists(found: dict[str, list[str]], limit: int, most: int, report: Report) -> Lists:
    made: Lists = {}
    for lang, every in found.items():
        kept = tuple(dict.fromkeys(text for item in every if item and (text := fit(item, limit, report))))
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
        names = one_each(kids(each, "bezeichnung"), NAME_LIMIT, report)
        if ident and names:
            yield Category(id=ident, names=names)
