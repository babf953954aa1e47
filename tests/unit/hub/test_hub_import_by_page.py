"""A catalogue brought by the page: what the file is, what a zip may hold, what the editor is shown, who may."""

import asyncio
import io
import resource
import time
import zipfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import msgspec
import psutil
import pytest

from hub.auth import people
from hub.catalogue.content import versions
from hub.catalogue.import_runs import child, uploaded_file
from hub.catalogue.import_runs.cli import run_import
from hub.catalogue.import_runs.messages import Bringer, Done, Faulty, Task, Waits
from hub.catalogue.import_runs.runs import Broken, Run, Runs, Stage
from hub.catalogue.import_runs.uploaded_file import Parcel, open_parcel
from hub.catalogue.importers.xzufi import schema
from hub.store.enums import Role
from hub.trail.entries import Who
from hub.uploads import NoRoom, Uploads
from kiosk.catalogue.faults import CatalogueFaults
from kiosk.catalogue.model import Catalogue, Fee, Service
from tests.unit.hub.test_hub_pages import KEPT, SITE, Browser

PATIENCE_S = 120.0
SERVICE = '[[service]]\nid = "{0}"\nnames.de = "Leistung {0}"\n'


def toml(count: int = 3) -> bytes:
    return "".join(SERVICE.format(f"s{n}") for n in range(count)).encode()


def json(count: int = 10, cents: int = 1000) -> bytes:
    fee = Fee(id="f", names={"de": "Gebühr"}, cents=cents)
    services = tuple(Service(id=f"s{n}", names={"de": f"Leistung {n}"}, fees=(fee,)) for n in range(count))
    return msgspec.json.encode(Catalogue(version=1, languages=("de",), services=services))


def packed(files: dict[str, bytes]) -> bytes:
    """A zip of these files."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as made:
        for name, body in files.items():
            made.writestr(name, body)
    return target.getvalue()


def zipped(**files: bytes) -> bytes:
    """The same; ``__`` in a name is a slash, ``_`` a dot."""
    return packed({name.replace("__", "/").replace("_", "."): body for name, body in files.items()})


def opened(folder: Path, body: bytes) -> Parcel | CatalogueFaults:
    file = folder / "body"
    file.write_bytes(body)
    return open_parcel(file, folder / "unpacked", "delivery.zip")


def reason(found: Parcel | CatalogueFaults) -> str:
    assert isinstance(found, CatalogueFaults), found
    assert found.source == "delivery.zip"
    return f"{found.faults[0].place}: {found.faults[0].reason}"


# --- what it is


@pytest.mark.parametrize(
    ("body", "kind", "source"),
    [
        (b"\xef\xbb\xbf <?xml version='1.0'?><a/>", "xzufi", "body"),
        (b"\xff\xfe<\x00", "xzufi", "body"),
        (b' {"version": 1}', "own", "body"),
        (toml(), "own", "unpacked"),
        (zipped(catalogue_toml=toml(), texts__en_toml=b""), "own", "unpacked"),
        (zipped(stadt__catalogue_toml=toml(), stadt__services__x_toml=toml()), "own", "unpacked"),
        (zipped(catalogue_toml=toml()), "own", "unpacked"),
        (zipped(services__all_toml=toml()), "own", "unpacked"),
        (zipped(index_txt=b"a.xml", a_xml=b"<a/>"), "xzufi", "unpacked"),
        (zipped(lieferung_xml=b"<a/>"), "xzufi", "unpacked/lieferung.xml"),
        (zipped(katalog_json=b"{}"), "own", "unpacked/katalog.json"),
        (packed({"s/k.json": b"{}", "__MACOSX/s/._k.json": b"x", "s/.DS_Store": b"x"}), "own", "unpacked/k.json"),
    ],
)
def test_the_kind_is_read_from_the_content(tmp_path: Path, body: bytes, kind: str, source: str) -> None:
    found = opened(tmp_path, body)
    assert isinstance(found, Parcel), found
    assert (found.kind, str(found.source.relative_to(tmp_path))) == (kind, source)


def test_an_export_of_a_dldb_is_known_by_its_files(tmp_path: Path) -> None:
    names = ("services_de.json", "locations_de.json", "authority_de.json", "topic_de.json")
    found = opened(tmp_path, packed({f"export/{name}": b"{}" for name in names}))
    assert found == Parcel("dldb", tmp_path / "unpacked", packed=True)
    assert (tmp_path / "unpacked" / "topic_de.json").read_bytes() == b"{}"


@pytest.mark.parametrize("body", [b"%PDF-1.7 x", b"\x89PNG\r\n\x1a\n\0\0", b"\x1f\x8b\x08\0\0"])
def test_what_is_no_catalogue_is_said_so(tmp_path: Path, body: bytes) -> None:
    assert "no XML, zip, JSON or TOML" in reason(opened(tmp_path, body))


# --- what a zip may not do


def member(name: str, body: bytes = b"x", **of: Any) -> bytes:
    """A zip of a harmless file and this one, whose entry has these fields."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("a.toml", b"")
        entry = zipfile.ZipInfo(name)
        for field, value in of.items():
            setattr(entry, field, value)
        made.writestr(entry, body)
    return target.getvalue()


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (member("../x.toml"), "folder where nothing is expected"),
        (member("services/../../x.toml"), "folder where nothing is expected"),
        (member("/etc/x.toml"), "folder where nothing is expected"),
        (member("a\\..\\x.toml"), "folder where nothing is expected"),
        (member("C:x.toml"), "folder where nothing is expected"),
        (member("other/x.toml"), "folder where nothing is expected"),
        (member("x\u202ey.toml"), "not a plain file name"),
        (member("x" * 201), "not a plain file name"),
        (member("link.toml", external_attr=0o120777 << 16), "is a link"),
        (member("x.toml").replace(b"PK\x01\x02", b"PK\x01\x09"), "cannot be unpacked"),
        (member("x.toml")[:-30], "not a whole zip"),
        (b"PK\x03\x04" + b"\0" * 4000, "not a whole zip"),
    ],
)
def test_a_zip_that_is_not_as_it_should_be_is_refused(tmp_path: Path, body: bytes, said: str) -> None:
    assert said in reason(opened(tmp_path, body))
    assert not list(tmp_path.glob("*.toml"))


def test_a_zip_of_two_files_of_one_name_is_refused(tmp_path: Path) -> None:
    twice = packed({"stadt/a.toml": b"1", "stadt/b.toml": b"2"}).replace(b"stadt/b.toml", b"stadt/a.toml")
    assert "twice" in reason(opened(tmp_path, twice))


def test_a_zip_that_grows_too_large_is_refused_unread(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uploaded_file, "UNPACKED_LIMIT", 1_000_000)
    assert "MB unpacked" in reason(opened(tmp_path, zipped(a_xml=b"<" + b"a" * 2_000_000)))


def test_a_zip_that_lies_about_its_size_ends_there(tmp_path: Path) -> None:
    body = bytearray(zipped(a_xml=b"<" + b"a" * 100_000))
    for at, offset in ((body.index(b"PK\x01\x02"), 24), (body.index(b"PK\x03\x04"), 22)):
        body[at + offset : at + offset + 4] = (10).to_bytes(4, "little")
    assert "cannot be unpacked" in reason(opened(tmp_path, bytes(body)))


def lzma_zip(at: int, spoilt: bytes) -> bytes:
    """A zip by LZMA with these bytes in the place of its own; what is packed begins 35 bytes behind the header."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_LZMA) as made:
        made.writestr("a.xml", b"<a/>" * 2000)
    body = bytearray(target.getvalue())
    body[at : at + len(spoilt)] = spoilt
    return bytes(body)


def test_a_zip_whose_lzma_is_broken_is_refused(tmp_path: Path) -> None:
    assert "cannot be unpacked" in reason(opened(tmp_path, lzma_zip(60, b"\xff" * 20)))


def test_a_zip_that_asks_for_gigabytes_of_memory_is_refused(tmp_path: Path) -> None:
    """The dictionary of LZMA may say 4 GB; the import's process has a limit, and so has this one meanwhile."""
    dictionary = 30 + len("a.xml") + 5  # behind LZMA's version, size of properties and first property (APPNOTE, 5.8.8)
    before = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (psutil.Process().memory_info().vms + 2**30, before[1]))
    try:
        found = opened(tmp_path, lzma_zip(dictionary, b"\xff" * 4))
    finally:
        resource.setrlimit(resource.RLIMIT_AS, before)
    assert "cannot be unpacked (“MemoryError”)" in reason(found)


def test_a_zip_of_more_files_than_any_delivery_is_not_listed(tmp_path: Path) -> None:
    many = packed({str(n): b"" for n in range(schema.FILES_LIMIT + 1)})
    assert f"more than {schema.FILES_LIMIT} files" in reason(opened(tmp_path, many))


def test_a_zip_leaves_the_reserve_of_the_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uploaded_file, "RESERVE", 10**18)
    assert "no room" in reason(opened(tmp_path, zipped(a_xml=b"<a/>", index_txt=b"a.xml")))


# --- what becomes of it


def work(hall: Any, tmp_path: Path, body: bytes, name: str = "katalog.zip") -> child.Result:
    folder = tmp_path / str(time.monotonic_ns())
    folder.mkdir()
    (folder / "body").write_bytes(body)
    data = str(hall.store.path.parent)
    return child.work(Task(str(folder / "body"), str(folder), data, "", Bringer(SITE, "Dora", Who(login="dora"), name)))


def test_it_is_what_the_command_does(hall: Any, tmp_path: Path) -> None:
    done = work(hall, tmp_path, json(), "katalog.json")
    assert isinstance(done, Done)
    assert (done.version, done.changed, done.services) == (1, True, 10)
    entries = hall.see(lambda c: c.exec_driver_sql("SELECT login, what, subject FROM trail_entry").all())
    assert [tuple(entry) for entry in entries] == [("dora", "catalogue.published", "own katalog.json")]
    again = work(hall, tmp_path, json(), "katalog.json")
    assert isinstance(again, Done)
    assert not again.changed
    (kept,) = hall.see(versions.listed, SITE)
    assert (kept.origin, kept.source, kept.decided_by) == ("own", "katalog.json", "Dora")
    assert work(hall, tmp_path, json(5)) == Waits(5)
    assert hall.see(versions.listed, SITE)[0].findings
    faulty = work(hall, tmp_path, zipped(stadt__catalogue_toml=b"[[service]]\nid = 1\n", stadt__x_toml=b""))
    assert isinstance(faulty, Faulty)
    assert faulty.source == "katalog.zip: catalogue.toml"
    assert faulty.faults[0].remedy
    alone = work(hall, tmp_path, b"[[service]]\nid = 1\n", "meiner.toml")
    assert isinstance(alone, Faulty)
    assert alone.source == "meiner.toml"


async def pieces(body: bytes) -> AsyncIterator[bytes]:
    yield body


def runs(tmp_path: Path, *command: str) -> Runs:
    uploads = Uploads(tmp_path / "uploads", lambda _folder: 10**12)
    return Runs(uploads, tmp_path, lambda: 0, command or None)


def test_one_at_a_time_and_it_ends_with_the_hub(tmp_path: Path) -> None:
    by = Bringer(SITE, "Dora", Who(login="dora"), "a.json")

    async def both() -> tuple[object, object, Run | None]:
        made = runs(tmp_path, "/bin/sleep", "1000")
        first = await made.take(by, "", 2, pieces(b"{}"))
        second = await made.take(by, "", 2, pieces(b"{}"))
        await asyncio.sleep(0)
        await made.close()
        return first, second, made.of(SITE)

    first, second, run = asyncio.run(both())
    assert second is NoRoom.BUSY
    assert first is run
    assert run is not None
    assert (run.stage, run.result) == (Stage.ENDED, Broken.STOPPED)
    assert list((tmp_path / "uploads").iterdir()) == []


@pytest.mark.parametrize("command", [("/bin/false",), ("/nonexistent",), ("/bin/echo", "no result")])
def test_a_process_that_fails_is_an_end_too(tmp_path: Path, command: tuple[str, ...]) -> None:
    async def one() -> Run | None:
        made = runs(tmp_path, *command)
        await made.take(Bringer(SITE, "Dora", Who(login="dora"), "a.json"), "", 2, pieces(b"{}"))
        while made.going_on:
            await asyncio.sleep(0.01)
        return made.of(SITE)

    run = asyncio.run(one())
    assert run is not None
    assert run.result is Broken.STOPPED
    assert list((tmp_path / "uploads").iterdir()) == []


# --- by the page


@pytest.fixture
def editor(live: Any) -> Iterator[Browser]:
    assert live.hall.do(people.add, SITE, "u1", "dora", "Dora", Role.EDITOR, KEPT, live.hall.clock())
    browser = Browser(live.url)
    browser.sign_in("dora")
    browser.get("/catalogue")
    yield browser
    browser.http.close()


def sent(editor: Browser, body: bytes, name: str = "Katalog%20%C3%BC.zip", area: str = "") -> Any:
    head = {"Origin": editor.url, "X-CSRF-Token": editor.token, "X-File-Name": name, "X-Area": area}
    return editor.http.post(f"{editor.url}/catalogue/import", data=body, headers=head, timeout=PATIENCE_S)


def ended(editor: Browser) -> str:
    """The page when the import has ended."""
    end = time.monotonic() + PATIENCE_S
    while editor.http.get(f"{editor.url}/catalogue/import", timeout=PATIENCE_S).json()["stage"] != "ended":
        assert time.monotonic() < end
        time.sleep(0.05)
    return editor.get("/catalogue").text


def test_an_editor_brings_a_catalogue(live: Any, editor: Browser) -> None:
    answer = sent(editor, zipped(stadt__catalogue_toml=toml(), stadt__texts__en_toml=b""))
    assert (answer.status_code, answer.json()["stage"]) == (202, "reading")
    page = ended(editor)
    assert "Version 1 gilt jetzt: 3 Leistungen." in page
    assert "Katalog ü.zip" in page
    assert "von Dora" in page
    assert list((live.hall.store.path.parent / "uploads").iterdir()) == []
    assert sent(editor, b"<a/>", name="..%2F%3Cb%3E.xml").status_code == 202
    page = ended(editor)
    assert 'data-stage="ended"' in page
    assert "first tag" in page
    assert "hat den Namensraum" in page
    assert "Exportieren Sie die Daten noch einmal" in page
    assert "<b>.xml" not in page


def test_the_area_is_digits(editor: Browser) -> None:
    for area in ("14511000000000", "1451x", "١٢"):
        answer = sent(editor, json(), area=area.encode())  # type: ignore[arg-type]
        assert answer.status_code == 422, area
        assert "zwölf Ziffern" in answer.json()["fault"]


@pytest.mark.parametrize(
    "body",
    [
        b" \n\t\r\n",
        b"# later\n",
        b"\xef\xbb\xbf",
        zipped(catalogue_toml=b""),
        zipped(s__catalogue_toml=b"", s__x_toml=b"#"),
    ],
    ids=["spaces", "a comment", "a byte order mark", "a zip of an empty file", "a zip of two"],
)
def test_a_file_with_nothing_in_it_is_refused(hall: Any, tmp_path: Path, body: bytes) -> None:
    """By the page's process; the command reads a folder of TOML files in the same way."""
    found = work(hall, tmp_path, body)
    assert isinstance(found, Faulty)
    assert (found.faults[0].place, found.faults[0].reason[:6]) == ("file", "empty:")
    assert hall.see(versions.listed, SITE) == []
    folder = tmp_path / "own"
    folder.mkdir()
    (folder / "catalogue.toml").write_bytes(b"# later\n")
    assert run_import("own", folder, hall.store.path.parent) == 2


def test_a_body_of_no_bytes_is_refused_at_once(live: Any, editor: Browser) -> None:
    sent(editor, toml())
    ended(editor)
    answer = sent(editor, b"")
    assert answer.status_code == 400
    assert answer.json()["fault"].startswith("Die Datei ist leer")
    assert len(live.hall.see(versions.listed, SITE)) == 1, "nothing waits"
    assert "Version 1 gilt jetzt: 3 Leistungen." in editor.get("/catalogue").text
