"""The town's face in the catalogue: its records checked, and put together for whoever draws it.

A terminal checks it with the rest of the catalogue, the hub with the same function before it is in force. A kind of
picture that this program does not know (a newer hub has it) is left alone.
"""

from collections.abc import Iterable, Iterator

import msgspec

from kiosk.catalogue.accent import AccentFault, accent_fault
from kiosk.catalogue.faults import Fault, shown
from kiosk.catalogue.model import Catalogue, FaceColour, Picture
from kiosk.catalogue.picture_heads import size_of
from kiosk.vocabulary.face import DOTS, PNG, WEBP, Face, Image

ARMS, ARMS_ON_PAPER, PICTURE = "arms", "arms_on_paper", "picture"
_ANEW = "Set it anew on the hub's page for the town's face."


class Bounds(msgspec.Struct, frozen=True):
    """What a picture may be: its media, bytes, and pixels in each direction."""

    media: str
    bytes: int
    width: int
    height: int


BOUNDS = {
    ARMS: Bounds(PNG, 64 * 1024, 256, 256),
    ARMS_ON_PAPER: Bounds(DOTS, 2048, 128, 128),
    PICTURE: Bounds(WEBP, 180 * 1024, 1600, 1000),
}
"""Of each picture. In base64 the largest stays within what one record may have (``kiosk.catalogue.weight``)."""


def face_faults(colours: Iterable[FaceColour], pictures: Iterable[Picture]) -> Iterator[Fault]:
    """What is wrong with the face."""
    for each in colours:
        if each.colour and (fault := accent_fault(each.colour)) is not None:
            yield _weak(fault)
    for picture in pictures:
        if (bounds := BOUNDS.get(picture.id)) is not None:
            yield from _picture(picture, bounds)


def _weak(fault: AccentFault) -> Fault:
    text, ratio = shown(fault.given), f"{fault.contrast:.1f}"
    if not fault.nearest:
        return Fault("face.colour", f"{text} is not a colour", "Write six hex digits, for example 0B4F6C.")
    remedy = f"Choose a darker colour; the nearest that holds is {fault.nearest}."
    return Fault("face.colour", f"{text} has a contrast of only {ratio}:1", remedy)


def _picture(picture: Picture, bounds: Bounds) -> Iterator[Fault]:
    place = f"pictures[{picture.id}]"
    if len(picture.data) > bounds.bytes:
        yield Fault(place, f"it has {len(picture.data)} bytes, {bounds.bytes} may be", _ANEW)
    elif not (0 < picture.width <= bounds.width and 0 < picture.height <= bounds.height):
        found, most = f"{picture.width} x {picture.height}", f"{bounds.width} x {bounds.height}"
        yield Fault(place, f"it has {found} pixels, {most} may be", _ANEW)
    elif picture.media != bounds.media or size_of(picture.media, picture.data, _size(picture)) != _size(picture):
        yield Fault(place, f"it is no picture in {bounds.media} of the size it names", _ANEW)


def _size(picture: Picture) -> tuple[int, int]:
    return picture.width, picture.height


def face_of(catalogue: Catalogue) -> Face:
    """The face of a checked catalogue."""
    found = {each.id: _image(each) for each in catalogue.pictures}
    colour = next((each.colour for each in catalogue.face_colours), "")
    return Face(colour=colour, arms=found.get(ARMS), arms_on_paper=found.get(ARMS_ON_PAPER), picture=found.get(PICTURE))


def _image(picture: Picture) -> Image:
    return Image(media=picture.media, width=picture.width, height=picture.height, data=picture.data)
