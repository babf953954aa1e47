"""Textures that are kept for a while, by key, within so many bytes. Used by the window's thread only."""

from collections import OrderedDict
from collections.abc import Callable, Hashable

from kivy.graphics.texture import Texture

BYTES_PER_PIXEL = 4
"""All of ours are RGBA with one byte for each."""


class TextureCache:
    """Keeps the textures used last; what was not used for longest goes first.

    A texture that goes from here lives on while something on the screen is drawn with it, and no longer: Kivy gives its
    memory back with the next frame.
    """

    def __init__(self, limit: int) -> None:
        self.limit = limit
        """Bytes. A texture larger than that is made and not kept."""
        self._kept: OrderedDict[Hashable, Texture] = OrderedDict()
        self._bytes = 0

    @property
    def bytes(self) -> int:
        """What the kept textures take, never more than ``limit``."""
        return self._bytes

    def get(self, key: Hashable, make: Callable[[], Texture]) -> Texture:
        """The kept texture of this key, else a new one."""
        if (known := self._kept.get(key)) is not None:
            self._kept.move_to_end(key)
            return known
        texture = make()
        self._kept[key] = texture
        self._bytes += size_of(texture)
        while self._bytes > self.limit:
            _, oldest = self._kept.popitem(last=False)
            self._bytes -= size_of(oldest)
        return texture

    def forget(self) -> None:
        """Drop all of them."""
        self._kept.clear()
        self._bytes = 0


def size_of(texture: Texture) -> int:
    """Bytes that the texture takes in the graphics memory (without a GPU: in the process)."""
    return int(texture.width * texture.height * BYTES_PER_PIXEL)
