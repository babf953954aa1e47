import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.catalogue.model import Catalogue, Featured, Queue, Service
from offline_cache.catalogue.edit_distance import slips_between
from offline_cache.catalogue.normalize import fold, query_words, spellings
from offline_cache.catalogue.search import Hits, SearchIndex
from offline_cache.catalogue.stems import stem
from offline_cache.catalogue.store import CatalogueStore
from tests.unit.offline_cache.cache_helpers import bring


def service(
    id: str, de: str, en: str = "", words: tuple[str, ...] = (), more: dict[str, tuple[str, ...]] | None = None
) -> Service:
    names = {"de": de, "en": en} if en else {"de": de}
    return Service(id=id, names=names, words={"de": words, **(more or {})}, queue="q")


SERVICES = (
    service("perso", "Personalausweis beantragen", "Identity card", ("Perso", "Ausweis")),
    service("vorlaeufig", "Vorläufiger Personalausweis", "Temporary identity card"),
    service("pass", "Reisepass beantragen", "Passport", ("Pass", "Reise"), {"en": ("travel document",)}),
    service("fuehrer", "Führerschein umtauschen", "Exchange a driving licence", ("Lappen", "Fahrerlaubnis")),
    service("zeugnis", "Führungszeugnis", "Certificate of good conduct"),
    service("umzug", "Wohnung ummelden", "Change of address", ("Umzug",)),
    service("hund", "Hund anmelden", "Register a dog", ("Hundesteuer",)),
    service("heirat", "Eheschließung anmelden", "Register a marriage", ("heiraten", "Hochzeit")),
    service("strasse", "Straßenreinigung", "Street cleaning"),
    service("muell", "Sperrmüll abholen lassen", "Bulky waste", ("Müll",)),
    service("alt", "Nur auf Deutsch: Aerztekammer"),
)
CATALOGUE = Catalogue(
    version=1,
    languages=("de", "en"),
    services=SERVICES,
    queues=(Queue(id="q", series="A", names={"de": "Bürgeramt"}),),
    featured=(Featured(service="pass"),),
)


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> SearchIndex:
    path = tmp_path_factory.mktemp("search") / "catalogue.db"
    store = CatalogueStore(path)
    assert bring(store, CATALOGUE) == CATALOGUE
    index = store.index()
    assert index is not None
    return index


def shown(index: SearchIndex, typed: str, lang: str) -> tuple[str, ...]:
    """What stands on the screen, from top to bottom."""
    hits = index.search(typed, lang)
    assert not set(hits.sure) & set(hits.unsure)
    return (*hits.sure, *hits.unsure)


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("Perso", "perso"),
        ("perso", "perso"),
        ("Personalausweis", "perso"),
        ("Persoanlausweis", "perso"),
        ("persoan", "perso"),
        ("ausweis", "perso"),
        ("führerschein", "fuehrer"),
        ("fuehrerschein", "fuehrer"),
        ("fuhrerschein", "fuehrer"),
        ("fürerschein", "fuehrer"),
        ("fürersch", "fuehrer"),
        ("FÜHRER", "fuehrer"),
        ("schein", "fuehrer"),
        ("lappen", "fuehrer"),
        ("Strassenreinigung", "strasse"),
        ("straßenr", "strasse"),
        ("hund anmel", "hund"),
        ("anmelden hund", "hund"),
        ("ich möchte heiraten", "heirat"),
        ("ich brauche einen neuen Perso", "perso"),
        ("mull", "muell"),
        ("muell", "muell"),
        ("Mühl", "muell"),
        ("umzgu", "umzug"),
        ("r", "pass"),
        ("  reisepass!!  ", "pass"),
        ("ärztekammer", "alt"),
        ("arztekam", "alt"),
    ],
)
def test_german_words_find_the_right_service(index: SearchIndex, typed: str, first: str) -> None:
    assert shown(index, typed, "de")[:1] == (first,)


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("passport", "pass"),
        ("pasport", "pass"),
        ("identity", "perso"),
        ("travel", "pass"),
        ("dog", "hund"),
        ("Perso", "perso"),
        ("licence driving", "fuehrer"),
    ],
)
def test_english_words_find_it_and_german_ones_too(index: SearchIndex, typed: str, first: str) -> None:
    assert shown(index, typed, "en")[:1] == (first,)


def test_the_chosen_language_comes_first_and_unknown_languages_fall_back(index: SearchIndex) -> None:
    assert index.search("register", "de") == index.search("register", "en")
    assert index.search("perso", "ar").sure[0] == "perso"
    assert index.search("perso", "de-x-ls").sure[0] == "perso"


def test_every_beginning_of_a_name_finds_it(index: SearchIndex) -> None:
    for one in SERVICES:
        for lang, name in one.names.items():
            for end in range(1, len(name) + 1):
                if fold(name[:end]):
                    assert one.id in index.search(name[:end], lang).sure, name[:end]


def test_nothing_to_find_finds_nothing(index: SearchIndex) -> None:
    for text in ("", "   ", '"*', "()", "AND OR NOT", "xyzzyplugh", "!?", "\x00", "ß" * 500):
        assert isinstance(index.search(text, "de"), Hits)
    assert index.search("xyzzyplugh", "de") == Hits()
    assert index.search("", "de") == Hits()


@given(text=st.text(max_size=120), lang=st.sampled_from(["de", "en", "ar", "", "xx-yy"]) | st.text(max_size=5))
def test_no_input_raises(index: SearchIndex, text: str, lang: str) -> None:
    found = shown(index, text, lang)
    assert len(found) == len(set(found)) <= 48


@given(
    text=st.text(
        alphabet=st.characters(codec="utf-8") | st.sampled_from(["\ud800", '"', "*", "^", ":", "-", "'", "\x00"])
    )
)
def test_operators_and_broken_letters_are_searched_without_an_error(index: SearchIndex, text: str) -> None:
    index.search(text, "de")


@given(text=st.text(max_size=60), cut=st.integers(0, 60))
def test_the_fold_of_a_beginning_is_a_beginning_of_the_fold(text: str, cut: int) -> None:
    assert fold(text).startswith(fold(text[:cut]))


@pytest.mark.parametrize(
    ("word", "typed"),
    [
        ("Müller", ("Mueller", "Muller", "MÜLLER")),
        ("Öl", ("Oel", "Ol")),
        ("Straße", ("Strasse", "STRASSE")),
        ("الهوية", ("هويه", "الهويه", "هوية")),
        ("بناء", ("بنا",)),
        ("أبوة", ("ابوه",)),
    ],
)
def test_spellings_meet(word: str, typed: tuple[str, ...]) -> None:
    assert {fold(each) for each in typed} <= set(spellings(word))


def test_ue_is_no_umlaut_where_the_word_has_none() -> None:
    assert spellings("Steuer") == ("steuer",)
    assert fold("Duell") != fold("Düll")


def test_words_are_bounded() -> None:
    words = query_words("wort" * 100 + " a" * 100)
    assert len(words) <= 6
    assert max(map(len, words)) <= 40


@pytest.mark.parametrize(
    ("typed", "word", "slips"),
    [
        ("perso", "personalausweis", 0),
        ("persoanl", "personalausweis", 1),
        ("fürer", "führer", 1),
        ("furerschein", "fuhrerschein", 1),
        ("abc", "xyz", 3),
        ("", "word", 0),
        ("word", "", 3),
    ],
)
def test_slips(typed: str, word: str, slips: int) -> None:
    assert slips_between(typed, word, 2).begin == slips


def test_slips_to_the_whole_word_count_its_end_too() -> None:
    assert slips_between("wohnged", "wohngeld", 2) == (1, 1)
    assert slips_between("persoan", "personalausweis", 2) == (1, 3)


@pytest.mark.parametrize(
    ("typed", "word", "slips"),
    [("fuck", "funktion", 5), ("hudn", "hund", 1), ("perosn", "personalausweis", 1), ("scheisse", "schliessen", 3)],
)
def test_a_slip_in_a_beginning_is_believed_of_long_words_only(typed: str, word: str, slips: int) -> None:
    assert min(slips_between(typed, word, 4).believed(typed), 5) == slips


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("car", "care", False),
        ("care", "cares", True),
        ("move", "moved", True),
        ("move", "moving", True),
        ("car", "cars", True),
        ("house", "housing", True),
        ("home", "homes", True),
        ("tax", "taxes", True),
    ],
)
def test_a_short_english_word_is_not_one_that_lost_its_e(one: str, other: str, same: bool) -> None:
    assert (stem(one, "en") == stem(other, "en")) is same


def test_words_of_an_ended_visit_are_forgotten(index: SearchIndex) -> None:
    index.search("persnalausweis", "de")
    assert index.known.remembered()
    index.forget()
    assert not index.known.remembered()


@pytest.mark.parametrize("typed", ["p", "P", "pe", "  p  ", "ü", "re"])
def test_keys_of_one_or_two_letters_find_what_begins_so(index: SearchIndex, typed: str) -> None:
    folded = query_words(typed)[0]
    found = index.search(typed, "de").sure
    expected = {
        service.id
        for service in SERVICES
        for texts in (service.names.get("de", ""), service.names.get("en", ""), *service.words.get("de", ()))
        if any(word.startswith(folded) for word in query_words(texts))
    }
    assert set(found) == expected
    assert found


def test_a_featured_service_and_whole_beginnings_stand_before_words_inside(index: SearchIndex) -> None:
    found = index.search("r", "de").sure
    assert found[0] == "pass", "Reisepass, featured"


def test_two_short_words_are_searched_together(index: SearchIndex) -> None:
    assert index.search("a d", "de") == index.search("A  D", "de")
