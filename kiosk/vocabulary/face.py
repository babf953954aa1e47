"""A town's face: its colour, its arms, its picture. Values that screens, paper and pages draw."""

import msgspec

PNG, WEBP, DOTS = "png", "webp", "dots"
"""How a picture is written. DOTS: rows from the top, eight dots a byte, the leftmost dot in the highest bit, 1 = black;
each row begins with a byte of its own. It is what printers take, so no terminal needs to decode it."""


class Image(msgspec.Struct, frozen=True, kw_only=True):
    """A picture in ``media``, ``width`` x ``height`` pixels."""

    media: str
    width: int
    height: int
    data: bytes


class Face(msgspec.Struct, frozen=True, kw_only=True):
    """What the town set; what it did not set is ours. ``colour``: six hex digits, "" = ours."""

    colour: str = ""
    arms: Image | None = None
    arms_on_paper: Image | None = None
    picture: Image | None = None


NO_FACE = Face()
