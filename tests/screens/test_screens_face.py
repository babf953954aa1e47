"""The town's face on the panel: arms in the header, its colour, its picture above the greeting; drawn for real."""

from typing import TYPE_CHECKING

import numpy as np
import pytest
from msgspec.structs import replace

from kiosk.config import Panel
from kiosk.session.states import Home
from kiosk.view import View
from kiosk.vocabulary.access import Access, Contrast, TextSize
from kiosk.vocabulary.colours import rgb
from kiosk.vocabulary.face import DOTS, NO_FACE, PNG, WEBP, Face, Image
from screens.display_list import Box, Fill, Ink, Picture
from screens.theme import THEMES, Colour
from tests.corpus.pictures import encoded, halves, shield
from tests.screens.gallery import LANDSCAPE, PORTRAIT, facts, session, view

if TYPE_CHECKING:
    from screens.screenshot import Studio

ARMS = Image(media=PNG, width=216, height=256, data=encoded(shield(216, 256)))
PHOTO = Image(media=WEBP, width=1600, height=600, data=encoded(halves(1600, 600), "WEBP"))
FACE = Face(colour="7A1F3D", arms=ARMS, picture=PHOTO)
pytestmark = pytest.mark.pixels

Pixels = np.ndarray[tuple[int, ...], np.dtype[np.uint8]]


def start(face: Face, access: Access = Access(), *, rests: bool = False) -> View:
    of = session(Home.START, "de", access)
    of = replace(of, touched=900.0, entered=900.0) if rests else of
    now = facts()
    return view(of, replace(now, index=replace(now.index, face=face)))


def drawn(studio: "Studio", shown: View, panel: Panel = PORTRAIT) -> tuple[list[Picture], Pixels]:
    studio.use(panel)
    studio.show(shown)
    width, height, data = studio.pixels()
    marks = studio.stage.router.sheet.marks
    pixels = np.frombuffer(data, np.uint8).reshape(height, width, 4)[:, :, :3]
    return [mark for mark in marks if isinstance(mark, Picture)], pixels


def seen(pixels: Pixels, box: Box, colour: tuple[int, int, int], tolerance: int = 24) -> float:
    """Which share of the box has this colour."""
    part = pixels[box.y : box.bottom, box.x : box.right].astype(int)
    return float((np.abs(part - np.array(colour)).max(axis=2) <= tolerance).mean())


@pytest.mark.parametrize("panel", [PORTRAIT, LANDSCAPE])
@pytest.mark.parametrize("contrast", Contrast)
def test_arms_stand_in_the_header_in_every_theme(studio: "Studio", panel: Panel, contrast: Contrast) -> None:
    found, pixels = drawn(studio, start(FACE, Access(contrast=contrast)), panel)
    (arms,) = [each for each in found if each.image is ARMS]
    assert abs(arms.box.w / arms.box.h - ARMS.width / ARMS.height) < 0.03, "not stretched"
    assert seen(pixels, arms.box, (178, 24, 32)) > 0.15, "the red of the shield is there"
    ground = THEMES[contrast][Colour.CODE_GROUND]
    assert seen(pixels, arms.box, ground) > 0.1, "on white, so that black lines are seen"


def test_the_towns_colour_is_that_of_the_default_theme_only(studio: "Studio") -> None:
    for contrast in (Contrast.DEFAULT, Contrast.DARK):
        _, pixels = drawn(studio, start(FACE, Access(contrast=contrast)))
        whole = Box(0, 0, PORTRAIT.width_px, PORTRAIT.height_px)
        assert (seen(pixels, whole, rgb(FACE.colour), 3) > 0.03) is (contrast is Contrast.DEFAULT)


def test_the_catalogues_colour_goes_before_the_terminals_own(studio: "Studio") -> None:
    studio.use(PORTRAIT, "1B4D2E")
    whole = Box(0, 0, PORTRAIT.width_px, PORTRAIT.height_px)
    for face, colour in ((FACE, FACE.colour), (NO_FACE, "1B4D2E")):
        studio.show(start(face))
        _, _, data = studio.pixels()
        pixels = np.frombuffer(data, np.uint8).reshape(PORTRAIT.height_px, PORTRAIT.width_px, 4)[:, :, :3]
        assert seen(pixels, whole, rgb(colour), 3) > 0.03


@pytest.mark.parametrize("rests", [False, True])
def test_a_picture_stands_across_the_panel_between_header_and_greeting(studio: "Studio", rests: bool) -> None:
    found, pixels = drawn(studio, start(FACE, rests=rests))
    (photo,) = [each for each in found if each.image is PHOTO]
    assert (photo.box.x, photo.box.w) == (0, PORTRAIT.width_px)
    assert photo.box.h >= 24 * PORTRAIT.px_per_mm
    half = photo.box.w // 2
    assert seen(pixels, Box(0, photo.box.y, half, photo.box.h), (178, 24, 32)) > 0.95
    assert seen(pixels, Box(half, photo.box.y, half, photo.box.h), (30, 60, 150)) > 0.95
    for mark in studio.stage.router.sheet.marks:
        if isinstance(mark, Ink):
            assert mark.box.bottom <= photo.box.y or mark.box.y >= photo.box.bottom, "nothing is written on it"


def test_without_a_picture_our_drawing_stands_there_in_one_soft_colour(studio: "Studio") -> None:
    found, pixels = drawn(studio, start(NO_FACE))
    (drawing,) = found
    theme = THEMES[Contrast.DEFAULT]
    assert drawing.colour is Colour.LINE
    assert seen(pixels, drawing.box, theme[Colour.PAPER], 2) > 0.8
    assert seen(pixels, drawing.box, theme[Colour.LINE], 8) > 0.01


@pytest.mark.parametrize("access", [Access(low_reach=True), Access(size=TextSize.XL), Access(contrast=Contrast.LOW)])
def test_a_picture_takes_nobodys_room_and_no_theme_of_contrast(studio: "Studio", access: Access) -> None:
    """Where it stands, everything else stands as without it."""
    with_it, _ = drawn(studio, start(FACE, access))
    sheet = studio.stage.router.sheet
    studio.show(replace(start(FACE, access), scenic=False))
    assert [(each.control.id, each.box) for each in sheet.targets] == [
        (each.control.id, each.box) for each in studio.stage.router.sheet.targets
    ]
    if access.contrast is not Contrast.DEFAULT or access.low_reach:
        assert all(each.image is ARMS for each in with_it)


def test_a_damaged_picture_leaves_its_place_empty(studio: "Studio") -> None:
    from screens.caches.pictures import Wanted, decoded

    broken = Face(arms=replace(ARMS, data=ARMS.data[:300]), picture=replace(PHOTO, width=1599))
    found, pixels = drawn(studio, start(broken))
    assert len(found) == 2
    assert seen(pixels, found[0].box, THEMES[Contrast.DEFAULT][Colour.PAPER], 2) > 0.99
    for image in (broken.arms, broken.picture, Image(media=DOTS, width=8, height=1, data=b"\0")):
        assert image is not None
        assert decoded(Wanted(image, 10, 10)) is None


def test_a_picture_is_decoded_once_in_the_size_of_its_place(studio: "Studio", monkeypatch: pytest.MonkeyPatch) -> None:
    from screens.caches import pictures

    asked, decoded = list[pictures.Wanted](), pictures.decoded
    monkeypatch.setattr(pictures, "decoded", lambda wanted: asked.append(wanted) or decoded(wanted))
    studio.use(PORTRAIT)
    for size in (TextSize.M, TextSize.L, TextSize.M):
        studio.show(start(FACE, Access(size=size)))
        studio.stage.forget()
    photos = [each for each in asked if each.image == PHOTO]
    assert len(photos) == len(set(photos))
    assert all((each.width, each.image.width) == (PORTRAIT.width_px, 1600) for each in photos)


def test_arms_do_not_move_the_names_beside_them(studio: "Studio") -> None:
    boxes = []
    for face in (NO_FACE, FACE):
        drawn(studio, start(face))
        marks = studio.stage.router.sheet.marks
        boxes.append([mark.box for mark in marks if isinstance(mark, Ink) and "Musterstadt" in mark.text])
        assert any(isinstance(mark, Fill) for mark in marks)
    assert boxes[0] == boxes[1] != []
