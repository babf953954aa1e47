"""XZuFi: what is no delivery, which language a text is in, what becomes of blocks and tables, several indexes."""

from pathlib import Path
from typing import Any

import pytest

from hub.catalogue.importers.draft import Draft
from hub.catalogue.importers.html_text import items, lines
from hub.catalogue.importers.regional_forms import ours
from hub.catalogue.importers.xzufi.reader import read_xzufi
from hub.catalogue.importers.xzufi.report import Report
from kiosk.catalogue.faults import CatalogueFaults
from kiosk.catalogue.model import Service
from tests.corpus.xzufi import NS, folder, message, service, title


def written(path: Path, text: str) -> Path:
    path.write_text(text, "utf-8")
    return path


def read(path: Path) -> Draft:
    found = read_xzufi(path)
    assert isinstance(found, Draft), found
    return found


def one(path: Path, parts: str) -> Service:
    (found,) = read(written(path, message(service("1", parts)))).services()
    return found


def refusal(path: Path) -> str:
    found = read_xzufi(path)
    assert isinstance(found, CatalogueFaults)
    return str(found)


BARE = '<x:leistung><x:id schemeAgencyID="L1">1</x:id></x:leistung>'


@pytest.mark.parametrize(
    ("text", "root", "held"),
    [
        (message(BARE * 2 + "<x:kopf/>", root="leistungsbericht.030108"), "leistungsbericht.030108", "2 “leistung”"),
        (message("", root="transferOperation"), "transferOperation", "nothing"),
        (message("<x:nachrichtenkopf/>"), "transfer", "nothing"),
        (f'<antwort.030108 xmlns:x="{NS}">{BARE}</antwort.030108>', "antwort.030108", "not XZuFi 2"),
        (BARE.replace("<x:leistung>", f'<x:leistung xmlns:x="{NS}">'), "leistung", "1 “id”"),
    ],
    ids=["report", "empty", "head only", "root without namespace", "one service"],
)
def test_a_file_of_another_message_is_no_delivery(tmp_path: Path, text: str, root: str, held: str) -> None:
    said = refusal(written(tmp_path / "other.xml", text))
    assert "other.xml" in said
    assert f"“{root}”" in said
    assert held in said


def test_one_such_file_in_a_folder_refuses_the_import(tmp_path: Path) -> None:
    path = folder(tmp_path / "d", a_xml=message(service("1")), b_xml=message(BARE, root="bericht"))
    assert "b.xml: first tag: “bericht” is no delivery" in refusal(path)


def test_deletions_alone_are_a_delivery(tmp_path: Path) -> None:
    delete = '<x:loesche klasse="Leistung"><x:id schemeAgencyID="L1">2</x:id></x:loesche>'
    assert read(written(tmp_path / "a.xml", message(delete))).count == 0


def test_unknown_children_of_the_root_are_counted_by_name(tmp_path: Path) -> None:
    more = "<x:signatur><x:wert>1</x:wert></x:signatur><x:anhang/><x:anhang/><x:nachrichtenkopf/>"
    wrapped = f"<x:paket>{service('2')}{service('3')}</x:paket>"
    draft = read(written(tmp_path / "a.xml", message(more + service("1") + wrapped)))
    assert [each.id for each in draft.services()] == ["L1.LB.1", "L1.LB.2", "L1.LB.3"]
    unknown = {line for line in draft.report.splitlines() if "not known" in line}
    assert unknown == {"1 not known in transfer: signatur", "2 not known in transfer: anhang"}


def test_names_of_unknown_children_cannot_fill_the_memory(tmp_path: Path) -> None:
    many = "".join(f"<x:k{n}/>" for n in range(3_000))
    assert len(read(written(tmp_path / "a.xml", message(many + service("1")))).report.splitlines()) < 500
    assert len(refusal(written(tmp_path / "b.xml", message(many)))) < 600


@pytest.mark.parametrize(
    ("code", "tag"),
    [
        ("de", "de"),
        ("DE-x-LS", "de-x-ls"),
        ("de_x_ls", "de-x-ls"),
        ("de-AT", "de"),
        ("en-GB", "en"),
        ("en-x-simple", "en"),
        ("zh-Hans", "zh"),
        ("Deutsch", ""),
        ("", ""),
    ],
)
def test_a_tag_is_whole_where_it_is_a_language_of_ours(code: str, tag: str) -> None:
    assert ours(code) == tag


def texts_of(*texts: tuple[str, str], code: str = "03") -> str:
    inside = "".join(f'<x:inhalt languageCode="{lang}">{text}</x:inhalt>' for lang, text in texts)
    return f"<x:modulText>{inside}<x:leikaTextmodul><code>{code}</code></x:leikaTextmodul></x:modulText>"


def test_simple_german_is_a_language_and_one_regional_form_is_taken(tmp_path: Path) -> None:
    names = texts_of(
        ("de-DE", "Personalausweis beantragen"),
        ("de-x-ls", "Ausweis machen"),
        ("de-AT", "Ausweis beantragen"),
        ("en-GB", "Apply for an ID"),
        ("en-US", "Get an ID"),
    )
    teasers = texts_of(("de-x-ls", "Kurz und leicht."), ("de", "Kurz."), ("de-CH", "Kurz, gell."), code="05")
    bring = texts_of(("de-AT", "Lichtbild"), ("de", "Passfoto"), ("de-x-ls", "Ein Foto"), code="08")
    note = (
        '<x:modulKosten><x:kosten><x:betrag>10</x:betrag><x:bezeichnung languageCode="de-DE">Gebühr</x:bezeichnung>'
        '<x:bezeichnung languageCode="de-x-ls">Das kostet</x:bezeichnung></x:kosten>'
        '<x:beschreibung languageCode="de">Bar.</x:beschreibung>'
        '<x:beschreibung languageCode="de-x-ls">Mit Geld.</x:beschreibung></x:modulKosten>'
    )
    category = (
        '<x:kategorie><x:id>7</x:id><x:bezeichnung languageCode="de-DE">Wohnen</x:bezeichnung>'
        '<x:bezeichnung languageCode="de-AT">Hausen</x:bezeichnung>'
        '<x:bezeichnung languageCode="de-x-ls">Meine Wohnung</x:bezeichnung></x:kategorie>'
    )
    found = one(tmp_path / "a.xml", names + teasers + bring + note + category)
    assert found.names == {
        "de": "Personalausweis beantragen",
        "de-x-ls": "Ausweis machen",
        "en": "Apply for an ID",
    }
    assert found.teasers == {"de-x-ls": "Kurz und leicht.", "de": "Kurz."}
    assert found.bring == {"de": ("Passfoto",), "de-x-ls": ("Ein Foto",)}
    assert found.fees[0].names == {"de": "Gebühr", "de-x-ls": "Das kostet"}
    assert found.fee_notes == {"de": "Bar.", "de-x-ls": "Mit Geld."}
    draft = read(tmp_path / "a.xml")
    assert draft.shell.categories[0].names == {"de": "Wohnen", "de-x-ls": "Meine Wohnung"}
    assert draft.shell.languages == ("de", "en", "de-x-ls")
    assert "5 texts left out: another regional form of the same language" in draft.report


def test_papers_that_come_as_documents_have_one_name_in_each_language(tmp_path: Path) -> None:
    papers = (
        '<x:modulDokument><x:dokumentEingehend><x:bezeichnung languageCode="de-DE">Foto</x:bezeichnung>'
        '<x:bezeichnung languageCode="de-AT">Lichtbild</x:bezeichnung>'
        '<x:bezeichnung languageCode="de-x-ls">Ein Bild</x:bezeichnung></x:dokumentEingehend></x:modulDokument>'
    )
    assert one(tmp_path / "a.xml", title("T") + papers).bring == {"de": ("Foto",), "de-x-ls": ("Ein Bild",)}


@pytest.mark.parametrize(
    ("tags", "wanted"),
    [
        (("de-AT", "de"), "de"),
        (("de-AT", "de-DE", "de"), "de"),
        (("DE", "de-AT"), "DE"),
        (("de-AT", "de-DE"), "de-AT"),
    ],
)
def test_the_plain_tag_wins_wherever_it_stands(tmp_path: Path, tags: tuple[str, ...], wanted: str) -> None:
    def named(name: str) -> str:
        return "".join(f'<x:{name} languageCode="{tag}">{tag}</x:{name}>' for tag in tags)

    texts = [(tag, tag) for tag in tags]
    more = f"<x:modulKosten><x:kosten>{named('bezeichnung')}</x:kosten>{named('beschreibung')}</x:modulKosten>"
    category = f"<x:kategorie><x:id>7</x:id>{named('bezeichnung')}</x:kategorie>"
    office = (
        f'<x:schreibe><x:organisationseinheit><x:id schemeAgencyID="L1">OE</x:id><x:name>{named("name")}</x:name>'
        '<x:zustaendigkeit><x:id>Z</x:id><x:leistungID schemeAgencyID="L1">1</x:leistungID></x:zustaendigkeit>'
        "</x:organisationseinheit></x:schreibe>"
    )
    parts = texts_of(*texts) + texts_of(*texts, code="05") + texts_of(*texts, code="08") + more + category
    draft = read(written(tmp_path / "a.xml", message(service("1", parts) + office)))
    (found,) = draft.services()
    category_names, office_names = draft.shell.categories[0].names, draft.shell.offices[0].names
    every = (found.names, found.teasers, found.fee_notes, found.fees[0].names, category_names, office_names)
    assert [*every, {"de": found.bring["de"][0]}] == [{"de": wanted}] * 7
    assert f"{7 * (len(tags) - 1)} texts left out: another regional form" in draft.report


def test_services_with_unusable_ids_are_left_out_alone(tmp_path: Path) -> None:
    good = "".join(service(f"{n}") for n in range(3))
    bad = "".join(
        f'<x:schreibe><x:leistung><x:id schemeAgencyID="L1">{ident}</x:id>{title("T")}</x:leistung></x:schreibe>'
        f'<x:schreibe><x:organisationseinheit><x:id schemeAgencyID="L1">{ident}</x:id></x:organisationseinheit>'
        "</x:schreibe>"
        for ident in ("a b", "c d")
    )
    path = folder(tmp_path / "d", a_xml=message(good + bad), b_xml=message(service("9")))
    for source, count in ((path, 4), (path / "a.xml", 3)):
        draft = read(source)
        assert draft.count == count
        for ident in ("a b", "c d"):
            assert f"skipped: a.xml, leistung “{ident}”: its id cannot be used" in draft.report
            assert f"skipped: a.xml, organisationseinheit “{ident}”: it has no name or id" in draft.report


def test_two_modules_of_one_code_make_no_double_title(tmp_path: Path) -> None:
    found = one(tmp_path / "a.xml", title("Hund anmelden") + title("Hund anmelden") + title("Amt", "05") * 2)
    assert (found.names, found.teasers) == ({"de": "Hund anmelden"}, {"de": "Amt"})


@pytest.mark.parametrize(
    ("html", "wanted"),
    [
        (
            "<table><tr><td>Passfoto</td><td>2 Stück</td></tr><tr><td>Formular</td><td>GewA 1</td></tr></table>",
            ["Passfoto – 2 Stück", "Formular – GewA 1"],
        ),
        (
            "<TABLE border=1><thead><tr><th>Was</th><th>Wie viel</th></tr></thead><tbody><tr>"
            "<td class='a > b'><p>Foto</p></td>\n<td><p>2</p></td></tr></tbody></TABLE>Danke",
            ["Was – Wie viel", "Foto – 2", "Danke"],
        ),
        (
            "<table><tr><td><ul><li>Foto</li><li>Karte</li></ul></td><td><p>neu:</p><p>je 2</p></td></tr></table>",
            ["Foto, Karte – neu: je 2"],
        ),
        ("<table><tr><td><ul><li>Foto</li><li>Karte</li></ul></td></tr></table>", ["Foto", "Karte"]),
        (
            "<w:tbl><w:tr><w:tc><w:p>Foto</w:p></w:tc><w:tc><w:p>2</w:p></w:tc></w:tr></w:tbl><w:p>Danke</w:p>",
            ["Foto – 2", "Danke"],
        ),
        ("a<b", ["a<b"]),
        ("Kinder <6 Jahre, 3 < 4 <b>frei</b>", ["Kinder <6 Jahre, 3 < 4 frei"]),
        ("<p>Fläche &lt; 5</p><p>1 <2", ["Fläche < 5", "1 <2"]),
        ('<p class="x>Foto</p><a title="a<b">Karte</a>', ["Foto", "Karte"]),
        ("<!-- offen", ["<!-- offen"]),
        ("&lt;p&gt;Foto &amp;amp; Geld&lt;/p&gt;&lt;p&gt;Karte&lt;/p&gt;", ["Foto & Geld", "Karte"]),
        ("<tr><td></td><td>nur eins</td><td> </td></tr>", ["nur eins"]),
        ("<td>lose</td><td>Zellen</td>", ["lose – Zellen"]),
        ("<div>Ausweis</div><div>Foto</div>", ["Ausweis", "Foto"]),
        ("<section><h2>Mit</h2>Ausweis</section><blockquote>Foto</blockquote>", ["Mit", "Ausweis", "Foto"]),
        ("<dl><dt>Foto</dt><dd>neu</dd></dl>", ["Foto", "neu"]),
        ("Ausweis<br/>Foto<BR >Geld<hr>Ende", ["Ausweis", "Foto", "Geld", "Ende"]),
        ("ein <b>fettes</b> <span>Wort</span>\n  bleibt <a href='x>y'>ganz</a>", ["ein fettes Wort bleibt ganz"]),
        ("<table><tr><td>a<br>b</td><td>c</td></tr></table>", ["a, b – c"]),
        ("<script>if (a<b) { document.write('<td>x</td>') }</script>Ausweis", ["Ausweis"]),
        ("<!-- <p>nichts</p> -->Foto &amp; Geld", ["Foto & Geld"]),
        ("A – B", ["A – B"]),
    ],
)  # fmt: skip
def test_blocks_end_lines_and_cells_are_parted(html: str, wanted: list[str]) -> None:
    assert lines(html, Report()) == wanted


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Zeile1\nZeile2", ["Zeile1", "Zeile2"]),
        ("• Punkt eins\n• Punkt zwei\n", ["Punkt eins", "Punkt zwei"]),
        ("- Foto\r\n\r\n– Karte &amp; Geld\r\n* Formular", ["Foto", "Karte & Geld", "Formular"]),
        ("• Foto • Karte", ["Foto", "Karte"]),
        ("<b>Foto</b>\nKarte", ["Foto", "Karte"]),
        ("<p>- Foto\n neu</p><p>· Karte</p>", ["Foto neu", "Karte"]),
        ("-5 Grad\n1. Foto\nKarte – 2", ["-5 Grad", "1. Foto", "Karte – 2"]),
        ("•\n-\n", []),
    ],
)  # fmt: skip
def test_each_line_of_a_list_is_an_item(tmp_path: Path, text: str, wanted: list[str]) -> None:
    assert items(text, Report()) == wanted
    bring = f"<![CDATA[{text}]]>"
    found = one(tmp_path / "a.xml", title("T") + texts_of(("de", bring), code="08"))
    assert list(found.bring.get("de", ())) == wanted


def test_many_open_tags_are_read_to_the_end() -> None:
    """A reader that looks back at each tag would run into the time limit of the suite."""
    quotes = ("<a '" + "x" * 90) * 500 + ('<a "' + "y" * 90) * 400
    cells = ("<td " * 999 + "x" * 90_000, '<td a="' * 999, "<td a='" + "y" * 90_000)
    for hostile in (*cells, "<p" * 999, "<!--" * 999 + "x" * 90_000, quotes):
        lines(hostile, Report())
        items(hostile, Report())


def test_several_indexes_are_read_each_file_once(tmp_path: Path) -> None:
    path = folder(tmp_path / "d", a_xml=message(service("1")), b_xml=message(service("2")), c_xml=message(service("3")))
    (path / "index.txt").unlink()
    written(path / "index_leistungen.txt", "a.xml\nb.xml\n")
    written(path / "Index2.TXT", "b.xml\r\nc.xml\n\n")
    draft = read(path)
    assert {each.id for each in draft.services()} == {"L1.LB.1", "L1.LB.2", "L1.LB.3"}
    assert set(draft.files) == {"a.xml", "b.xml", "c.xml"}
    written(path / "index_leer.txt", "\n")
    assert read(path).count == 3
    written(path / "index_mehr.txt", "a.xml\n../d/b.xml\n")
    assert "index_mehr.txt: line 2: “../d/b.xml” is not a plain file name" in refusal(path)


def test_what_the_type_lacks_is_left_in_and_counted(tmp_path: Path) -> None:
    from hub.catalogue.import_runs.sources import load

    def loaded(source: Path, kind: str = "xzufi") -> Any:
        found = load(kind, source)
        assert isinstance(found, Draft), found
        return found

    names = texts_of(("de", "Ausweis 🙂"), ("zh", "身份证"))
    draft = loaded(written(tmp_path / "a.xml", message(service("1", names) + service("2", texts_of(("zh", "护照"))))))
    assert next(each.names for each in draft.services()) == {"de": "Ausweis 🙂", "zh": "身份证"}
    assert "1 entries in de hold characters that our type lacks: 🙂(U+1F642)" in draft.report
    assert "2 entries in zh hold characters that our type lacks: 身(U+8EAB)" in draft.report
    plain = loaded(written(tmp_path / "b.xml", message(service("1"))))
    assert "our type" not in plain.report


def test_characters_without_width_vanish_from_an_import(tmp_path: Path) -> None:
    found = one(tmp_path / "a.xml", texts_of(("de", "Per\u200bso\ufeff"), ("fa", "می\u200cخواهم")))
    assert found.names == {"de": "Perso", "fa": "می\u200cخواهم"}
