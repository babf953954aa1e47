"""The town's colour and pictures as files for pages: public, like the board that shows them.

Their addresses change with what they hold, so browsers keep them. They are only ever what this hub encoded itself.
"""

import struct
import zlib
from functools import partial

from litestar import Response, Router, get
from litestar.params import FromPath

from hub.catalogue.face import stored
from hub.context import Hub
from hub.headers import UNCHANGING
from hub.web.common.page import HubRequest
from kiosk.catalogue.accent import deep, soft
from kiosk.catalogue.model import Picture
from kiosk.vocabulary.colours import hexed, rgb
from kiosk.vocabulary.face import DOTS, PNG, WEBP

_TYPES = {PNG: "image/png", WEBP: "image/webp", DOTS: "image/png"}


@get("/face/{site_id:str}/colour.css")
async def colour_css(request: HubRequest, hub: Hub, site_id: FromPath[str]) -> Response[str]:
    """The town's colour, and what is mixed from it, in place of ours (``static/css/look.css``)."""
    colour = await hub.store.read(partial(stored.colour, site=site_id))
    if not colour:
        return Response("", status_code=404, media_type="text/css")
    accent = rgb(colour)
    roles = {"accent": accent, "accent-deep": deep(accent), "accent-soft": soft(accent)}
    rule = "".join(f"--{role}: #{hexed(value)};" for role, value in roles.items())
    return Response(f":root {{ {rule} }}\n", media_type="text/css", headers=_kept(request, colour))


@get("/face/{site_id:str}/{name:str}")
async def face_picture(request: HubRequest, hub: Hub, site_id: FromPath[str], name: FromPath[str]) -> Response[bytes]:
    """One of the town's pictures."""
    found = await hub.store.read(partial(stored.picture, site=site_id, ident=name))
    if found is None or found.media not in _TYPES:
        return Response(b"", status_code=404)
    data = dots_as_png(found) if found.media == DOTS else found.data
    known = hub.faces.of(site_id).pictures.get(name, "")
    return Response(data, media_type=_TYPES[found.media], headers=_kept(request, known))


def _kept(request: HubRequest, version: str) -> dict[str, str]:
    """For ever under the address that names what it holds, else not at all."""
    asked = request.query_params.get("v", "")
    return {"cache-control": UNCHANGING.decode() if version and asked == version else "no-store"}


def dots_as_png(picture: Picture) -> bytes:
    """Dots as a picture that browsers show: grey of one bit (W3C PNG, 11.2.1), 1 = black turned to 0 = black."""
    row = -(-picture.width // 8)
    lines = (picture.data[at : at + row] for at in range(0, len(picture.data), row))
    pixels = b"".join(b"\0" + bytes(byte ^ 0xFF for byte in line) for line in lines)
    head = struct.pack(">IIBBBBB", picture.width, picture.height, 1, 0, 0, 0, 0)
    chunks = ((b"IHDR", head), (b"IDAT", zlib.compress(pixels)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, data) for kind, data in chunks)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


routers = [Router("/", route_handlers=[colour_css, face_picture])]
