"""The only place that knows python-escpos: a typed, small face of its ``Dummy`` printer.

The library loads slowly (a third of a second) and on import sets up logging and makes a folder in /tmp; ``load`` takes
both back. Call it once on the device's thread, before the first job.
"""

import logging
import shutil
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from PIL import Image, ImageChops

from drivers.receipt_printer.models import BAND_BYTES, Model

_ALIGN = ("left", "center", "right")
_LEVEL_M = 1
_DLE = 0x10
_REAL_TIME = (0x04, 0x05, 0x14)
"""DLE EOT (status), DLE ENQ (recover, clear), DLE DC4 (drawer, power off)."""


@lru_cache(maxsize=1)
def load() -> tuple[Callable[..., Any], Any]:
    """The library's ``Dummy`` and its ``Profile`` class."""
    root = logging.getLogger()
    handlers = list(root.handlers)
    from escpos import capabilities
    from escpos.printer import Dummy

    root.handlers[:] = handlers
    shutil.rmtree(capabilities.pickle_dir, ignore_errors=True)
    return Dummy, capabilities.Profile


@lru_cache(maxsize=16)
def _profile(model_name: str, pages: tuple[tuple[str, int], ...], columns: int) -> Any:
    """A model of ours as a profile of the library's."""
    _, profile = load()
    made = profile(columns=columns)
    made.profile_data = {
        **profile.profile_data,
        "name": model_name,
        "codePages": {str(number): page.upper() for page, number in pages},
        "media": {},
    }
    return made


class PaperBytes:
    """Collects the bytes of one job."""

    def __init__(self, model: Model) -> None:
        dummy, _ = load()
        profile = _profile(model.name, tuple(model.pages.items()), model.columns)
        self._printer = dummy(profile=profile)

    def raw(self, data: bytes) -> None:
        """Bytes as they are."""
        self._printer._raw(data)  # noqa: SLF001 - the library's own way in for what it has no name for

    def code_page(self, page: str) -> None:
        """``ESC t n`` for all text that follows; a character the page lacks prints as "?"."""
        self._printer.magic.force_encoding(page.upper())

    def style(self, align: int, bold: bool, wide: int, high: int) -> None:
        """``align`` 0 left, 1 centre, 2 right; magnification 1-8."""
        self._printer.set(align=_ALIGN[align], bold=bold, custom_size=True, width=wide, height=high)

    def line(self, text: str) -> None:
        """Text and a line feed."""
        self._printer.textln(text)

    def qr(self, data: str, module: int) -> None:
        """``GS ( k``, model 2, level M."""
        self._printer.qr(data, ec=_LEVEL_M, size=module, native=True)

    def image(self, image: Image.Image) -> None:
        """``GS v 0``, in bands of at most ``LONGEST_COMMAND``; printed without a gap between them."""
        row = (image.width + 7) // 8
        lines = max(1, BAND_BYTES // row)
        for top in range(0, image.height, lines):
            band = image.crop((0, top, image.width, min(image.height, top + lines)))
            head = b"\x1dv0\x00" + row.to_bytes(2, "little") + band.height.to_bytes(2, "little")
            self.raw(head + harmless(ImageChops.invert(band).tobytes()))

    def output(self) -> bytes:
        """All of it."""
        return bytes(self._printer.output)


def harmless(dots: bytes) -> bytes:
    """The dots of a picture without the beginning of a real-time command, with one dot more for each.

    Many printers obey those even there: they would answer what nobody asked, clear their buffer or open the drawer.
    """
    for second in _REAL_TIME:
        dots = dots.replace(bytes((_DLE, second)), bytes((_DLE | 1, second)))
    return dots
