"""Pictures of the town's face as textures: decoded beside the window's thread, which only hands them to the GPU.

A picture is the same for weeks, so each is decoded once, in the size in which it is shown; what stands on the screen
has a place for it and gets it a moment later. One that cannot be decoded (the hub made it, so this is damage) leaves
its place empty.
"""

import io
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import Executor, Future
from typing import Any, NamedTuple

from kivy.clock import Clock
from kivy.graphics import Color, Rectangle
from kivy.graphics.texture import Texture

from kiosk.vocabulary.face import PNG, WEBP, Image

MOST = 4
"""Textures that are kept: arms and picture, and those that take their place."""
_FORMATS = {PNG: "PNG", WEBP: "WEBP"}

Later = Callable[[Callable[[Any], None]], object]
"""Calls something on the window's thread, soon."""


class Wanted(NamedTuple):
    """A picture in the pixels of its place."""

    image: Image
    width: int
    height: int


def decoded(wanted: Wanted) -> bytes | None:
    """RGBA from the upper left corner, what sticks out cut off evenly; None for a damaged picture. Blocks; any thread.

    Pillow names what is wrong with a picture by these errors only (its formats' plug-ins raise SyntaxError).
    """
    from PIL import Image as Pil
    from PIL import ImageOps

    image = wanted.image
    if image.media not in _FORMATS:
        return None
    try:
        with Pil.open(io.BytesIO(image.data), formats=(_FORMATS[image.media],)) as found:
            if found.size != (image.width, image.height):
                return None
            return ImageOps.fit(found.convert("RGBA"), (wanted.width, wanted.height)).tobytes()
    except (OSError, ValueError, SyntaxError):
        return None


def soon(call: Callable[[Any], None]) -> None:
    """``Later`` by Kivy's clock; from any thread."""
    Clock.schedule_once(call, 0)


class Pictures:
    """Of one window, for its thread; ``executor`` decodes."""

    def __init__(self, executor: Executor, later: Later = soon) -> None:
        self._executor, self._later = executor, later
        self._kept: OrderedDict[Wanted, Texture | None] = OrderedDict()
        self._places: dict[Wanted, list[tuple[Color, Rectangle]]] = {}

    def fill(self, wanted: Wanted, colour: Color, place: Rectangle) -> None:
        """Show the picture in this place, which is not seen (``colour.a`` is 0) until it is there."""
        if wanted in self._kept:
            self._kept.move_to_end(wanted)
            _show(self._kept[wanted], colour, place)
            return
        waiting = self._places.setdefault(wanted, [])
        waiting.append((colour, place))
        if len(waiting) == 1:
            done = self._executor.submit(decoded, wanted)
            done.add_done_callback(lambda done: self._later(lambda _dt: self._take(wanted, done)))

    def _take(self, wanted: Wanted, done: "Future[bytes | None]") -> None:
        data = done.result()
        texture = self._kept[wanted] = None if data is None else _texture(wanted, data)
        while len(self._kept) > MOST:
            self._kept.popitem(last=False)
        for colour, place in self._places.pop(wanted, ()):
            _show(texture, colour, place)


def _texture(wanted: Wanted, data: bytes) -> Texture:
    made = Texture.create(size=(wanted.width, wanted.height), colorfmt="rgba")
    made.blit_buffer(data, colorfmt="rgba", bufferfmt="ubyte")
    made.flip_vertical()
    return made


def _show(texture: Texture | None, colour: Color, place: Rectangle) -> None:
    if texture is not None:
        place.texture = texture
        colour.a = 1.0
