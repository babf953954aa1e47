"""The town's face as terminal and hub check it: colours that can be read, pictures that are what they say."""

import pytest
from msgspec.structs import replace

from kiosk.catalogue.accent import LEAST, accent_fault, weakest
from kiosk.catalogue.check import check
from kiosk.catalogue.face import BOUNDS, face_of
from kiosk.catalogue.model import Catalogue, FaceColour, Picture
from kiosk.catalogue.records import take_apart
from kiosk.catalogue.weight import RECORD_MAX
from kiosk.vocabulary.colours import WHITE, contrast, rgb
from kiosk.vocabulary.face import NO_FACE
from tests.corpus.pictures import encoded, halves, shield
from tests.unit.catalogue.whole_catalogue import put_together

ARMS = Picture(id="arms", media="png", width=320, height=380, data=b"")
GOOD = (
    Picture(id="arms", media="png", width=64, height=76, data=encoded(shield(64, 76))),
    Picture(id="arms_on_paper", media="dots", width=12, height=2, data=b"\xff\xf0\x00\x10"),
    Picture(id="picture", media="webp", width=900, height=300, data=encoded(halves(), "WEBP")),
    Picture(id="picture", media="webp", width=900, height=300, data=encoded(halves(), "WEBP", lossless=True)),
)


def whole(colour: str = "7A1F3D", *pictures: Picture) -> Catalogue:
    return Catalogue(version=1, face_colours=(FaceColour(colour=colour),), pictures=pictures)


@pytest.mark.parametrize("given", ["FFD500", "3399FF", "#C8102E", "808080", "FFFFFF", "ff0000", "00FF00"])
def test_a_colour_that_is_too_light_is_told_the_nearest_that_holds(given: str) -> None:
    fault = accent_fault(given)
    assert fault is not None
    assert fault.contrast < LEAST
    assert accent_fault(fault.nearest) is None
    lighter = tuple(min(255, part + 4) for part in rgb(fault.nearest))
    assert weakest(lighter) < LEAST + 0.4, "and it is the nearest"  # type: ignore[arg-type]
    red, green, blue = rgb(given)
    darker = rgb(fault.nearest)
    assert all(a >= b for a, b in zip((red, green, blue), darker, strict=True)), "the same hue, darker"


@pytest.mark.parametrize(
    "given", ["", "blue", "12345", "1234567", "GGGGGG", "0B4F6C\n", "٠١٢٣٤٥", "#0B4F6", "rgb(0,0,0)"]
)
def test_what_is_no_colour_is_said_so(given: str) -> None:
    fault = accent_fault(given)
    assert fault is not None
    assert (fault.nearest, fault.contrast) == ("", 0.0)
    assert fault.remedy


@pytest.mark.parametrize("given", ["525252", "1F5C2E", "1A5276"])
def test_a_colour_that_holds_on_white_alone_is_refused(given: str) -> None:
    """It stands on paper and on its own soft tint as well."""
    assert contrast(rgb(given), WHITE) >= LEAST
    assert accent_fault(given) is not None


def test_a_face_travels_in_records_and_comes_back() -> None:
    catalogue = whole("7A1F3D", *GOOD[:3])
    assert check(catalogue) == ()
    records = take_apart(catalogue)
    assert put_together(records, 1) == catalogue
    face = face_of(catalogue)
    assert (face.colour, face.arms.width, face.arms_on_paper.data) == ("7A1F3D", 64, GOOD[1].data)
    assert face_of(Catalogue(version=1)) == NO_FACE


@pytest.mark.parametrize("picture", GOOD)
def test_a_picture_as_it_should_be_is_taken(picture: Picture) -> None:
    assert check(whole("7A1F3D", picture)) == ()


@pytest.mark.parametrize(
    "picture",
    [
        replace(GOOD[0], width=65),
        replace(GOOD[0], media="webp"),
        replace(GOOD[0], width=2000, height=2000, data=encoded(shield(2000, 2000))),
        replace(GOOD[0], data=GOOD[0].data[:20]),
        replace(GOOD[0], data=b"<svg/>"),
        replace(GOOD[0], data=GOOD[0].data + b"\0" * 70_000),
        replace(GOOD[1], width=20),
        replace(GOOD[1], height=-2),
        replace(GOOD[1], width=0, data=b""),
        replace(GOOD[2], height=301),
        replace(GOOD[2], data=b"RIFF" + GOOD[2].data[4:8] + b"WEBPVP8X" + GOOD[2].data[16:]),
        replace(GOOD[2], data=b""),
    ],
)
def test_a_picture_that_is_not_what_it_says_is_refused(picture: Picture) -> None:
    (fault,) = check(whole("7A1F3D", picture))
    assert fault.place == f"pictures[{picture.id}]"
    assert fault.remedy


def test_a_colour_that_cannot_be_read_is_no_terminals() -> None:
    (fault,) = check(whole("FFD500"))
    assert (fault.place, "nearest" in fault.remedy) == ("face.colour", True)
    assert check(Catalogue(version=1, face_colours=(FaceColour(), FaceColour(id="b"))))


def test_a_newer_hubs_kind_of_picture_is_left_alone() -> None:
    strange = Picture(id="board_scene", media="avif", width=9, height=9, data=b"?")
    assert check(whole("7A1F3D", strange)) == ()
    assert face_of(whole("", strange)) == NO_FACE


def test_the_largest_pictures_fit_into_a_record() -> None:
    for ident, bounds in BOUNDS.items():
        picture = Picture(id=ident, media=bounds.media, width=1, height=1, data=b"\xff" * bounds.bytes)
        assert all(len(body) <= RECORD_MAX for body in take_apart(whole("", picture)).values())
