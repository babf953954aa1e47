"""All 560 service names of the real data fit as tiles and as rows."""

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from kiosk.config import Panel
from kiosk.view import Control, Look
from kiosk.vocabulary.access import TextSize
from kiosk.vocabulary.intents import OpenService
from screens.display_list import Font, Ink
from screens.draw_context import DrawContext
from screens.sizes import Geometry
from screens.widgets.controls import tile
from tests.screens.gallery import LANDSCAPE, PORTRAIT
from tests.screens.test_screens_fit import band

if TYPE_CHECKING:
    from screens.screenshot import Studio

DATA = Path(__file__).resolve().parents[2].parent / "shared" / "data" / "dldb" / "services_de.json"

pytestmark = [
    pytest.mark.pixels,
    pytest.mark.skipif(not DATA.exists(), reason="the 560 service names are not in ../shared/data/dldb"),
]


def names() -> list[str]:
    return [service["name"] for service in json.loads(DATA.read_text("utf-8"))["data"]]


@pytest.mark.parametrize("panel", [PORTRAIT, LANDSCAPE], ids=["portrait", "landscape"])
@pytest.mark.parametrize("size", [TextSize.M, TextSize.XL])
@pytest.mark.parametrize("look", [Look.TILE_PLAIN, Look.ROW])
def test_every_name_fits(studio: "Studio", panel: Panel, size: TextSize, look: Look) -> None:
    kit = DrawContext(Geometry(panel, size), studio.faces, "de", False)
    whole = kit.mm(300 if panel is PORTRAIT else 205)
    w = whole // 2 - kit.mm(4) if size is TextSize.M and look is Look.TILE_PLAIN else whole
    found = names()
    assert len(found) == 560
    for name in found:
        control = Control(id="x", label=name, spoken=name, intent=OpenService("x"), look=look)
        (target,) = tile(kit, control, w).targets
        inks = [mark for mark in target.marks if isinstance(mark, Ink) and mark.style.font is not Font.ICONS]
        assert all(target.box.contains(band(ink)) for ink in inks), name
        assert "".join(name.split()) == "".join("".join(ink.text for ink in inks).split()) or any(
            ink.text.endswith("-") for ink in inks
        ), name
