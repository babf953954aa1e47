"""A picture that somebody brought, made into what terminals, slips and pages show.

Nothing of the file goes on but its pixels: they are decoded, turned as the camera says (EXIF), put on white or kept
transparent, made small and encoded anew. So what else is in a file (a page, an archive, a place) ends here. This runs
in a process of its own (``child`` beside this) whose memory and time are bounded.
"""

import io
import re
import warnings
from collections.abc import Iterator
from pathlib import Path

from PIL import Image, ImageOps, UnidentifiedImageError

from hub.catalogue.face.messages import Made, Result, Slot, Unusable, Why
from kiosk.catalogue.face import ARMS, ARMS_ON_PAPER, BOUNDS, PICTURE
from kiosk.catalogue.model import Picture
from kiosk.vocabulary.face import DOTS, PNG, WEBP

FORMATS = ("PNG", "JPEG", "WEBP")
MOST_PIXELS = 50_000_000
"""A camera of 50 megapixels; decoded it takes 200 MB."""
LEAST = {Slot.ARMS: (64, 64), Slot.PICTURE: (600, 150)}
LONGEST = {Slot.ARMS: 4, Slot.PICTURE: 8}
"""Times that one side may be as long as the other: what is longer is a line where it is shown."""
_SNIFFED = 4096
_BEGINS = re.compile(rb"\x89PNG\r\n|\xff\xd8\xff|RIFF....WEBP", re.DOTALL)
"""How files of these formats begin: one that begins so and is not known for one is damaged."""
_QUALITIES = (80, 64, 48)
"""Of WebP; below the last one a smaller picture looks better than a coarser one."""
_SHRINK = 0.8


def fit(file: Path, slot: Slot) -> Result:
    """Make it fit. What a decoder raises besides ends the process, and the hub says the same as of a damaged file."""
    with file.open("rb") as source:
        begins = source.read(_SNIFFED)
    if b"<svg" in begins.lower() or begins.startswith(b"\x1f\x8b"):  # the latter is one that is packed (svgz)
        return Unusable(Why.SVG)
    Image.MAX_IMAGE_PIXELS = None  # we look ourselves, before anything is decoded
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what a file says wrongly beside its pixels does not matter here
            with Image.open(file, formats=FORMATS) as found:
                return _looked_at(found, slot) or _made(found, slot)
    except UnidentifiedImageError:
        return Unusable(Why.DAMAGED if _BEGINS.match(begins) else Why.KIND)
    except (OSError, ValueError, SyntaxError, EOFError):
        return Unusable(Why.DAMAGED)  # what Pillow documents; anything else ends the process, and says the same


def _looked_at(found: Image.Image, slot: Slot) -> Unusable | None:
    """What its head says, before a pixel is decoded."""
    width, height = found.size
    if width * height > MOST_PIXELS:
        return Unusable(Why.PIXELS, {"most": MOST_PIXELS // 1_000_000})
    if getattr(found, "is_animated", False):
        return Unusable(Why.MOVES)
    return _misshapen(found.size, slot)


def _misshapen(size: tuple[int, int], slot: Slot) -> Unusable | None:
    if max(size) > LONGEST[slot] * min(size):
        return Unusable(Why.LONG, {"most": LONGEST[slot]})
    least = LEAST[slot]
    if size[0] < least[0] or size[1] < least[1]:
        return Unusable(Why.SMALL, {"width": least[0], "height": least[1]})
    return None


def _made(found: Image.Image, slot: Slot) -> Result:
    bounds = BOUNDS[PICTURE if slot is Slot.PICTURE else ARMS]
    found.draft("RGB", (bounds.width * 2, bounds.height * 2))  # a JPEG may be decoded smaller
    pixels = _rgba(ImageOps.exif_transpose(found))
    if slot is Slot.PICTURE:
        return Made((_picture(_on_white(pixels)),))
    seen = pixels.getchannel("A").getbbox()
    if seen is None:
        return Unusable(Why.EMPTY)
    cropped = pixels.crop(seen)
    return _misshapen(cropped.size, slot) or Made((_arms(cropped), _on_paper(cropped)))


def _rgba(image: Image.Image) -> Image.Image:
    """Eight bits a channel, from any mode."""
    if image.mode.startswith(("I", "F")):  # 16 bits of grey: Pillow would cut off what is above 255
        image = image.convert("I").point(lambda value: value * (1 / 257)).convert("L")
    return image.convert("RGBA")


def _on_white(pixels: Image.Image) -> Image.Image:
    ground = Image.new("RGB", pixels.size, (255, 255, 255))
    ground.paste(pixels, mask=pixels.getchannel("A"))
    return ground


def _within(image: Image.Image, width: int, height: int) -> Image.Image:
    """Made smaller where it is larger; a picture that is small stays as it is."""
    smaller = image.copy()
    smaller.thumbnail((width, height), Image.Resampling.LANCZOS)
    return smaller


def _picture(image: Image.Image) -> Picture:
    bounds = BOUNDS[PICTURE]
    for smaller in _ever_smaller(image, bounds.width, bounds.height):
        for quality in _QUALITIES:
            data = _encoded(smaller, "WEBP", quality=quality, method=4)
            if len(data) <= bounds.bytes:
                return _record(PICTURE, WEBP, smaller.size, data)
    raise AssertionError("the smallest picture has less than a kilobyte")


def _arms(image: Image.Image) -> Picture:
    """With all their colours if that is short enough, else with 256 of them."""
    bounds = BOUNDS[ARMS]
    for smaller in _ever_smaller(image, bounds.width, bounds.height):
        few = smaller.quantize(256, method=Image.Quantize.FASTOCTREE)
        for data in (_encoded(each, "PNG", optimize=True) for each in (smaller, few)):
            if len(data) <= bounds.bytes:
                return _record(ARMS, PNG, smaller.size, data)
    raise AssertionError("the smallest arms have less than a kilobyte")


def _on_paper(image: Image.Image) -> Picture:
    """In dots, as a printer takes them: light colours stay white, what is between is dithered."""
    bounds = BOUNDS[ARMS_ON_PAPER]
    grey = ImageOps.autocontrast(_within(_on_white(image), bounds.width, bounds.height).convert("L"), cutoff=1)
    dots = ImageOps.invert(grey).convert("1", dither=Image.Dither.FLOYDSTEINBERG)
    return _record(ARMS_ON_PAPER, DOTS, dots.size, dots.tobytes())


def _ever_smaller(image: Image.Image, width: int, height: int) -> Iterator[Image.Image]:
    while width and height:
        yield _within(image, width, height)
        width, height = int(width * _SHRINK), int(height * _SHRINK)


def _encoded(image: Image.Image, kind: str, **how: object) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **how)
    return out.getvalue()


def _record(ident: str, media: str, size: tuple[int, int], data: bytes) -> Picture:
    return Picture(id=ident, media=media, width=size[0], height=size[1], data=data)
