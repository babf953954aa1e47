"""Hostile XZuFi deliveries: each is a folder or file on the disk and what must become of it."""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple
from xml.sax.saxutils import escape

NS = "http://xoev.de/schemata/xzufi/2_2_0"
MB = 1024 * 1024


class Case(NamedTuple):
    """``reason``: a piece of the sentence that refuses it; "" = it is read, reduced to ``services``."""

    name: str
    path: Path
    reason: str
    place: str = ""
    services: tuple[str, ...] = ()


def title(text: str, code: str = "02", lang: str = "de") -> str:
    return (
        f"<x:modulText><x:leikaTextmodul><code>{code}</code></x:leikaTextmodul>"
        f'<x:inhalt languageCode="{lang}">{escape(text)}</x:inhalt></x:modulText>'
    )


def service(ident: str, parts: str = "") -> str:
    body = parts or title(f"Leistung {ident}")
    return f'<x:schreibe><x:leistung><x:id schemeAgencyID="L1">{ident}</x:id>{body}</x:leistung></x:schreibe>'


def message(inside: str, namespace: str = NS, before: str = "", root: str = "transfer") -> str:
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{before}<x:{root} xmlns:x="{namespace}">{inside}</x:{root}>'


def folder(at: Path, index: str | None = None, **files: str) -> Path:
    """A delivery: files by their name (``_`` before xml is a dot), and an index (of all of them by default)."""
    at.mkdir(parents=True)
    names = {name.replace("_xml", ".xml"): text for name, text in files.items()}
    for name, text in names.items():
        (at / name).write_text(text, "utf-8")
    (at / "index.txt").write_text("\n".join(names) if index is None else index, "utf-8")
    return at


def hostile(at: Path) -> Iterator[Case]:
    """All cases, made below ``at``."""
    yield from _bombs(at)
    yield from _broken(at)
    yield from _indexes(at)
    yield from _reduced(at)


def _file(at: Path, name: str, text: str | bytes) -> Path:
    path = at / f"{name}.xml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode("utf-8"))
    return path


def _bombs(at: Path) -> Iterator[Case]:
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    bombs = {
        "billion laughs": f'<!DOCTYPE x [<!ENTITY l0 "lol">{laughs}]>',
        "outside entity": '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>',
        "parameter entity": '<!DOCTYPE x [<!ENTITY % p SYSTEM "http://example.org/x.dtd"> %p;]>',
        "plain doctype": "<!DOCTYPE x>",
        "outside doctype": '<!DOCTYPE x SYSTEM "http://example.org/x.dtd">',
        "doctype behind comments": "<!-- -->" * 10_000 + "<!DOCTYPE x>",
    }
    for name, before in bombs.items():
        text = message(service("1"), before=before).replace("transfer", "x")
        yield Case(name, _file(at, name, text), "document types and entities", "before the first tag")
    yield Case("deep nesting", _file(at, "deep", message("<a>" * 1_500_000)), "larger than 4 MB")
    yield Case("a name of 10 MB", _file(at, "name", message(service("1", title("x" * 10 * MB)))), "larger than 4 MB")
    yield Case("5 MB before the root", _file(at, "prolog", " " * 5 * MB + message(service("1"))), "XML")
    yield Case("10 MB of attributes", _file(at, "attributes", f"<x a='{'y' * 10 * MB}'/>"), "no XML in it")


def _broken(at: Path) -> Iterator[Case]:
    whole = message(service("1") + service("2"))
    yield Case("cut", _file(at, "cut", whole[: len(whole) // 2]), "not XML", "line 2")
    yield Case("empty file", _file(at, "empty", ""), "XML")
    yield Case("no XML", _file(at, "json", '{"services": []}'), "not XML")
    yield Case("bytes", _file(at, "bytes", bytes(range(256)) * 40), "not XML")
    yield Case("wrong encoding", _file(at, "encoding", b'<?xml version="1.0" encoding="klingon"?><x/>'), "encoding")
    yield Case(
        "latin 1 said to be UTF-8",
        _file(at, "latin", whole.replace("Leistung", "Prüfung").encode("latin-1")),
        "not XML",
    )
    other = "http://example.org/xzufi"
    yield Case("wrong namespace", _file(at, "namespace", message("", other)), "not XZuFi 2", "first tag")
    yield Case("version 3", _file(at, "three", message("", NS.replace("2_2", "3_0"))), "not XZuFi 2")
    yield Case("no namespace", _file(at, "none", "<transfer/>"), "not XZuFi 2")
    mixed = service("2").replace("<x:schreibe>", f'<x:schreibe xmlns:x="{NS.replace("2_2", "2_3")}">')
    yield Case("mixed versions", _file(at, "mixed", message(service("1") + mixed)), "the file began as", "namespace")
    nameless = "<x:schreibe><x:leistung/></x:schreibe>"
    yield Case("no id", _file(at, "no-id", message(nameless)), "it has no id")
    yield Case("nothing named to delete", _file(at, "loesche", message("<x:loesche/>")), "names no id")
    yield Case("written twice", _file(at, "twice", message(service("1") + service("1"))), "written twice")


def _indexes(at: Path) -> Iterator[Case]:
    good = message(service("1"))
    yield Case("empty index", folder(at / "i1", "\n \n", a_xml=good), "names no file")
    yield Case("missing index", _bare(at / "i2"), "cannot be read")
    yield Case("missing file", folder(at / "i3", "a.xml\nb.xml", a_xml=good), "not a file of this folder", "line 2")
    for n, name in enumerate(("../x.xml", "/etc/passwd", "a/../../x", "..", ".", "x\x00y", "C:x", "\\\\server\\x")):
        yield Case(
            f"index names {name!r}", folder(at / f"p{n}", f"a.xml\n{name}", a_xml=good), "is not a plain file name"
        )
    link = folder(at / "i4", "a.xml\nlink.xml", a_xml=good)
    (link / "link.xml").symlink_to("/etc/passwd")
    yield Case("a link", link, "not a file of this folder")
    yield Case("index in bytes", _bytes(at / "i5"), "not UTF-8")
    broken = folder(at / "i6", a_xml=good, b_xml=good[:-5])
    yield Case("one file of two is broken", broken, "not XML")


def _bare(at: Path) -> Path:
    at.mkdir()
    return at


def _bytes(at: Path) -> Path:
    _bare(at)
    (at / "index.txt").write_bytes(b"\xff\xfe\x00")
    return at


def _reduced(at: Path) -> Iterator[Case]:
    good = service("1") + service("2")
    markup = service("3", title("[b]Fett[/b]") + title("Gut [size=9]", lang="en"))
    yield Case("Kivy markup in titles", _file(at, "kivy", message(good + markup)), "", services=("L1.LB.1", "L1.LB.2"))
    html = service("3", title("<script>x</script>Titel<img src=x onerror=y>"))
    yield Case(
        "HTML in titles", _file(at, "html", message(html + good)), "", services=("L1.LB.3", "L1.LB.1", "L1.LB.2")
    )
    nested = service("3", title("Titel") + title("<div>" * 50_000, "08"))
    yield Case(
        "nested HTML", _file(at, "nested", message(good + nested)), "", services=("L1.LB.1", "L1.LB.2", "L1.LB.3")
    )
    bad_id = service("a b/../c")
    yield Case("an id that is a path", _file(at, "path", message(good + bad_id)), "", services=("L1.LB.1", "L1.LB.2"))
    turned = service("3", title("abc\u202edef"))
    yield Case("turned direction", _file(at, "bidi", message(good + turned)), "", services=("L1.LB.1", "L1.LB.2"))
    long_name = service("3", title("Wort " * 2_000))
    yield Case(
        "a long title", _file(at, "long", message(good + long_name)), "", services=("L1.LB.1", "L1.LB.2", "L1.LB.3")
    )
    strange = "<x:schreibe><x:raumschiff><x:id>1</x:id></x:raumschiff></x:schreibe>" + "".join(
        f"<x:loesche klasse='k{n}'><x:id>1</x:id></x:loesche>" for n in range(2_000)
    )
    yield Case("unknown objects", _file(at, "strange", message(strange + good)), "", services=("L1.LB.1", "L1.LB.2"))
    half = folder(at / "r1", a_xml=message(good), b_xml=message(service("3") + service("3")))
    yield Case("one file of two contradicts itself", half, "", services=("L1.LB.1", "L1.LB.2"))
