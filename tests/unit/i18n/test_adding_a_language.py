"""The worked example of docs/adding.md, "A language": what the page says is done, and then the language works."""

import importlib.util
import re
import shutil
from datetime import date
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from hub.web.public import visitor
from kiosk.assets.glyphs import lacking
from kiosk.config import ConfigFault, Loaded, load
from kiosk.i18n import formats, hyphens, languages
from kiosk.i18n.languages import LANGUAGES, Language, own_name
from kiosk.i18n.texts import LOCALE_DIR, Said, Texts, mark

ROOT = Path(__file__).resolve().parents[3]
TAG = "bg"


def example(kind: str) -> str:
    """The fenced example of this kind in the section."""
    page = (ROOT / "docs/adding.md").read_text("utf-8")
    section = re.split(r"^## ", page.partition("\n## A language\n")[2], maxsplit=1, flags=re.M)[0]
    (found,) = re.findall(rf"^```{kind}\n(.*?)^```$", section, re.M | re.S)
    return str(found)


def row() -> Language:
    rows = eval("{" + example("python") + "}", {"Language": Language})
    (found,) = rows.items()
    assert found[0] == TAG
    return Language(*found[1])


@pytest.fixture
def known(monkeypatch: pytest.MonkeyPatch) -> None:
    assert TAG not in LANGUAGES, "the example is a language that we do not have"
    monkeypatch.setitem(languages.LANGUAGES, TAG, row())


@pytest.fixture
def texts(tmp_path: Path, known: None) -> Texts:
    """The catalogues with the example's beside them, compiled by the script that the page names."""
    spec = importlib.util.spec_from_file_location("compile_texts", ROOT / "scripts/compile_texts.py")
    assert spec is not None
    assert spec.loader is not None
    compiler = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(compiler)
    for source in LOCALE_DIR.glob("*/terminal.mo"):
        (tmp_path / source.parent.name).mkdir()
        shutil.copy(source, tmp_path / source.parent.name)
    folder = tmp_path / TAG
    folder.mkdir()
    (folder / "terminal.po").write_text(example("po"), "utf-8")
    (folder / "terminal.mo").write_bytes(compiler.compiled(folder / "terminal.po"))
    return Texts.load("terminal", tmp_path)


def configured(folder: Path) -> Loaded | ConfigFault:
    path = folder / "config.toml"
    path.write_text(example("toml"), "utf-8")
    return load(path)


def test_a_terminal_refuses_a_language_without_its_row(tmp_path: Path) -> None:
    refused = configured(tmp_path)
    assert isinstance(refused, ConfigFault)
    assert TAG in refused.reason


def test_a_terminal_offers_the_language_by_its_own_name(tmp_path: Path, known: None) -> None:
    taken = configured(tmp_path)
    assert isinstance(taken, Loaded), str(taken)
    assert [own_name(tag) for tag in taken.config.languages] == ["Deutsch", "English", row().name]


def test_what_is_translated_is_said_in_the_language(texts: Texts) -> None:
    assert texts.say(TAG, "ticket.spoken", number="A 042") == Said("Вашият номер е A 042", TAG)
    assert texts.say(TAG, "waiting.people", n=1).text == "1 човек чака"
    assert texts.say(TAG, "waiting.people", n=3).text == "3 души чакат"


def test_what_is_not_translated_falls_back_with_a_mark(texts: Texts) -> None:
    said = texts.say(TAG, "action.back")
    assert (said.text, said.lang) == (texts.say("en", "action.back").text, "en")
    assert mark(said, TAG) == row().only_en


def test_its_keys_are_keys_of_the_german_file() -> None:
    with (LOCALE_DIR / "de/terminal.po").open("rb") as file:
        german = {str(message.id) for message in read_po(file)}
    ours = {str(message.id) for message in read_po(example("po").encode().splitlines(keepends=True))}
    assert ours <= german
    assert len(ours) > 1


def test_every_letter_of_it_can_be_drawn() -> None:
    assert lacking("".join((example("po"), *row()[:3])).replace("\n", "")) == ""


def test_its_dates_and_syllables_need_no_table_of_ours() -> None:
    assert "март" in formats.long_day(date(2026, 3, 2), TAG)
    assert hyphens.syllables("административен", TAG)


def test_the_visitors_page_offers_every_language_it_has_texts_in() -> None:
    texts = {path.parent.name: path.read_text("utf-8") for path in LOCALE_DIR.glob("*/hub.po")}
    assert {lang for lang, text in texts.items() if 'msgid "visitor.' in text} == set(visitor.LANGUAGES)
