"""The town's face on the hub: what is made of a picture, what is refused, what terminals and pages get."""

import asyncio
import http.client
import io
import re
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from hub.auth import people
from hub.catalogue.content import state
from hub.catalogue.face import stored
from hub.catalogue.face.fit import fit
from hub.catalogue.face.maker import Lost, PictureMaker
from hub.catalogue.face.messages import Made, Slot, Unusable, Why
from hub.catalogue.publication import publishing
from hub.store.enums import Role
from hub.uploads import NoRoom, Uploads
from hub.web.public.face_files import dots_as_png
from kiosk.catalogue.check import check
from kiosk.catalogue.model import Catalogue, Picture, Service
from tests.corpus import pictures
from tests.corpus.pictures import REFUSED, TAKEN, encoded, halves, shield
from tests.unit.hub.catalogue_helpers import in_force
from tests.unit.hub.test_hub_catalogue_feed import Mirror
from tests.unit.hub.test_hub_pages import KEPT, SITE, Browser


def made(folder: Path, body: bytes, slot: Slot = Slot.PICTURE) -> tuple[Picture, ...]:
    found = result(folder, body, slot)
    assert isinstance(found, Made), found
    assert check(Catalogue(version=1, pictures=found.pictures)) == (), "a terminal takes it"
    return found.pictures


def result(folder: Path, body: bytes, slot: Slot = Slot.PICTURE) -> Made | Unusable:
    (folder / "body").write_bytes(body)
    return fit(folder / "body", slot)


def shown(picture: Picture) -> Image.Image:
    return Image.open(io.BytesIO(picture.data)).convert("RGBA")


@pytest.mark.parametrize("kind", TAKEN)
def test_a_picture_of_any_usual_kind_is_made_fit(tmp_path: Path, kind: str) -> None:
    body = TAKEN[kind]()
    (picture,) = made(tmp_path, body)
    assert b"alert" not in picture.data
    assert b"EXIF" not in picture.data
    image = shown(picture)
    assert image.size == (picture.width, picture.height)
    left, right = image.getpixel((20, 20)), image.getpixel((image.width - 20, 20))
    if kind == "16 bit":
        assert left[0] < 30
        assert right[0] > 225, "sixteen bits are scaled, not cut off"
    if kind == "turned":
        assert image.height > image.width
        assert left[0] > left[2], "the red half is on top"
    if kind in ("png", "cmyk jpeg", "webp", "palette"):
        assert left[0] > 120 > left[2]
        assert right[2] > 120 > right[0]


@pytest.mark.parametrize("kind", REFUSED)
def test_a_picture_that_is_not_fit_is_refused_with_its_reason(tmp_path: Path, kind: str) -> None:
    body, why = REFUSED[kind]
    found = result(tmp_path, body())
    assert isinstance(found, Unusable), found
    assert found.why == why


def test_arms_keep_their_transparency_and_lose_their_margin(tmp_path: Path) -> None:
    arms, paper = made(tmp_path, encoded(shield(1600, 1900)), Slot.ARMS)
    image = shown(arms)
    assert max(image.size) == 256
    assert image.getpixel((1, image.height - 2))[3] == 0
    assert image.getchannel("A").getbbox() == (0, 0, *image.size), "no empty margin"
    dots = Image.open(io.BytesIO(dots_as_png(paper))).convert("L")
    assert dots.size == (paper.width, paper.height)
    assert max(dots.size) == 128
    middle = (dots.width // 2 - 4, round(dots.height * 0.3))
    assert dots.getpixel(middle) == 255, "the white tower stays white"
    black = sum(1 for pixel in dots.tobytes() if pixel == 0) / (dots.width * dots.height)
    assert 0.3 < black < 0.8


@pytest.mark.parametrize(
    ("image", "why"),
    [
        (Image.new("RGBA", (200, 200)), Why.EMPTY),
        (shield(60, 70), Why.SMALL),
        (halves(900, 100), Why.LONG),
    ],
)
def test_arms_that_nobody_would_see_are_refused(tmp_path: Path, image: Image.Image, why: Why) -> None:
    found = result(tmp_path, encoded(image), Slot.ARMS)
    assert isinstance(found, Unusable)
    assert found.why is why


def test_arms_of_many_colours_become_short_enough(tmp_path: Path) -> None:
    noise = Image.merge("RGB", [Image.effect_noise((700, 700), 120) for _ in range(3)])
    arms, _paper = made(tmp_path, encoded(noise), Slot.ARMS)
    assert len(arms.data) <= 64 * 1024


# --- the process


async def pieces(body: bytes) -> AsyncIterator[bytes]:
    yield body


def maker(tmp_path: Path, *command: str) -> PictureMaker:
    return PictureMaker(Uploads(tmp_path / "uploads", lambda _folder: 10**12), command or None)


@pytest.mark.parametrize("command", [("/bin/false",), ("/bin/sh", "-c", "kill -SEGV $$"), ()])
def test_a_decoder_that_falls_over_is_a_damaged_picture(tmp_path: Path, command: tuple[str, ...]) -> None:
    """Also our own process, when it may not have the memory that a picture needs."""
    body = encoded(halves()) if command else pictures.bomb(7_000, 7_000)
    found = asyncio.run(maker(tmp_path, *command).make(Slot.PICTURE, len(body), pieces(body)))
    assert found == Unusable(Why.DAMAGED)
    assert list((tmp_path / "uploads").iterdir()) == []


def test_a_body_that_is_cut_off_and_a_second_one_meanwhile(tmp_path: Path) -> None:
    async def both() -> list[object]:
        one = maker(tmp_path, "/bin/false")
        cut = await one.make(Slot.ARMS, 10, pieces(b"123"))
        return [cut, *await asyncio.gather(*(one.make(Slot.ARMS, 3, pieces(b"123")) for _ in range(2)))]

    assert asyncio.run(both()) == [Lost.CUT, Unusable(Why.DAMAGED), NoRoom.BUSY]


# --- by the page


@pytest.fixture
def editor(live: Any) -> Iterator[Browser]:
    for ident, login, role in (("u1", "dora", Role.EDITOR), ("u2", "anna", Role.CLERK)):
        assert live.hall.do(people.add, SITE, ident, login, login.title(), role, KEPT, live.hall.clock())
    put(live, 3)
    browser = Browser(live.url)
    browser.sign_in("dora")
    browser.get("/catalogue/face")
    yield browser
    browser.http.close()


def put(live: Any, count: int) -> None:
    services = tuple(Service(id=f"s{n}", names={"de": f"Leistung {n}"}, queue="meldung") for n in range(count))
    live.hall.do(publishing.publish, SITE, Catalogue(version=0, services=services), "own", live.hall.clock())


def send(browser: Browser, slot: str, body: bytes) -> Any:
    head = {"Origin": browser.url, "X-CSRF-Token": browser.token}
    return browser.http.post(f"{browser.url}/catalogue/face/{slot}", data=body, headers=head, timeout=120)


def trail(live: Any) -> list[str]:
    rows = live.hall.see(lambda c: c.exec_driver_sql("SELECT what FROM trail_entry ORDER BY seq").all())
    return [what for (what,) in rows if what == "catalogue.face"]


def test_an_editor_sets_a_face_and_terminals_and_pages_have_it(live: Any, editor: Browser) -> None:
    mirror = Mirror(live)
    mirror.follow()
    assert editor.post("/catalogue/face/colour", {"colour": "#7a1f3d"}).headers["location"].endswith("done=saved")
    assert send(editor, "arms", encoded(shield())).status_code == 200
    assert send(editor, "picture", encoded(halves(), "JPEG")).status_code == 200
    catalogue = live.hall.see(in_force, SITE)
    until_seq = live.hall.see(state.read, SITE).seq
    mirror.follow(until_seq - 1)
    assert mirror.snapshots == 1, "then by changes"
    assert mirror.catalogue().pictures == catalogue.pictures
    fresh = Mirror(live)
    fresh.follow()
    assert (fresh.snapshots, fresh.catalogue()) == (1, mirror.catalogue())
    assert catalogue.face_colours[0].colour == "7A1F3D"
    assert [each.id for each in catalogue.pictures] == ["arms", "arms_on_paper", "picture"]
    assert trail(live) == ["catalogue.face"] * 3

    page = editor.get("/catalogue/face").text
    board = editor.get(f"/board/{SITE}").text
    for name in ("arms", "picture", "arms_on_paper"):
        (address,) = set(re.findall(rf"/face/{SITE}/{name}\?v=[0-9a-f]{{12}}", page))
        answer = editor.http.get(editor.url + address, timeout=120)
        assert "immutable" in answer.headers["cache-control"]
        assert answer.headers["content-type"] in ("image/png", "image/webp")
        assert Image.open(io.BytesIO(answer.content)).width > 50
        assert name == "arms_on_paper" or address in board
    css = editor.get(f"/face/{SITE}/colour.css?v=7A1F3D")
    assert "--accent: #7A1F3D;" in css.text
    assert css.headers["content-type"].startswith("text/css")
    assert f"/face/{SITE}/colour.css?v=7A1F3D" in board
    assert "immutable" not in editor.get(f"/face/{SITE}/colour.css?v=000000").headers["cache-control"]

    put(live, 4)
    assert live.hall.see(in_force, SITE).pictures == catalogue.pictures, "an import leaves it alone"
    assert len(live.hall.see(in_force, SITE).services) == 4

    for slot in ("arms", "picture"):
        assert editor.post("/catalogue/face/remove", {"slot": slot}).status_code == 303
    assert editor.post("/catalogue/face/colour", {"colour": ""}).status_code == 303
    catalogue = live.hall.see(in_force, SITE)
    assert (catalogue.pictures, catalogue.face_colours) == ((), ())
    assert "/face/" not in editor.get(f"/board/{SITE}").text
    assert editor.get(f"/face/{SITE}/arms").status_code == 404
    assert editor.get(f"/face/{SITE}/colour.css").status_code == 404


def test_what_is_refused_leaves_what_was_there(live: Any, editor: Browser) -> None:
    editor.post("/catalogue/face/colour", {"colour": "7A1F3D"})
    send(editor, "arms", encoded(shield()))
    before, events = live.hall.see(stored.marks, SITE), len(trail(live))
    light = editor.post("/catalogue/face/colour", {"colour": "FFD500"})
    assert light.status_code == 422
    assert "1,2 zu 1" in light.text
    (nearest,) = re.findall(r'name="colour" value="([0-9A-F]{6})"><button', light.text)
    assert editor.post("/catalogue/face/colour", {"colour": "blau"}).status_code == 422
    for slot in ("arms", "picture"):
        answer = send(editor, slot, pictures.SVG)
        assert (answer.status_code, "SVG" in answer.json()["fault"]) == (422, True)
    assert "600 × 150" in send(editor, "picture", encoded(halves(300, 100))).json()["fault"]
    assert send(editor, "arms", b"").status_code == 400
    assert editor.post("/catalogue/face/remove", {"slot": "colour"}).headers["location"] == "/catalogue/face"
    assert live.hall.see(stored.marks, SITE) == before
    assert len(trail(live)) == events
    assert editor.post("/catalogue/face/colour", {"colour": nearest}).status_code == 303
    assert live.hall.see(stored.marks, SITE).colour == nearest


def test_only_those_who_may_set_a_face(live: Any, editor: Browser) -> None:
    forged = editor.http.post(
        f"{editor.url}/catalogue/face/arms", data=b"x", headers={"Origin": editor.url}, timeout=120
    )
    assert forged.status_code == 403, "without the form's token"
    other = Browser(live.url)
    other.sign_in("anna")
    assert other.get("/catalogue/face").status_code == 403
    assert send(other, "arms", encoded(shield())).status_code == 403
    assert live.hall.see(stored.marks, SITE) == stored.Marks()
    other.http.close()


def test_more_than_five_megabytes_are_not_read(editor: Browser) -> None:
    cookies = "; ".join(f"{name}={value}" for name, value in editor.http.cookies.items())
    head = {"Origin": editor.url, "X-CSRF-Token": editor.token, "Cookie": cookies, "Content-Length": "5242881"}
    line = http.client.HTTPConnection(editor.url.removeprefix("http://"), timeout=120)
    line.request("POST", "/catalogue/face/picture", headers=head)
    assert line.getresponse().status == 413, "before a byte of it came"
    line.close()


def test_faces_of_nobody_are_not_found(editor: Browser) -> None:
    for path in ("/face/nowhere/arms", f"/face/{SITE}/other", f"/face/{SITE}/..%2Farms", "/face/nowhere/colour.css"):
        assert editor.get(path).status_code == 404, path
