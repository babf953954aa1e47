"""Search in the demo catalogue: everyday questions, what is unsure, and what nobody may be told."""

import sys
from collections.abc import Iterator
from pathlib import Path

import apsw
import pytest

from hub.catalogue.demo import demo_catalogue
from offline_cache.catalogue.file import RECORDS_SINCE
from offline_cache.catalogue.search import Hits, SearchIndex
from offline_cache.catalogue.store import CatalogueStore

sys.path.append(str(Path(__file__).parents[3] / "bench"))
import search_quality


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SearchIndex]:
    opened = search_quality.opened(tmp_path_factory.mktemp("questions"), demo_catalogue())
    yield opened
    opened.close()


def test_labelled_questions_are_answered_with_few_false_hits(index: SearchIndex) -> None:
    path = search_quality.HERE / "search_questions.toml"
    known = frozenset(service.id for service in demo_catalogue().services)
    asked = list(search_quality.questions(path, known))
    assert len(asked) >= 200
    scores = [search_quality.ask(index, question) for question in asked]
    count, _, three, none, invented = search_quality.figures(scores)["all"]
    assert three >= search_quality.HIT_AT_3 * count
    assert invented <= search_quality.INVENTED * none


@pytest.mark.parametrize(
    "typed",
    [
        "steuer xy",
        "Jagdschein",
        "Bibliothek Karte",
        "Segelschein abmelden",
        "Mund",
        "Bass",
        "Ausländer Verein",
        "Hundefutter",
    ],
)
def test_one_known_word_beside_an_unknown_one_is_no_answer(index: SearchIndex, typed: str) -> None:
    assert index.search(typed, "de").sure == ()


@pytest.mark.parametrize("typed", ["library card", "gun licence", "fishing bank", "phone number"])
def test_a_general_word_carries_no_answer(index: SearchIndex, typed: str) -> None:
    assert index.search(typed, "en").sure == ()


@pytest.mark.parametrize(
    ("typed", "lang"),
    [("gestorben", "de"), ("meine Mutter ist gestorben", "de"), ("Oma verstorben", "de"), ("my husband died", "en")],
)
def test_whoever_lost_somebody_does_not_read_of_a_dog_first(index: SearchIndex, typed: str, lang: str) -> None:
    assert index.search(typed, lang).sure[0] == "sterbefall"
    assert index.search("Hund gestorben", "de").sure[0] == "hund-abmelden"


def test_a_name_that_begins_with_the_word_stands_first(index: SearchIndex) -> None:
    assert index.search("Rente", "de").sure[0] == "anderswo-rente"


def test_a_word_known_here_is_not_read_as_one_of_another_language(index: SearchIndex) -> None:
    assert "wohngeld" not in index.search("Rente", "de").sure, "its English everyday word is rent"
    assert "wohngeld" in index.search("rent", "de").sure


@pytest.mark.parametrize(
    ("typed", "lang"),
    [("Termin Reisepass", "de"), ("Reisepass heute Termin", "de"), ("book appointment passport", "en")],
)
def test_an_appointment_is_no_matter_of_its_own(index: SearchIndex, typed: str, lang: str) -> None:
    assert "reisepass" in index.search(typed, lang).sure
    assert index.search("Termin", "de") == index.search("appointment", "en") == Hits()


def test_another_word_for_the_same_sort_of_paper_is_sure(index: SearchIndex) -> None:
    assert index.search("international driving licence", "en").sure == ("internationaler-fuehrerschein",)


def test_papers_teasers_and_two_slips_are_only_did_you_mean(index: SearchIndex) -> None:
    assert index.search("Sehtest", "de") == Hits((), ("fuehrerschein-beantragen",))
    assert "strasse-nutzen" in index.search("Kran", "de").unsure
    assert index.search("Schwerbehindetenauswies", "de") == Hits((), ("schwerbehindertenausweis",))
    assert index.search("Meldebescheinigug", "de").sure == ("meldebescheinigung",), "one slip in a long word is sure"


@pytest.mark.parametrize(
    ("typed", "lang", "right"),
    [
        ("Hundesteueranmeldung", "de", "hund-anmelden"),
        ("personal ausweis", "de", "personalausweis"),
        ("Personalausweis verloren", "de", "ausweis-verloren"),
        ("drivinglicence", "en", "fuehrerschein-beantragen"),
        ("جوازسفر", "ar", "reisepass"),
        ("هويتي", "ar", "personalausweis"),
        ("للسيارة", "ar", "auto-anmelden"),
    ],
)
def test_words_are_parted_and_joined(index: SearchIndex, typed: str, lang: str, right: str) -> None:
    assert right in index.search(typed, lang).sure[:3]


def test_a_file_with_the_search_tables_of_the_last_layout_gets_new_ones(tmp_path: Path) -> None:
    search_quality.opened(tmp_path, demo_catalogue()).close()
    path = tmp_path / "catalogue.db"
    db = apsw.Connection(str(path))
    db.execute("DROP TABLE aside; DROP TABLE find_0")
    db.execute("CREATE VIRTUAL TABLE find_0 USING fts5(name, words, content='', contentless_delete=1)")
    db.pragma("user_version", RECORDS_SINCE)
    db.close()
    store = CatalogueStore(path, languages=demo_catalogue().languages)
    assert store.load() is not None
    found = store.index()
    assert found is not None
    assert found.search("Sehtest", "de").unsure == ("fuehrerschein-beantragen",)
