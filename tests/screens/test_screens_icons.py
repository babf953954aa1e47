"""Every icon that a screen names exists: what is misspelt would draw nothing, and nobody would notice."""

import re
from collections.abc import Iterator
from pathlib import Path

import msgspec

from kiosk.assets import ICONS
from screens.draw_context import _FACING
from tests.flows import real_gallery
from tests.screens.gallery import gallery

SCREENS = Path(__file__).resolve().parents[2] / "screens"


def icons_in(thing: object) -> Iterator[str]:
    """The icon names of a view and of everything it holds."""
    if isinstance(thing, tuple):
        for each in thing:
            yield from icons_in(each)
    elif isinstance(thing, msgspec.Struct):
        for field in thing.__struct_fields__:
            value = getattr(thing, field)
            yield from (value,) if field == "icon" else icons_in(value)


def test_every_icon_of_every_view_exists() -> None:
    found = {icon: name for name, view in (*gallery(), *real_gallery.gallery()) for icon in icons_in(view) if icon}
    assert len(found) > 20
    assert {icon: name for icon, name in found.items() if icon not in ICONS} == {}


def test_every_icon_that_the_screens_draw_themselves_exists() -> None:
    code = "\n".join(path.read_text("utf-8") for path in SCREENS.rglob("*.py"))
    named = set(re.findall(r'\bicon\(\s*(?:\w+, )?"([a-z0-9-]+)"', code))
    named |= {*_FACING, *_FACING.values()}
    assert "circle-check" in named, "the pattern finds nothing any more"
    assert named - set(ICONS) == set()
