"""Every text we ship can be drawn with our type, in the form it is drawn; Arabic is whole where it must be."""

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from babel.messages.pofile import read_po
from fontTools.ttLib import TTFont

from hub.catalogue.importers.own.folder import load_folder
from kiosk.assets import font_path
from kiosk.catalogue.model import Catalogue
from kiosk.i18n.drawable import drawable
from kiosk.i18n.invisible import without_idle
from kiosk.i18n.rtl import layout_lines, visual
from kiosk.i18n.texts import LOCALE_DIR

ROOT = Path(__file__).resolve().parents[3]


def demo() -> Catalogue:
    found = load_folder(ROOT / "hub/catalogue/demo")
    assert isinstance(found, Catalogue), found
    return found


def interface_texts() -> Iterator[tuple[str, str]]:
    for source in LOCALE_DIR.glob("*/*.po"):
        with source.open("rb") as file:
            for message in read_po(file):
                texts = message.string if isinstance(message.string, tuple | list) else (message.string,)
                yield from ((source.parent.name, text) for text in texts if message.id)


def catalogue_texts(part: object) -> Iterator[tuple[str, str]]:
    """Every {language: text or texts} anywhere in the catalogue."""
    if isinstance(part, dict):
        for key, value in part.items():
            if key in ("de", "en", "ar"):
                yield from ((key, text) for text in ([value] if isinstance(value, str) else value))
            else:
                yield from catalogue_texts(value)
    elif isinstance(part, list | tuple):
        for entry in part:
            yield from catalogue_texts(entry)


def test_every_text_has_its_glyphs() -> None:
    with TTFont(font_path()) as font:
        known = set(font.getBestCmap())
    texts = [*interface_texts(), *catalogue_texts(msgspec.to_builtins(demo()))]
    assert {lang for lang, _ in texts} >= {"de", "en", "ar"}
    for lang, text in texts:
        assert drawable(text) == without_idle(text), "nothing is left out"
        assert {letter for letter in visual(text, lang) if ord(letter) not in known} <= {"\n", "\t"}, text


@pytest.mark.parametrize(
    ("text", "drawn"),
    [
        ("B\u200bü\u2060r\ufeffgerhaus", "Bürgerhaus"),
        ("Bürger\u200dhaus\u200c", "Bürgerhaus"),
        ("Sprechzeiten 🎉 ab 8 Uhr", "Sprechzeiten ab 8 Uhr"),
        ("❤\ufe0f Rathaus", "Rathaus"),
        ("中文 Amt", "Amt"),
        ("한국어ᅠ5", "5"),
        ("Perso\u00adnal", "Personal"),
    ],
)
def test_what_our_type_lacks_is_left_out(text: str, drawn: str) -> None:
    assert [line.strip() for line in layout_lines(text, "de", 40, len)] == [drawn]
    assert visual(text, "de").split() == drawn.split()


def test_joiners_between_letters_that_join_keep_their_effect() -> None:
    """Persian "I want": without the non-joiner the yeh takes the form it has inside a word."""
    apart, joined = visual("می\u200cخواهم", "ar"), visual("میخواهم", "ar")
    assert apart != joined
    assert "\u200c" not in apart
    assert drawable("می\u200cخواهم") == "می\u200cخواهم"
    assert drawable("क्\u200dष") == "", "a script our type does not hold leaves nothing, not even its joiner"


def test_featured_services_are_whole_in_arabic() -> None:
    catalogue = demo()
    featured = {tile.service for tile in catalogue.featured}
    for service in catalogue.services:
        if service.id in featured:
            assert service.teasers.get("ar"), service.id
            assert len(service.bring["ar"]) == len(service.bring["de"]), service.id
            assert all(fee.names.get("ar") for fee in service.fees), service.id
    assert all(tile.labels.get("ar") for tile in catalogue.featured)


def test_all_names_and_places_are_there_in_arabic() -> None:
    catalogue = demo()
    named = (*catalogue.services, *catalogue.categories, *catalogue.offices, *catalogue.queues)
    assert not [record.id for record in named if not record.names.get("ar")]
    assert not [record.id for record in (*catalogue.offices, *catalogue.queues) if not record.places.get("ar")]
