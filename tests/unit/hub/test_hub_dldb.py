"""Import of a DLDB export: a small synthetic one of the same shape, and the real one where it is at hand."""

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.catalogue.importers.dldb.notes import clean
from hub.catalogue.importers.dldb.reader import DldbImport, read_dldb
from hub.catalogue.importers.dldb.shape import DldbAddress, street_line
from hub.catalogue.importers.dldb.topics import OTHER
from hub.catalogue.importers.xzufi import schema
from kiosk.catalogue.check import check
from kiosk.catalogue.faults import CatalogueFaults
from kiosk.catalogue.model import Catalogue, Service
from kiosk.i18n.texts import LOCALE_DIR

REAL = Path(__file__).resolve().parents[4] / "shared" / "data" / "dldb"

SERVICES: list[dict[str, Any]] = [
    {
        "id": "1001",
        "name": " Hund  anmelden ",
        "relation": {"root_topic": "10"},
        "meta": {"url": None, "locale": "de", "keywords": "Hundesteuer, <b>fett</b>,Hundemarke"},
        "authorities": [{"id": "900"}],
        "locations": [{"location": "500", "appointment": {"slots": "0", "external": False, "allowed": True}}],
        "requirements": [{"name": "Ausweis oder Pass", "link": False, "description": ""}, {"name": "<p>x</p>"}],
    },
    {
        "id": "1002",
        "name": "Melderegister - Auskunft -",
        "relation": {"root_topic": None},
        "authorities": [],
        "locations": [{"location": "500"}, {"location": "501"}],
    },
    {"id": "1003", "name": "Beratung", "authorities": [{"id": "999"}, {"id": "900"}], "locations": []},
    {"id": "1004", "name": "Fundsachen", "locations": [{"location": "404"}]},
    {"id": "1005", "name": "Ringwege", "locations": [{"location": "501"}, {"location": "502"}]},
]
LOCATIONS: list[dict[str, Any]] = [
    {
        "id": "500",
        "name": "Bürgeramt Nord ",
        "address": {"city": "Musterstadt", "postal_code": "12345", "street": "Am Wall", "house_number": "1"},
        "office": "buergeramt",
        "authority": {"id": "900"},
        "geo": {"lat": 1.0, "lon": 2.0},
        "services": [],
    },
    {
        "id": "501",
        "name": "Bürgeramt Süd",
        "address": {"city": False, "postal_code": False, "street": False, "house_number": False},
        "office": "buergeramt",
    },
    {"id": "502", "name": "Sonstiges Haus", "office": "weitere"},
]
AUTHORITIES: list[dict[str, Any]] = [
    {"id": "900", "name": "Bezirksamt Mitte", "contact": {}, "locations": []},
    {"id": "500", "name": "Gleiche Nummer"},
]
TOPICS: list[dict[str, Any]] = [
    {
        "id": "10",
        "name": "Meldewesen und Ordnung",
        "path": "m",
        "relation": {"navi": "1", "services": [], "childs": [{"id": "11", "name": "Tiere", "rank": "0"}]},
    },
    {
        "id": "11",
        "name": "Tiere",
        "relation": {"navi": "0", "services": [{"id": "1001"}, {"id": "1002"}], "childs": []},
    },
    {"id": "20", "name": "Ring A", "relation": {"navi": "0", "services": [{"id": "1005"}], "childs": [{"id": "21"}]}},
    {"id": "21", "name": "Ring B", "relation": {"navi": "0", "services": [], "childs": [{"id": "20"}]}},
]
FILES = {
    "services_de.json": SERVICES,
    "locations_de.json": LOCATIONS,
    "authority_de.json": AUTHORITIES,
    "topic_de.json": TOPICS,
}


def put(folder: Path, name: str, data: list[Any], **changed: Any) -> None:
    envelope = {"created": "2026-01-01", "datacount": len(data), "locale": "de_DE", "error": False, "data": data}
    (folder / name).write_text(json.dumps({**envelope, **changed}), "utf-8")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, data in FILES.items():
        put(tmp_path, name, data)
    return tmp_path


def imported(folder: Path) -> DldbImport:
    found = read_dldb(folder)
    assert isinstance(found, DldbImport), str(found)
    assert check(found.catalogue) == ()
    return found


def by_id(catalogue: Catalogue) -> dict[str, Service]:
    return {service.id: service for service in catalogue.services}


def refused(folder: Path) -> CatalogueFaults:
    found = read_dldb(folder)
    assert isinstance(found, CatalogueFaults)
    assert found.faults[0].remedy
    return found


def test_names_ids_papers_and_words_are_kept_and_cleaned(folder: Path) -> None:
    dog = by_id(imported(folder).catalogue)["1001"]
    assert dog.names == {"de": "Hund anmelden"}
    assert dog.categories == ("10",)
    assert dog.office == "500"
    assert dog.bring == {"de": ("Ausweis oder Pass", "x")}
    assert dog.words == {"de": ("Tiere", "Hundesteuer", "fett", "Hundemarke")}
    assert dog.queue is None
    assert dog.fees == ()


def test_a_service_goes_to_one_office_to_their_kind_or_to_the_authority(folder: Path) -> None:
    found = imported(folder)
    services, offices = by_id(found.catalogue), {office.id: office for office in found.catalogue.offices}
    assert services["1002"].office == "buergeramt"
    assert offices["buergeramt"].names == {"de": "Bürgeramt"}
    assert services["1003"].office == "900"
    assert services["1004"].office is None
    assert services["1005"].office == "501"
    assert offices["500"].address == "Am Wall 1, 12345 Musterstadt"
    assert offices["501"].address == ""
    assert set(offices) == {"500", "501", "900", "buergeramt"}


def test_topics_become_categories_and_a_ring_of_topics_ends(folder: Path) -> None:
    catalogue = imported(folder).catalogue
    services = by_id(catalogue)
    assert services["1002"].categories == ("10",)
    assert services["1003"].categories == ("weitere",)
    assert services["1005"].categories == ("weitere",)
    assert [(c.id, c.icon) for c in catalogue.categories] == [("10", "id"), ("weitere", "dots")]


def test_what_we_name_ourselves_is_named_in_every_language_of_the_product() -> None:
    ours = {path.name for path in LOCALE_DIR.iterdir() if path.is_dir()}
    for names in (OTHER.names, schema.FEE_NAMES, schema.FREE_NAMES, schema.FROM_TO):
        assert set(names) == ours


def test_the_report_counts_what_was_read_and_names_what_was_not(folder: Path) -> None:
    broken = [*SERVICES, {"id": "1001", "name": "Doppelt"}, {"name": "ohne id"}, 7, {"id": "1009", "name": "<br>"}]
    put(folder, "services_de.json", broken)
    report = imported(folder).report
    assert (report.services_found, report.services) == (9, 5)
    assert (report.without_office, report.chosen_offices) == (1, 2)
    skipped = {(skip.file, skip.place) for skip in report.skipped}
    assert skipped == {
        ("services_de.json", "data[5]"),
        ("services_de.json", "data[6]"),
        ("services_de.json", "data[7]"),
        ("services_de.json", "id 1009"),
        ("authority_de.json", "id 500"),
    }
    assert "5 of 9 services" in str(report)
    assert "data[6]: Object missing required field `id`" in str(report)


@pytest.mark.parametrize("name", FILES)
def test_a_file_that_is_missing_broken_or_cut_refuses_the_import(folder: Path, name: str) -> None:
    whole = (folder / name).read_bytes()
    (folder / name).unlink()
    assert "cannot be read" in refused(folder).faults[0].reason
    (folder / name).write_bytes(whole[: len(whole) // 2])
    assert "not JSON" in refused(folder).faults[0].reason
    (folder / name).write_bytes(b"[" * 200_000)
    assert refused(folder).source == str(folder / name)
    (folder / name).write_bytes(b'{"data": {}}')
    assert refused(folder).faults[0].place == "$.data"
    put(folder, name, FILES[name], datacount=len(FILES[name]) + 1)
    assert "promises" in refused(folder).faults[0].reason
    put(folder, name, FILES[name], error=True)
    assert refused(folder).faults[0].place == "error"


def test_an_empty_or_mostly_unreadable_source_is_refused(folder: Path) -> None:
    put(folder, "services_de.json", [])
    assert "no readable service" in refused(folder).faults[0].reason
    put(folder, "services_de.json", [*SERVICES, *({"id": n} for n in range(6))])
    assert "only 5 of 11" in refused(folder).faults[0].reason


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("promised", [1, "1"])
def test_an_export_of_the_newer_form_that_is_cut_says_both_counts(folder: Path, name: str, promised: int | str) -> None:
    count = len(FILES[name])
    meta = {"generated": "2026-01-01", "datacount": type(promised)(count + int(promised)), "locale": "de"}
    (folder / name).write_text(json.dumps({"meta": meta, "error": False, "data": FILES[name]}), "utf-8")
    fault = refused(folder).faults[0]
    assert fault.place == "meta.datacount"
    assert fault.reason == f"the file promises {count + 1} records and holds {count}"
    whole = {"meta": {**meta, "datacount": type(promised)(count)}, "data": FILES[name]}
    (folder / name).write_text(json.dumps(whole), "utf-8")
    assert imported(folder).report.services == 5


def test_what_is_too_long_is_shortened_and_counted(folder: Path) -> None:
    words = "Genehmigung für " * 40
    papers = {"requirements": [{"name": "Nachweis " * 60}]}
    put(folder, "services_de.json", [*SERVICES, {"id": "7", "name": words, **papers}, {"id": "8", "name": "x" * 5000}])
    put(folder, "locations_de.json", [{**LOCATIONS[0], "name": words}, *LOCATIONS[1:]])
    put(folder, "topic_de.json", [{**TOPICS[0], "name": words}, *TOPICS[1:]])
    found = imported(folder)
    services = by_id(found.catalogue)
    for name in (services["7"].names["de"], found.catalogue.offices[0].names["de"], services["8"].names["de"]):
        assert 150 < len(name) <= 200
        assert name.endswith("…")
    assert services["7"].names["de"].startswith("Genehmigung für Genehmigung")
    assert [len(paper) <= 300 for paper in services["7"].bring["de"]] == [True]
    assert next(c.names["de"] for c in found.catalogue.categories if c.id == "10").endswith("…")
    assert (found.report.shortened, found.report.skipped[1:]) == (5, ())
    assert "5 texts shortened" in str(found.report)


def test_a_record_is_in_the_language_that_it_or_its_file_names(folder: Path) -> None:
    def record(name: str, locale: str) -> dict[str, Any]:
        return {"id": "7", "name": name, "meta": {"locale": locale}, "requirements": [{"name": f"Papier {locale}"}]}

    several = [record("Hund anmelden", "de_DE"), record("Hund melden", "de-x-ls"), record("Hundeanmeldung", "de_AT")]
    put(folder, "services_de.json", [*SERVICES, *several])
    found = imported(folder)
    dog = by_id(found.catalogue)["7"]
    assert dog.names == {"de": "Hund anmelden", "de-x-ls": "Hund melden"}
    assert dog.bring == {"de": ("Papier de_DE",), "de-x-ls": ("Papier de-x-ls",)}
    assert found.catalogue.languages == ("de", "de-x-ls")
    assert "the id 7 is there twice" in str(found.report)
    put(folder, "services_de.json", [{"id": "1", "name": "Register a dog"}], locale="en_GB")
    assert by_id(imported(folder).catalogue)["1"].names == {"en": "Register a dog"}


def test_addresses_and_names_on_one_line() -> None:
    assert street_line(DldbAddress(city="Ort", postal_code="1", street="Weg", house_number=False)) == "Weg, 1 Ort"
    assert street_line(DldbAddress(city=False)) == ""
    assert clean("Schwerbehinderung -  Eigenbeteiligung - ") == "Schwerbehinderung - Eigenbeteiligung"


def test_entities_and_tags_leave_no_text_behind(folder: Path) -> None:
    papers = [
        "Personalausweis oder Reisepass &amp; Meldebescheinigung",
        "Passfoto <br>",
        "<p>Formular</p>",
        "<ul><li>Miet&shy;vertrag</li><li>Vollmacht</li></ul>",
        "\u2022 Geld\n\u2022 Karte",
        "Kinder < 6 Jahre",
    ]
    name = {"id": "7", "name": "<b>An-</b> &amp; Abmeldung", "requirements": [{"name": paper} for paper in papers]}
    put(folder, "services_de.json", [*SERVICES, {**name, "locations": [{"location": "500"}]}])
    office = {"name": "Amt f&uuml;r Soziales", "address": {**LOCATIONS[0]["address"], "street": "Am Wall &amp; Tor"}}
    put(folder, "locations_de.json", [{**LOCATIONS[0], **office}, *LOCATIONS[1:]])
    put(folder, "topic_de.json", [{**TOPICS[0], "name": "<p>Melden &amp; Ordnen</p>"}, *TOPICS[1:]])
    found = imported(folder)
    service, place = by_id(found.catalogue)["7"], found.catalogue.offices[0]
    assert service.names == {"de": "An- & Abmeldung"}
    assert service.bring["de"][:3] == (
        "Personalausweis oder Reisepass & Meldebescheinigung",
        "Passfoto",
        "Formular",
    )
    assert service.bring["de"][3:] == ("Miet\u00advertrag", "Vollmacht", "Geld", "Karte", "Kinder < 6 Jahre")
    assert (place.names["de"], place.address) == ("Amt für Soziales", "Am Wall & Tor 1, 12345 Musterstadt")
    assert found.catalogue.categories[0].names == {"de": "Melden & Ordnen"}
    assert found.report.notes == ()


def test_omitted_and_shortened_fields_are_counted_with_their_place(folder: Path) -> None:
    papers = [{"name": "[b]fett[/b]"}, {"name": "Nachweis " * 60}, {"name": "<font>Foto</font>"}]
    several = [{"name": f"Papier {n}"} for n in range(60)]
    more = [
        {"id": "7", "name": "Hund", "requirements": papers, "meta": {"keywords": "x" * 61}},
        {"id": "8", "name": "Katze", "requirements": several, "locations": [{"location": "500"}]},
    ]
    put(folder, "services_de.json", [*SERVICES, *more])
    far = {**LOCATIONS[0]["address"], "street": "Straße " * 90}
    put(folder, "locations_de.json", [{**LOCATIONS[0], "address": far}, *LOCATIONS[1:]])
    put(folder, "topic_de.json", [*TOPICS, {"id": "30", "name": "<br>"}])
    found = imported(folder)
    assert by_id(found.catalogue)["7"].bring["de"][1:] == ("Foto",)
    assert 250 < len(found.catalogue.offices[0].address) <= 300
    said = str(found.report)
    for line in (
        "1 texts left out: the text holds markup (services_de.json, id 7, requirements[0])",
        "2 texts shortened (locations_de.json, id 500, address; services_de.json, id 7, requirements[1])",
        "1 HTML tags taken out: font (services_de.json, id 7, requirements[2])",
        "1 search words left out: too long (services_de.json, id 7, keywords)",
        "1 lists shortened (services_de.json, id 8, requirements)",
        "topic_de.json, id 30: its name cannot be shown",
    ):
        assert line in said, said


def test_numbers_without_quotes_are_texts(folder: Path) -> None:
    numbers = {"city": "Ort", "postal_code": 12345, "street": "Am Wall", "house_number": 7.0}
    put(folder, "locations_de.json", [{**LOCATIONS[0], "id": 500, "address": numbers}, *LOCATIONS[1:]])
    new = {"id": 7, "name": "Hund", "locations": [{"location": 500}], "relation": {"root_topic": 10}}
    put(folder, "services_de.json", [*SERVICES, new])
    found = imported(folder)
    assert found.catalogue.offices[0].address == "Am Wall 7, 12345 Ort"
    assert (by_id(found.catalogue)["7"].office, by_id(found.catalogue)["7"].categories) == ("500", ("10",))
    assert [skip.place for skip in found.report.skipped] == ["id 500"]


def test_the_plain_language_wins_wherever_it_stands(folder: Path) -> None:
    forms = [{"id": "7", "name": f"Hund {tag}", "meta": {"locale": tag}} for tag in ("de_AT", "de_DE", "de", "de_CH")]
    put(folder, "services_de.json", [*SERVICES, *forms])
    found = imported(folder)
    assert by_id(found.catalogue)["7"].names == {"de": "Hund de"}
    assert [skip.place for skip in found.report.skipped[:3]] == ["data[6]", "data[5]", "data[8]"]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(0, 9) | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(["id", "name", "location"]), inner),
    max_leaves=6,
)
FIELD = st.sampled_from(["id", "name", "relation", "authorities", "locations", "requirements", "meta", "address"])


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(sorted(FILES)), FIELD, JSON)
def test_no_record_makes_the_import_raise(
    tmp_path_factory: pytest.TempPathFactory, name: str, field: str, value: object
) -> None:
    folder = tmp_path_factory.mktemp("dldb")
    for file, data in FILES.items():
        put(folder, file, [*data, {**data[0], "id": "x", field: value}] if file == name else data)
    found = read_dldb(folder)
    assert isinstance(found, DldbImport)
    assert check(found.catalogue) == ()


@pytest.mark.skipif(not REAL.is_dir(), reason="the real DLDB export is not beside the repository (../shared/data/dldb)")
def test_the_real_export_of_560_services_comes_in_whole() -> None:
    found = imported(REAL)
    report, catalogue = found.report, found.catalogue
    assert (report.services_found, report.services, len(report.skipped)) == (560, 560, 0)
    raw = msgspec.json.decode((REAL / "services_de.json").read_bytes())["data"]
    assert [service.id for service in catalogue.services] == [record["id"] for record in raw]
    assert [service.names["de"] for service in catalogue.services] == [clean(record["name"]) for record in raw]
    assert len(catalogue.categories) == 17
    assert report.without_office == 1
    offices = {office.id: office for office in catalogue.offices}
    assert all(service.office in offices for service in catalogue.services if service.office)
    assert all(service.categories for service in catalogue.services)
