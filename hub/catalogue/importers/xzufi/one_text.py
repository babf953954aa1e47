"""Texts of which one is shown in each language."""

from collections.abc import Iterable
from xml.etree.ElementTree import Element

from hub.catalogue.importers.html_text import fit, lines
from hub.catalogue.importers.regional_forms import ByLanguage
from hub.catalogue.importers.xzufi.elements import tag_of, words
from hub.catalogue.importers.xzufi.report import Report
from kiosk.catalogue.model import Texts


def one_each(elements: Iterable[Element], limit: int, report: Report) -> Texts:
    """The text of each language on one line, as the catalogue may hold it; regional forms as ``ByLanguage`` has it."""
    found = ByLanguage[Element](report.other_form)
    for element in elements:
        found.add(tag_of(element), element)
    texts = {lang: fit(" ".join(lines(words(one), report)), limit, report) for lang, one in found.first().items()}
    return {lang: text for lang, text in texts.items() if text}
