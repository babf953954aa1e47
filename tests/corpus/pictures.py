"""Pictures that somebody might bring for a town's face: of every usual kind, and of kinds that must not hurt."""

import io
import struct
import zipfile
import zlib
from collections.abc import Callable

from PIL import Image, ImageDraw

RED, GREEN, BLUE, NOTHING = (178, 24, 32), (20, 110, 60), (30, 60, 150), (0, 0, 0, 0)
ORIENTATION = 0x0112
"""EXIF: which edge of the stored picture is its upper one; 6 = its left one."""


def shield(width: int = 320, height: int = 380, mode: str = "RGBA") -> Image.Image:
    """Arms, cut out: red over green with a white tower, an empty margin around."""
    image = Image.new("RGBA", (width, height), NOTHING)
    draw = ImageDraw.Draw(image)
    w, h = width, height
    outline = [(0.1 * w, 0.06 * h), (0.9 * w, 0.06 * h), (0.9 * w, 0.55 * h), (0.5 * w, 0.94 * h), (0.1 * w, 0.55 * h)]
    draw.polygon(outline, fill=RED, outline=(0, 0, 0), width=max(2, w // 60))
    draw.polygon([(0.1 * w, 0.55 * h), (0.9 * w, 0.55 * h), (0.5 * w, 0.94 * h)], fill=GREEN, outline=(0, 0, 0))
    draw.rectangle([0.36 * w, 0.22 * h, 0.64 * w, 0.55 * h], fill=(255, 255, 255), outline=(0, 0, 0))
    for left in (0.36, 0.47, 0.58):
        draw.rectangle([left * w, 0.15 * h, (left + 0.06) * w, 0.24 * h], fill=(255, 255, 255), outline=(0, 0, 0))
    draw.rectangle([0.46 * w, 0.4 * h, 0.54 * w, 0.55 * h], fill=(0, 0, 0))
    return image.convert(mode)


def halves(width: int = 900, height: int = 300, mode: str = "RGB") -> Image.Image:
    """Red on the left, blue on the right: shows which way up a picture came out."""
    image = Image.new("RGB", (width, height), BLUE)
    image.paste(RED, (0, 0, width // 2, height))
    return image.convert(mode)


def encoded(image: Image.Image, kind: str = "PNG", **how: object) -> bytes:
    """The bytes of a file."""
    out = io.BytesIO()
    image.save(out, kind, **how)
    return out.getvalue()


def turned() -> bytes:
    """A photograph of a camera held upright: stored lying, to be shown with the red half on top."""
    exif = Image.Exif()
    exif[ORIENTATION] = 6
    return encoded(halves(900, 600), "JPEG", exif=exif.tobytes())


def bomb(width: int, height: int) -> bytes:
    """A PNG that says it is large and is nearly nothing."""
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", head), (b"IDAT", zlib.compress(b"\0" * 100_000)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in chunks
    )


def deep_grey() -> bytes:
    """Sixteen bits of grey, from black to white."""
    image = Image.new("I;16", (900, 300))
    image.putdata([min(65_535, x * 73) for _y in range(300) for x in range(900)])
    return encoded(image)


def moving(kind: str) -> bytes:
    """Three pictures in one file."""
    return encoded(halves(), kind, save_all=True, append_images=[halves(mode="L").convert("RGB")] * 2)


def with_archive() -> bytes:
    """A picture and, behind its end, a zip with a page: both for programs that look for them."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as made:
        made.writestr("index.html", "<script>alert(1)</script>")
    return encoded(halves()) + archive.getvalue()


def with_page() -> bytes:
    """A picture whose comment is a page."""
    return encoded(halves(), "JPEG", comment=b"<html><script>alert(1)</script></html>")


SVG = b'<?xml version="1.0"?>\n<!-- arms --><svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
TAKEN: dict[str, Callable[[], bytes]] = {
    "png": lambda: encoded(halves()),
    "jpeg": lambda: encoded(halves(), "JPEG"),
    "progressive jpeg": lambda: encoded(halves(), "JPEG", progressive=True),
    "webp": lambda: encoded(halves(), "WEBP", lossless=True),
    "cmyk jpeg": lambda: encoded(halves(mode="CMYK"), "JPEG"),
    "grey": lambda: encoded(halves(mode="L")),
    "one bit": lambda: encoded(halves(mode="1")),
    "palette": lambda: encoded(halves(mode="P")),
    "grey with alpha": lambda: encoded(halves(mode="LA")),
    "16 bit": deep_grey,
    "turned": turned,
    "an archive behind it": with_archive,
    "a page in it": with_page,
    "noise": lambda: encoded(Image.effect_noise((1600, 1000), 90).convert("RGB"), "JPEG", quality=95),
}
"""Files that are made fit as a picture; of the last one no good quality is short enough."""
REFUSED: dict[str, tuple[Callable[[], bytes], str]] = {
    "svg": (lambda: SVG, "svg"),
    "packed svg": (lambda: b"\x1f\x8b\x08\x00" + b"\0" * 40, "svg"),
    "pdf": (lambda: b"%PDF-1.7\n" + b"x" * 200, "kind"),
    "gif": (lambda: encoded(halves(), "GIF"), "kind"),
    "tiff": (lambda: encoded(halves(), "TIFF"), "kind"),
    "bmp": (lambda: encoded(halves(), "BMP"), "kind"),
    "postscript": (lambda: b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 900 300\n", "kind"),
    "text": (lambda: b"not a picture", "kind"),
    "one byte": (lambda: b"\x89", "kind"),
    "moving png": (lambda: moving("PNG"), "moves"),
    "moving webp": (lambda: moving("WEBP"), "moves"),
    "bomb": (lambda: bomb(60_000, 60_000), "pixels"),
    "bomb within bounds": (lambda: bomb(7_000, 7_000), "damaged"),
    "a line": (lambda: encoded(Image.new("L", (1, 10_000))), "long"),
    "a long line": (lambda: encoded(Image.new("L", (10_000, 40))), "long"),
    "small": (lambda: encoded(halves(300, 100)), "small"),
    "one pixel": (lambda: encoded(Image.new("RGB", (1, 1))), "small"),
    "cut off png": (lambda: encoded(Image.effect_noise((900, 300), 90))[:-20_000], "damaged"),
    "cut off jpeg": (lambda: encoded(Image.effect_noise((900, 300), 90), "JPEG")[:-20_000], "damaged"),
    "cut off webp": (lambda: encoded(Image.effect_noise((900, 300), 90).convert("RGB"), "WEBP")[:-9_000], "damaged"),
    "wrong inside": (lambda: encoded(halves()).replace(b"IDAT", b"IDAT\xff\xff", 1), "damaged"),
}
"""Files that are not taken as a picture, and why (``hub.catalogue.face.messages.Why``)."""
