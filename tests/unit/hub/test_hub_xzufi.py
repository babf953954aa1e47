"""XZuFi: what is read into what, the collector's rules, and what hostile deliveries come to."""

import random
import tracemalloc
from decimal import Decimal
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from bench import xzufi_generator
from hub.catalogue.importers.draft import Draft
from hub.catalogue.importers.html_text import fit, lines
from hub.catalogue.importers.xzufi import schema
from hub.catalogue.importers.xzufi.elements import in_area, lang_of
from hub.catalogue.importers.xzufi.fees import Unsure, read_amount
from hub.catalogue.importers.xzufi.reader import read_xzufi
from hub.catalogue.importers.xzufi.report import KINDS, Report
from kiosk.catalogue.check import check
from kiosk.catalogue.faults import CatalogueFaults
from kiosk.catalogue.model import Catalogue, Fee, Service
from kiosk.catalogue.texts import text_faults
from kiosk.i18n.latin import DataType, is_valid
from tests.corpus import texts
from tests.corpus.xzufi import Case, folder, hostile, message, service, title

EXAMPLE = """<?xml version="1.0" encoding="UTF-8"?>
<xzufi:transfer.operation xmlns:xzufi="http://xoev.de/schemata/xzufi/{version}"
    xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xzufiVersion="2.2.0">
 <xzufi:nachrichtenkopf><xzufi:nachrichtUUID>76b4df51-e824-49f7-8fec-b4af3152a263</xzufi:nachrichtUUID>
 </xzufi:nachrichtenkopf>
 <xzufi:schreibe><xzufi:leistung>
  <xzufi:id schemeAgencyID="L100099" schemeID="Leistung">4711</xzufi:id>
  <xzufi:referenzLeiKa><code>99115005012000</code></xzufi:referenzLeiKa>
  <xzufi:modulText><xzufi:leikaTextmodul><code>02</code></xzufi:leikaTextmodul>
   <xzufi:inhalt languageCode="de">Meldebescheinigung Ausstellung</xzufi:inhalt>
   <xzufi:inhalt languageCode="en">Certificate of registration: issue</xzufi:inhalt></xzufi:modulText>
  <xzufi:modulText><xzufi:leikaTextmodul><code>03</code></xzufi:leikaTextmodul>
   <xzufi:inhalt languageCode="de">Meldebescheinigung bekommen</xzufi:inhalt></xzufi:modulText>
  <xzufi:modulText><xzufi:leikaTextmodul><code>05</code></xzufi:leikaTextmodul>
   <xzufi:inhalt languageCode="de">&lt;p&gt;Sie wohnen hier &amp;amp; brauchen das schriftlich.&lt;/p&gt;</xzufi:inhalt>
  </xzufi:modulText>
  <xzufi:modulText><xzufi:leikaTextmodul><code>08</code></xzufi:leikaTextmodul>
   <xzufi:inhalt languageCode="de">&lt;ul&gt;&lt;li&gt;Personalausweis&lt;/li&gt;&lt;li&gt;&lt;b&gt;Vollmacht&lt;/b&gt;,
    wenn nötig&lt;/li&gt;&lt;/ul&gt;</xzufi:inhalt></xzufi:modulText>
  <xzufi:modulText><xzufi:zugangskanal><code>100</code></xzufi:zugangskanal>
   <xzufi:leikaTextmodul><code>24</code></xzufi:leikaTextmodul>
   <xzufi:inhalt languageCode="de">Nur im Netz</xzufi:inhalt></xzufi:modulText>
  <xzufi:modulKosten><xzufi:kosten><xzufi:typ><code>001</code></xzufi:typ>
    <xzufi:kostenauswahl><xzufi:fix><xzufi:betrag currencyCode="EUR">10.50</xzufi:betrag></xzufi:fix>
    </xzufi:kostenauswahl>
    <xzufi:gueltigkeit><xzufi:beginn>2026-01-01</xzufi:beginn></xzufi:gueltigkeit></xzufi:kosten>
   <xzufi:kosten><xzufi:kostenauswahl><xzufi:frei><xzufi:beschreibungKostenfreiheit languageCode="de">Für Schüler frei
    </xzufi:beschreibungKostenfreiheit></xzufi:frei></xzufi:kostenauswahl></xzufi:kosten>
   <xzufi:kosten><xzufi:kostenauswahl xsi:type="xzufi:KostenVariabel">
    <xzufi:betragUntergrenze>5</xzufi:betragUntergrenze>
    <xzufi:betragObergrenze>25.5</xzufi:betragObergrenze></xzufi:kostenauswahl></xzufi:kosten>
   <xzufi:beschreibung languageCode="de">Barzahlung möglich.</xzufi:beschreibung></xzufi:modulKosten>
  <xzufi:modulBegriffImKontext><xzufi:begriffImKontext><xzufi:begriff languageCode="de">Meldezettel</xzufi:begriff>
   </xzufi:begriffImKontext><xzufi:begriffImKontext><xzufi:begriff>Wohnsitz</xzufi:begriff></xzufi:begriffImKontext>
  </xzufi:modulBegriffImKontext>
  <xzufi:kategorie><xzufi:id>7</xzufi:id>
   <xzufi:bezeichnung languageCode="de">Wohnen</xzufi:bezeichnung></xzufi:kategorie>
  <xzufi:gueltigkeitGebietID>145110000000</xzufi:gueltigkeitGebietID>
  <xzufi:gueltigkeit><xzufi:beginn>2026-01-01</xzufi:beginn>
   <xzufi:ende>2027-12-31T00:00:00Z</xzufi:ende></xzufi:gueltigkeit>
  <xzufi:modulNeu/>
 </xzufi:leistung></xzufi:schreibe>
 <xzufi:schreibe><xzufi:organisationseinheit xsi:type="xzufi:OrganisationseinheitErweitert">
  <xzufi:id schemeAgencyID="L100099" schemeID="Organisationseinheit">OE1</xzufi:id>
  <xzufi:name><xzufi:name languageCode="de">Bürgeramt Musterstadt</xzufi:name></xzufi:name>
  <xzufi:anschrift><xzufi:typ><code>003</code></xzufi:typ><xzufi:ort>Postfach</xzufi:ort></xzufi:anschrift>
  <xzufi:anschrift><xzufi:typ><code>002</code></xzufi:typ><xzufi:strasse>Am Wall</xzufi:strasse>
   <xzufi:hausnummer>1</xzufi:hausnummer><xzufi:postleitzahl>09111</xzufi:postleitzahl><xzufi:ort>Musterstadt</xzufi:ort>
  </xzufi:anschrift></xzufi:organisationseinheit></xzufi:schreibe>
 <xzufi:schreibe><xzufi:organisationseinheit><xzufi:id schemeAgencyID="L100099">OE2</xzufi:id>
  <xzufi:name><xzufi:name languageCode="de">Auskunft</xzufi:name></xzufi:name>
  <xzufi:zustaendigkeit><xzufi:id>Z2</xzufi:id><xzufi:leistungID schemeAgencyID="L100099">4711</xzufi:leistungID>
   <xzufi:rolle><code>02</code></xzufi:rolle></xzufi:zustaendigkeit></xzufi:organisationseinheit></xzufi:schreibe>
 <xzufi:schreibe><xzufi:zustaendigkeitTransferObjekt>
  <xzufi:uebergeordnetesObjektID schemeAgencyID="L100099">OE1</xzufi:uebergeordnetesObjektID>
  <xzufi:zustaendigkeit><xzufi:id schemeAgencyID="L100099">Z1</xzufi:id>
   <xzufi:leistungID schemeAgencyID="L100099" schemeID="Leistung">4711</xzufi:leistungID>
   <xzufi:rolle><code>01</code><name>zuständige Stelle</name></xzufi:rolle></xzufi:zustaendigkeit>
 </xzufi:zustaendigkeitTransferObjekt></xzufi:schreibe>
 <xzufi:schreibe><xzufi:onlinedienst><xzufi:id>OD</xzufi:id></xzufi:onlinedienst></xzufi:schreibe>
 <xzufi:loesche klasse="Leistung"><xzufi:id schemeAgencyID="L100099" schemeID="Leistung">4000</xzufi:id></xzufi:loesche>
</xzufi:transfer.operation>
"""


def read(path: Path, **options: Any) -> Draft:
    found = read_xzufi(path, **options)
    assert isinstance(found, Draft), found
    return found


def whole(draft: Draft) -> Catalogue:
    from msgspec.structs import replace

    return replace(draft.shell, services=tuple(draft.services()))


def written(path: Path, text: str) -> Path:
    path.write_text(text, "utf-8")
    return path


@pytest.mark.parametrize("version", ["2_2_0", "2_3_0", "2_3_1", "2_1_0"])
def test_the_reference_example_becomes_a_service_with_its_office(tmp_path: Path, version: str) -> None:
    draft = read(written(tmp_path / "a.xml", EXAMPLE.replace("{version}", version)))
    catalogue = whole(draft)
    assert check(catalogue) == ()
    (found,) = catalogue.services
    assert found.id == "L100099.LB.4711"
    assert found.names == {"de": "Meldebescheinigung bekommen", "en": "Certificate of registration: issue"}
    assert found.teasers == {"de": "Sie wohnen hier & brauchen das schriftlich."}
    assert found.bring == {"de": ("Personalausweis", "Vollmacht, wenn nötig")}
    assert [(fee.cents, fee.names["de"]) for fee in found.fees] == [
        (1050, "Gebühr"),
        (0, "Für Schüler frei"),
        (None, "5,00 bis 25,50 €"),
    ]
    assert str(found.fees[0].valid_from) == "2026-01-01"
    assert found.fee_notes == {"de": "Barzahlung möglich."}
    assert found.words == {"de": ("Meldezettel", "Wohnsitz")}
    assert (str(found.valid_from), str(found.valid_to)) == ("2026-01-01", "2027-12-31")
    assert found.office == "L100099.OE.OE1"
    assert [(office.id, office.address) for office in catalogue.offices] == [
        ("L100099.OE.OE1", "Am Wall 1, 09111 Musterstadt")
    ]
    assert [category.names["de"] for category in catalogue.categories] == ["Wohnen", "Weitere Anliegen"]
    assert catalogue.languages == ("de", "en")
    assert "1 not known in leistung: modulNeu" in draft.report
    assert "1 objects not used: onlinedienst" in draft.report


def test_a_later_file_writes_over_and_deletes(tmp_path: Path) -> None:
    delete = '<x:loesche klasse="Leistung"><x:id schemeAgencyID="L1">2</x:id></x:loesche>'
    path = folder(
        tmp_path / "d",
        a_xml=message(service("1") + service("2") + service("3")),
        b_xml=message(service("1", title("Neu")) + delete),
    )
    draft = read(path)
    assert {each.id: each.names["de"] for each in draft.services()} == {"L1.LB.1": "Neu", "L1.LB.3": "Leistung 3"}
    assert draft.files == {"a.xml": ("L1.LB.1", "L1.LB.3"), "b.xml": ("L1.LB.1",)}
    (path / "index.txt").write_text("a.xml\n", "utf-8")
    assert [each.id for each in read(path).services()] == ["L1.LB.1", "L1.LB.2", "L1.LB.3"]


def test_a_file_that_contradicts_itself_keeps_what_it_brought_last_time(tmp_path: Path) -> None:
    path = folder(tmp_path / "d", a_xml=message(service("1")), b_xml=EXAMPLE.replace("{version}", "2_2_0"))
    first = read(path)
    (path / "b.xml").write_text(message(service("9") + service("9")), "utf-8")
    second = read(path, last=first)
    assert whole(second).services == whole(first).services
    assert whole(second).offices == whole(first).offices
    assert second.files == first.files
    assert "b.xml, file: 1 objects are written twice" in second.report
    assert [each.id for each in read(path).services()] == ["L1.LB.1"]


@pytest.mark.parametrize(
    ("area", "house", "inside"),
    [
        ("14", "145110000000", True),
        ("145110000000", "145110000000", True),
        ("145000000000", "145110000000", True),
        ("10", "145110000000", False),
        ("100000000000", "145110000000", False),
        ("145120000000", "145110000000", False),
        ("000000000000", "145110000000", True),
        ("145110000000", "", True),
    ],
)
def test_areas(area: str, house: str, inside: bool) -> None:
    assert in_area([area], house) is inside
    assert in_area([], house)


def test_services_of_other_areas_are_left_out(tmp_path: Path) -> None:
    there = title("Dort") + "<x:gueltigkeitGebietID>091620000000</x:gueltigkeitGebietID>"
    path = written(tmp_path / "a.xml", message(service("1") + service("2", there)))
    assert [each.id for each in read(path, area="145110000000").services()] == ["L1.LB.1"]
    assert read(path).count == 2


def amount(text: str, attributes: str = "", more: str = "") -> int | Unsure:
    cost = ElementTree.fromstring(f"<kosten><fix><betrag {attributes}>{text}</betrag>{more}</fix></kosten>")
    found = cost.find(".//betrag")
    assert found is not None
    return read_amount(cost, found)


def test_amounts() -> None:
    assert [amount(text) for text in ("10.00", "10", "0.5", " 7.05 ", "0")] == [1000, 1000, 50, 705, 0]
    for text in texts.NUMBERS:
        assert isinstance(amount(text), Unsure), text
    assert amount("10", 'currencyCode="EUR"') == 1000
    assert isinstance(amount("10", 'currencyCode="CHF"'), Unsure)
    assert isinstance(amount("10", 'waehrung="USD"'), Unsure)
    assert isinstance(amount("10", more="<waehrung><code>USD</code></waehrung>"), Unsure)
    dice = random.Random(7)
    for _ in range(500):
        cents = dice.randrange(0, 9_999_999)
        assert amount(str(Decimal(cents) / 100)) == cents


def test_a_fee_that_is_not_sure_is_said_at_the_counter(tmp_path: Path) -> None:
    cost = "<x:modulKosten><x:kosten><x:betrag>NaN</x:betrag></x:kosten></x:modulKosten>"
    draft = read(written(tmp_path / "a.xml", message(service("1", title("T") + cost))))
    (found,) = draft.services()
    assert found.fees == (Fee(id="k1", names=schema.FEE_NAMES, cents=None),)
    assert "amounts left out: “NaN” is no amount" in draft.report


@pytest.mark.parametrize("text", texts.all_texts())
def test_no_hostile_text_gets_through(text: str) -> None:
    report = Report()
    for line in lines(text.encode("utf-8", "replace").decode(), report):
        kept = fit(line, 300, report)
        assert not kept or next(text_faults("", kept, 300), None) is None


def test_any_script_is_taken_and_what_is_no_letter_is_left_out_and_counted(tmp_path: Path) -> None:
    """Not only String.Latin (decision 0194): of these, DIN 91379 knows the first alone."""
    right = ["Şükrü Łódź", "„Perso“ – was nun…", "Перевезення", "تسجيل السكن", "Επίδομα", "Per\u00adso"]
    wrong = {"\u0378": "0378", "\ue000": "E000", "\u202e": "202E", "\u0085": "", "\u2028": ""}
    sent = [*right, *(f"a{letter}b" for letter in wrong)]
    inside = "".join(service(str(number), title(text)) for number, text in enumerate(sent))
    draft = read(written(tmp_path / "a.xml", message(inside)))
    names = [found.names["de"] for found in draft.services()]
    assert names == [*right, "a b", "a b"], "a break of lines is a blank"
    for code in filter(None, wrong.values()):
        assert f"1 texts left out: the text holds the control character U+{code}" in draft.report
    assert draft.report.count("it has no title that can be shown") == 3
    assert [text for text in right if is_valid(text, DataType.C)] == right[:1]


def test_html_becomes_lines() -> None:
    report = Report()
    text = "Bitte <b>mitbringen</b>:<ul><li>Ausweis<li>Foto &amp; Urkunde</ul><p>Danke</p><script>x()</script>"
    assert lines(text, report) == ["Bitte mitbringen:", "Ausweis", "Foto & Urkunde", "Danke"]
    assert report.counts["HTML tags taken out: script"] == 1
    assert lines("5 < 7 und 3 > 2", report) == ["5 < 7 und 3 > 2"]


def test_languages() -> None:
    def lang(code: str) -> str:
        return lang_of(ElementTree.fromstring(f'<a languageCode="{code}"/>'))

    assert [lang(code) for code in ("de", "DE", "en-GB", "en_US", "deu", "d", "../x")] == [
        "de",
        "de",
        "en",
        "en",
        "",
        "",
        "",
    ]
    assert lang_of(ElementTree.fromstring("<a/>")) == "de"


@pytest.fixture(scope="module")
def cases(tmp_path_factory: pytest.TempPathFactory) -> list[Case]:
    return list(hostile(tmp_path_factory.mktemp("hostile")))


def test_hostile_deliveries_are_refused_or_reduced_with_place_and_reason(cases: list[Case]) -> None:
    assert len(cases) > 40
    for case in cases:
        found = read_xzufi(case.path)
        if not case.reason:
            assert isinstance(found, Draft), (case.name, found)
            assert tuple(each.id for each in found.services()) == case.services, case.name
            assert check(whole(found)) == (), case.name
            continue
        assert isinstance(found, CatalogueFaults), case.name
        (fault,) = found.faults
        assert case.reason in fault.reason, (case.name, str(found))
        assert case.place in fault.place, (case.name, str(found))
        assert fault.remedy, case.name
        assert len(str(found)) < 1000, case.name
        assert str(found).isprintable(), case.name


LITTLE_OF_EACH = """
<x:schreibe><x:leistung><x:id schemeAgencyID="L1">1</x:id>
 <x:modulText><x:leikaTextmodul><code>02</code></x:leikaTextmodul><x:inhalt>Titel</x:inhalt></x:modulText>
 <x:modulText><x:leikaTextmodul><code>06</code></x:leikaTextmodul><x:inhalt>Volltext</x:inhalt></x:modulText>
 <x:modulText><x:leikaTextmodul><code>06</code></x:leikaTextmodul><x:inhalt>und mehr</x:inhalt></x:modulText>
 <x:modulText><x:leikaTextmodul><code>08</code></x:leikaTextmodul><x:inhalt>Ausweis</x:inhalt></x:modulText>
 <x:modulText><x:leikaTextmodul><code>99</code></x:leikaTextmodul><x:inhalt>Neues</x:inhalt></x:modulText>
 <x:modulText><x:zugangskanal><code>100</code></x:zugangskanal>
  <x:leikaTextmodul><code>05</code></x:leikaTextmodul><x:inhalt>Im Netz</x:inhalt></x:modulText>
 <x:modulTextIndividuell><x:inhalt>Eigenes</x:inhalt></x:modulTextIndividuell>
 <x:modulFrist><x:frist><x:typ><code>1</code></x:typ></x:frist></x:modulFrist>
 <x:modulBearbeitungsdauer/><x:modulFachlicheFreigabe/><x:modulAuskunftshinweis/><x:modulUrsprungsportal/>
 <x:modulDokument/><x:referenzLeiKa/><x:versionsinformation/><x:raumschiff/>
</x:leistung></x:schreibe>
<x:schreibe><x:organisationseinheit><x:id schemeAgencyID="L1">A</x:id><x:idSekundaer>7</x:idSekundaer>
 <x:name><x:name>Amt</x:name></x:name><x:anschrift/><x:versionsinformation/><x:beschreibung>B</x:beschreibung>
 <x:oeffnungszeiten>Mo 8-12</x:oeffnungszeiten><x:kommunikation/><x:erreichbarkeit/><x:hangar/><x:hangar/>
 <x:zustaendigkeit><x:id schemeID="ZustaendigkeitOnlinedienst">Z</x:id></x:zustaendigkeit>
</x:organisationseinheit></x:schreibe>
<x:schreibe><x:zustaendigkeitTransferObjekt><x:uebergeordnetesObjektID schemeAgencyID="L1">A</x:uebergeordnetesObjektID>
 <x:zustaendigkeit><x:id>Y</x:id><x:leistungID schemeAgencyID="L1">1</x:leistungID></x:zustaendigkeit><x:luke/>
</x:zustaendigkeitTransferObjekt></x:schreibe>
<x:schreibe><x:onlinedienst><x:id>OD</x:id></x:onlinedienst></x:schreibe>
"""


def test_all_that_is_not_shown_or_not_known_is_counted_by_its_name(tmp_path: Path) -> None:
    draft = read(written(tmp_path / "a.xml", message(LITTLE_OF_EACH)))
    (found,) = draft.services()
    assert (found.names, found.bring, found.office) == ({"de": "Titel"}, {"de": ("Ausweis",)}, "L1.OE.A")
    _, *counts = draft.report.splitlines()
    assert counts == [
        "1 not known in leistung: raumschiff",
        "1 not known in modulText (code): 99",
        "2 not known in organisationseinheit: hangar",
        "1 not known in zustaendigkeitTransferObjekt: luke",
        "1 not shown: beschreibung",
        "1 not shown: erreichbarkeit",
        "1 not shown: kommunikation",
        "1 not shown: modulAuskunftshinweis",
        "1 not shown: modulBearbeitungsdauer",
        "1 not shown: modulDokument",
        "1 not shown: modulFachlicheFreigabe",
        "1 not shown: modulFrist",
        "2 not shown: modulText 06",
        "1 not shown: modulTextIndividuell",
        "1 not shown: modulUrsprungsportal",
        "1 not shown: modules for the internet only",
        "1 not shown: oeffnungszeiten",
        "1 not shown: responsibilities of online services",
        "1 objects not used: onlinedienst",
    ]


def test_what_is_not_known_cannot_fill_the_memory(tmp_path: Path) -> None:
    strange = "".join(f"<x:loesche klasse='k{n}'><x:id>1</x:id></x:loesche>" for n in range(2_000))
    draft = read(written(tmp_path / "a.xml", message(strange + service("1"))))
    assert len(draft.report.splitlines()) <= KINDS + 3


def test_memory_stays_small_however_many_services_there_are(tmp_path: Path) -> None:
    def peak(services: int) -> int:
        path = tmp_path / f"{services}.xml"
        xzufi_generator.write(path, services, 3)
        tracemalloc.start()
        draft = read(path)
        assert sum(1 for _ in draft.services()) == services
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return most

    small, large = peak(30), peak(600)
    assert large < small + 1_500_000, (small, large)


def test_the_generator_makes_what_the_reader_reads(tmp_path: Path) -> None:
    xzufi_generator.write(tmp_path / "d", 60, 4, seed=3, files=4)
    draft = read(tmp_path / "d")
    catalogue = whole(draft)
    assert check(catalogue) == ()
    assert (draft.count, len(draft.files)) == (60, 4)
    assert catalogue.languages == ("de", "en", "fr", "pl")
    assert len({each.names["de"] for each in catalogue.services}) == 60
    again = whole(read(tmp_path / "d"))
    assert again == catalogue
    first: Service = catalogue.services[0]
    assert len(first.bring["pl"]) == 3
    assert first.office == "L100099.OE.OE0"
