"""The town's picture, or our drawing of a town hall, across the panel between header and heading.

It says nothing, so it stands only where room is left, on the start screen of an upright panel, in the default theme:
the others are for eyes that need every line to mean something.
"""

from functools import cache

from kiosk.assets import drawing
from kiosk.view import View
from kiosk.vocabulary.access import Contrast
from kiosk.vocabulary.face import PNG, Image
from screens.display_list import Box, Picture, Piece
from screens.draw_context import DrawContext
from screens.theme import Colour

_DRAWING_PX = (1800, 300)
_LEAST_MM = 24.0
"""A lower band shows nothing that one could recognise."""
_ABOVE_MM, _BELOW_MM = 4.0, 7.0
"""The band begins so much above the main area, in the air below the header, and ends so much above the heading."""


def fits(view: View, kit: DrawContext, room: int) -> bool:
    """Whether the picture stands in ``room`` pixels above the heading."""
    wanted = view.scenic and view.access.contrast is Contrast.DEFAULT
    return wanted and not kit.geometry.landscape and room >= kit.mm(_LEAST_MM)


def above(view: View, kit: DrawContext, y: int, room: int) -> Piece:
    """The picture over the whole width of the panel, from row ``y`` on; nothing where it does not fit."""
    if not fits(view, kit, room):
        return Piece(0, 0)
    top = y - kit.air(_ABOVE_MM)
    box = Box(0, top, kit.geometry.width, y + room - kit.air(_BELOW_MM) - top)
    picture = view.face.picture
    mark = Picture(box, picture) if picture is not None else Picture(box, _drawing(), Colour.LINE)
    return Piece(kit.geometry.width, box.bottom, (mark,))


@cache
def _drawing() -> Image:
    """Ours (``scripts/build_drawing.py``)."""
    width, height = _DRAWING_PX
    return Image(media=PNG, width=width, height=height, data=drawing())
