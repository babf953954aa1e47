"""An editor's folder of TOML files: what is right is read whole; what is wrong names file, place and remedy."""

import os
import random
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, time
from pathlib import Path

import pytest

from hub import sites
from hub.catalogue.content import versions
from hub.catalogue.demo import FOLDER
from hub.catalogue.import_runs.cli import run_import
from hub.catalogue.importers.own.folder import load_folder
from hub.catalogue.importers.own.toml import FILE_LIMIT
from hub.sites import Site
from hub.store.engine import Store
from kiosk.catalogue.faults import CatalogueFaults
from kiosk.catalogue.model import Catalogue, Category, ClosedDay, Elsewhere, Featured, Fee, Office, Queue, Service, Span
from tests.corpus import toml
from tests.unit.hub.catalogue_helpers import in_force

FULL = os.environ.get("KIOSK_TEST_SIZE") == "full"
DOCS = Path(__file__).resolve().parents[3] / "docs" / "catalogue.md"
BASE = '[[category]]\nid = "ordnung"\nnames.de = "Ordnung"\n'
OFFICE = (
    '[[office]]\nid = "buergerservice"\nnames.de = "Amt"\n'
    '[[queue]]\nid = "buergerservice"\nseries = "A"\nnames.de = "A"\n'
)
CATALOGUE = """
languages = ["de"]
[[category]]
id = "ausweise"
names.de = "Ausweise"
[[office]]
id = "amt"
names.de = "Amt"
hours.mon = ["08:00-12:00", "13:00 – 16:00"]
[[queue]]
id = "a"
series = "A"
names.de = "A"
[[featured]]
service = "perso"
[closed]
years = [2026]
country = "DE"
state = "SN"
[[closed.yearly]]
date = "12-24"
names.de = "Heiligabend"
"""
SERVICES = """
[defaults]
office = "amt"
queue = "a"
categories = ["ausweise"]
[[service]]
id = "perso"
names.de = "Personalausweis"
bring.de = ["alter Ausweis"]
[[service.fees]]
id = "f"
names.de = "Gebühr"
[[service]]
id = "pass"
names.de = "Reisepass"
queue = "a"
"""
ARABIC = """
[category.ausweise]
name = "بطاقات"
[service.perso]
name = "بطاقة الهوية"
bring = ["البطاقة القديمة"]
words = ["هوية"]
fees.f = "رسم"
[office.amt]
name = "مكتب"
place = "الطابق الأول"
[featured.perso]
label = "هوية"
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "services").mkdir()
    (tmp_path / "texts").mkdir()
    (tmp_path / "catalogue.toml").write_text(CATALOGUE, "utf-8")
    (tmp_path / "services" / "10.toml").write_text(SERVICES, "utf-8")
    (tmp_path / "texts" / "ar.toml").write_text(ARABIC, "utf-8")
    return tmp_path


def loaded(folder: Path) -> Catalogue:
    found = load_folder(folder, version=7)
    assert isinstance(found, Catalogue), str(found)
    return found


def refused(folder: Path) -> CatalogueFaults:
    found = load_folder(folder)
    assert isinstance(found, CatalogueFaults)
    assert found.faults[0].remedy
    return found


def test_a_folder_becomes_one_catalogue(folder: Path) -> None:
    catalogue = loaded(folder)
    assert catalogue.version == 7
    assert catalogue.languages == ("de", "ar")
    card, passport = catalogue.services
    assert (card.office, card.queue, card.categories) == ("amt", "a", ("ausweise",))
    assert card.fees[0].cents is None
    assert passport.fees == ()
    (office,) = catalogue.offices
    assert [(span.day, span.opens, span.closes) for span in office.hours] == [
        (0, time(8), time(12)),
        (0, time(13), time(16)),
    ]
    closed = {day.date for day in office.closed_days}
    assert {date(2026, 12, 24), date(2026, 11, 18), date(2026, 4, 6)} <= closed
    assert date(2026, 12, 31) not in closed


def test_a_language_file_adds_texts_and_nothing_else(folder: Path) -> None:
    card = loaded(folder).services[0]
    assert card.names == {"de": "Personalausweis", "ar": "بطاقة الهوية"}
    assert card.bring["ar"] == ("البطاقة القديمة",)
    assert card.fees[0].names["ar"] == "رسم"
    assert loaded(folder).offices[0].places == {"ar": "الطابق الأول"}
    assert loaded(folder).featured[0].labels == {"ar": "هوية"}


def test_decomposed_letters_are_composed(folder: Path) -> None:
    path = folder / "catalogue.toml"
    path.write_text(path.read_text("utf-8").replace("Ausweise", "Ausku\u0308nfte"), "utf-8")
    assert loaded(folder).categories[0].names["de"] == "Auskünfte"


@pytest.mark.parametrize(
    ("file", "old", "new", "place", "reason"),
    [
        ("catalogue.toml", "[[office]]", "[[ofice]]", "ofice", "unknown table"),
        ("catalogue.toml", "[[office]]", "[office]", "office", "not a list"),
        ("catalogue.toml", '"amt"', "amt", "line 7, column 6", "not TOML"),
        ("catalogue.toml", 'id = "amt"', 'id = "a mt"', "office[0].id", "regex"),
        ("catalogue.toml", "hours.mon", "hours.mo", "office[0].hours.mo", "not a weekday"),
        ("catalogue.toml", "08:00-12:00", "8-12", "office[0].hours.mon", "not a span"),
        ("catalogue.toml", "years = [2026]", 'years = ["2026"]', "closed", "not the form"),
        ("catalogue.toml", '"12-24"', '"02-30"', "closed.yearly", "not a yearly date"),
        ("catalogue.toml", 'country = "DE"', 'country = "XX"', "closed.country", "no public holidays"),
        ("catalogue.toml", 'service = "perso"', 'service = "auto"', "featured.perso", "no such featured"),
        ("catalogue.toml", "[closed]", "[closed]\nyear = 1", "closed", "not the form"),
        ("services/10.toml", "bring.de", "brings.de", "service[0].brings", "unknown entry"),
        ("services/10.toml", "[[service.fees]]", "[[service.fees]]\ncent = 5", "service[0].fees[0].cent", "unknown"),
        ("services/10.toml", '["alter Ausweis"]', '"alter Ausweis"', "service[0].bring[...]", "Expected `array`"),
        ("services/10.toml", 'queue = "a"', 'queue = "b"', "services/10.toml, services[perso].queue", "no queue"),
        ("services/10.toml", "[defaults]", 'defaults = "x"\n[other]', "other", "unknown table"),
        ("services/10.toml", "[defaults]", 'defaults = "x"\n[closed]', "defaults, closed, languages", "not in their"),
        ("services/10.toml", "[[service.fees]]", "[service.fees]", "service[0].fees", "Expected `array`"),
        ("texts/ar.toml", "[service.perso]", "[service.auto]", "service.auto", "no such service"),
        ("texts/ar.toml", 'label = "هوية"', 'title = "هوية"', "featured.perso.title", "unknown entry"),
        ("texts/ar.toml", "fees.f", "fees.g", "service.perso.fees", "no such fee"),
        ("texts/ar.toml", 'name = "مكتب"', "name = 5", "office.amt.name", "not a text"),
    ],
)
def test_a_mistake_names_its_place(folder: Path, file: str, old: str, new: str, place: str, reason: str) -> None:
    path = folder / file
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")
    found = refused(folder)
    assert found.faults[0].place == place
    assert reason in found.faults[0].reason
    assert str(folder) in found.source


def test_files_that_are_no_text_or_not_there(folder: Path, tmp_path: Path) -> None:
    (folder / "services" / "10.toml").write_bytes(b"\xff\xfe")
    assert "UTF-8" in refused(folder).faults[0].reason
    (folder / "services" / "10.toml").unlink()
    (folder / "services" / "10.toml").mkdir()
    assert "cannot be read" in refused(folder).faults[0].reason
    assert "no .toml file" in refused(tmp_path / "nowhere").faults[0].reason


def test_the_demo_folder_shows_a_mistake_like_any_other(tmp_path: Path) -> None:
    copy = tmp_path / "demo"
    shutil.copytree(FOLDER, copy)
    path = copy / "services" / "10-ausweise.toml"
    path.write_text(path.read_text("utf-8").replace("cents = 4600", 'cents = "46,00 €"'), "utf-8")
    found = refused(copy)
    assert found.source.endswith("10-ausweise.toml")
    assert found.faults[0].place == "service[0].fees[0].cents"


EXAMPLES = re.findall(r"```toml\n(.*?)```", DOCS.read_text("utf-8"), re.S)


@pytest.mark.parametrize("number", range(len(EXAMPLES)))
def test_examples_of_the_docs_are_read_without_a_refusal(tmp_path: Path, number: int) -> None:
    example = EXAMPLES[number]
    if example.startswith("[service."):
        (tmp_path / "texts").mkdir()
        (tmp_path / "texts" / "uk.toml").write_text(example, "utf-8")
        example = BASE + '[[service]]\nid = "hund-anmelden"\nnames.de = "Hund anmelden"\n'
    elif "[[office]]" not in example:
        example = BASE + OFFICE + example
        if "[[featured]]" in example:
            example += '[[service]]\nid = "hund-anmelden"\nnames.de = "Hund anmelden"\n'
    (tmp_path / "a.toml").write_text(example, "utf-8")
    loaded(tmp_path)


@contextmanager
def wrong(folder: Path, case: toml.Case) -> Iterator[Path]:
    """The corpus' folder with this one thing wrong in it."""
    (folder / case.file).write_text(case.text(), "utf-8")
    yield folder
    (folder / case.file).write_text(toml.FILES[case.file], "utf-8")


def test_the_corpus_is_sound_but_for_the_case_and_holds_every_field(tmp_path: Path) -> None:
    assert loaded(toml.write(tmp_path)).services[0].names["ar"] == "بطاقة الهوية"
    for record in (Category, Service, Elsewhere, Fee, Office, ClosedDay, Span, Queue, Featured):
        assert set(record.__struct_fields__) <= toml.fields(), record


def test_any_wrong_field_is_refused_with_file_and_place(tmp_path: Path) -> None:
    """All of the corpus at the full size, every fourth one at the standard size."""
    toml.write(tmp_path)
    cases = list(toml.hostile())
    seed, step = int(os.environ.get("KIOSK_SEED") or random.SystemRandom().randrange(1_000_000)), 1 if FULL else 4
    print(f"seed {seed}, every {step}. of {len(cases)}")
    for case in cases[seed % step :: step]:
        with wrong(tmp_path, case) as folder:
            found = load_folder(folder)
        assert isinstance(found, CatalogueFaults), f"{case.name} was read"
        told = str(found)
        assert case.file in told, (case.name, told)
        assert all(line.isprintable() for line in told.split("\n")), case.name
        assert len(told) < 2_000, case.name
        assert all(fault.reason and fault.remedy for fault in found.faults), case.name
        assert any(names_place(case, fault.place, fault.reason) for fault in found.faults), (case.name, told)
    assert len(cases) > 4_000


def names_place(case: toml.Case, place: str, reason: str) -> bool:
    """The field, its line, or, where no parser can know more, the file."""
    nested = place == "file" and "nested" in reason
    return nested or case.field in place or f"line {case.line}" in place or place.startswith("closed")


def test_a_refused_folder_leaves_what_was_in_force(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    site = Site("s", "Stadt Musterstadt", "Bürgerhaus am Wall", "Europe/Berlin", "")
    data, source = tmp_path / "data", tmp_path / "source"
    data.mkdir()
    store = Store(data / "hub.db")
    store.write_now(lambda connection: sites.add_site(connection, site, 1_795_000_000_000))
    assert run_import("own", toml.write(source), data) == 0
    before = store.read_now(lambda c: (in_force(c, site.id), versions.listed(c, site.id)))
    for case in list(toml.hostile())[::97]:
        with wrong(source, case):
            assert run_import("own", source, data) == 2, case.name
        assert "the last catalogue stays in force" in capsys.readouterr().err
        assert store.read_now(lambda c: (in_force(c, site.id), versions.listed(c, site.id))) == before, case.name
    store.close()


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ('names.de = "' + "x" * 10_000_000 + '"', "file"),
        ('names.de = "' + "x" * (FILE_LIMIT - 1_000) + '"', "services/10.toml, services[perso].names.de"),
        ("x" * 3_000_000 + " = 1", "service[0].“" + "x" * 60 + "…”"),
        ('"\\u001b[2J" = 1', "service[0].“\\u001b[2J”"),
        ("a." * 1_000_000 + "a = 1", "line 4"),
        ("minutes = " + "9" * 5_000, "line 4"),
        ("minutes = 0x" + "f" * 1_000_000, "service[0].minutes"),
        ("fees = 5", "service[0].fees"),
        ("fees = false", "service[0].fees"),
        ("[[service.fees]]\nfees = {x = [nan, 1]}", "service[0].fees[0].fees"),
    ],
    ids=lambda text: text[:20],
)
def test_what_is_far_too_large_is_refused_in_few_words(tmp_path: Path, text: str, place: str) -> None:
    services = tmp_path / "services"
    services.mkdir()
    (services / "10.toml").write_text(f'\n[[service]]\nid = "perso"\n{text}\n', "utf-8")
    found = refused(tmp_path)
    assert found.faults[0].place == place
    assert "10.toml" in str(found)
    assert len(str(found)) < 1_000
    assert str(found).isprintable()


@pytest.mark.parametrize("name", ["ä", "de_DE", "x" * 100])
def test_a_file_of_texts_that_is_named_for_no_language(folder: Path, name: str) -> None:
    path = folder / "texts" / f"{name}.toml"
    path.write_text(ARABIC, "utf-8")
    found = refused(folder)
    assert (found.source, found.faults[0].place) == (str(path), "file name")


def test_a_misspelt_entry_of_a_closed_day_is_no_silence(folder: Path) -> None:
    path = folder / "catalogue.toml"
    day = 'closed_days = [{date = 2026-05-15, nmaes = {de = "Ausflug"}}]\n[[queue]]'
    path.write_text(path.read_text("utf-8").replace("[[queue]]", day, 1), "utf-8")
    assert refused(folder).faults[0].place == "office[0].closed_days[0].nmaes"
