"""The table of what a page's body is made of is whole, and layout asks it."""

from collections.abc import Iterator

import msgspec
import pytest

from kiosk.view import Control, Notice, controls
from screens.widgets.parts import PARTS, Part, complete, part
from tests.flows import real_gallery
from tests.screens.gallery import gallery


class Picture:
    """A block that nobody has drawn yet."""


def test_block_kind_without_a_widget_is_an_error_at_build() -> None:
    without = {kind: row for kind, row in PARTS.items() if kind is not Notice}
    with pytest.raises(TypeError, match=r"no widget in screens\.widgets\.parts for view\.Notice: add a row to PARTS"):
        complete(without)


def test_a_row_for_what_is_no_block_is_an_error_when_the_table_is_built() -> None:
    with pytest.raises(TypeError, match=r"Picture is no block of kiosk\.view"):
        complete({**PARTS, Picture: Part(draw=lambda *_: [])})


def test_an_unknown_block_is_an_error_when_its_page_is_built() -> None:
    with pytest.raises(KeyError):
        part(Picture())  # type: ignore[arg-type]


def controls_in(thing: object) -> Iterator[Control]:
    """Every control that a value holds, however deep."""
    if isinstance(thing, Control):
        yield thing
    elif isinstance(thing, tuple):
        for each in thing:
            yield from controls_in(each)
    elif isinstance(thing, msgspec.Struct):
        for field in thing.__struct_fields__:
            yield from controls_in(getattr(thing, field))


def test_every_control_of_a_body_is_among_those_that_can_be_reached() -> None:
    for name, view in (*gallery(), *real_gallery.gallery()):
        if view.question is None:
            assert {control.id for control in controls_in(view.body)} <= {each.id for each in controls(view)}, name


def test_a_block_that_holds_controls_says_so_in_its_row() -> None:
    for name, view in (*gallery(), *real_gallery.gallery()):
        for block in view.body:
            assert part(block).touched >= any(controls_in(block)), name
