"""Touches, focus, screens kept, pixels: the one widget on a real window."""

import time
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest
from msgspec.structs import replace

from kiosk.i18n import rtl
from kiosk.vocabulary.access import Access, Contrast, TextSize
from kiosk.vocabulary.intents import DrawFeatured, DrawTicket, Intent, OpenSearch, ShowCategories, Wake
from screens.display_list import Box, Ring, Turn
from screens.wrap import bound
from tests.screens.gallery import LANDSCAPE, PORTRAIT, named

if TYPE_CHECKING:
    from screens.screenshot import Studio

pytestmark = pytest.mark.pixels


class Finger:
    """A touch as Kivy hands it to a widget: pixels from the lower left corner."""

    def __init__(self, studio: "Studio", uid: int = 1) -> None:
        self.uid = uid
        self.x = self.y = 0.0
        self._studio = studio

    def at(self, box: Box) -> "Finger":
        self.x, self.y = box.x + box.w / 2, self._studio.panel.height_px - box.y - box.h / 2
        return self

    def down(self) -> "Finger":
        self._studio.stage.on_touch_down(self)
        return self

    def up(self) -> None:
        self._studio.stage.on_touch_up(self)

    def sent_by_up(self) -> list[Intent]:
        self._studio.sent.clear()
        self.up()
        return [intent for intent, _ in self._studio.sent]


class Mouse:
    """A button of a mouse, through Kivy's window and its one input provider."""

    def __init__(self, studio: "Studio", button: str) -> None:
        from kivy.core.window import Window

        self._studio, self._button, self._window = studio, button, Window
        self.x = self.y = 0.0

    def at(self, box: Box) -> "Mouse":
        self.x, self.y = box.x + box.w / 2, box.y + box.h / 2
        return self

    def press(self) -> "Mouse":
        self._window.dispatch("on_mouse_down", self.x, self.y, self._button, [])
        self._studio.frame()
        return self

    def release(self) -> None:
        self._window.dispatch("on_mouse_up", self.x, self.y, self._button, [])
        self._studio.frame()


@pytest.fixture
def pointer(portrait: "Studio") -> Iterator["Studio"]:
    """The window with the input provider that a terminal has."""
    from kivy.base import EventLoop
    from kivy.core.window import Window
    from kivy.input.providers.mouse import MouseMotionEventProvider

    from screens.start import MOUSE

    EventLoop.set_window(Window)
    provider = MouseMotionEventProvider(*MOUSE.split(",", 1))
    EventLoop.add_input_provider(provider)
    provider.start()
    yield portrait
    provider.stop()
    EventLoop.remove_input_provider(provider)


def box_of(studio: "Studio", control: str) -> Box:
    return next(target.box for target in studio.stage.router.sheet.targets if target.control.id == control)


def tap(studio: "Studio", control: str) -> list[Intent]:
    studio.sent.clear()
    Finger(studio).at(box_of(studio, control)).down().up()
    return [intent for intent, _ in studio.sent]


@pytest.fixture
def portrait(studio: "Studio") -> "Studio":
    studio.use(PORTRAIT)
    studio.show(replace(named("start"), session="v1"))
    return studio


def test_a_tap_sends_the_controls_intent_with_the_session_of_the_view(portrait: "Studio") -> None:
    assert tap(portrait, "featured:personalausweis") == [DrawFeatured("personalausweis")]
    assert [session for _, session in portrait.sent] == ["v1"]


def test_a_tap_beside_everything_only_shows_that_somebody_is_there(portrait: "Studio") -> None:
    portrait.sent.clear()
    Finger(portrait).at(Box(5, 1300, 10, 10)).down().up()
    assert [intent for intent, _ in portrait.sent] == [Wake()]


def test_only_the_questions_own_controls_can_be_touched_while_it_stands(portrait: "Studio") -> None:
    search = box_of(portrait, "search")
    portrait.show(named("start_asked"))
    portrait.sent.clear()
    Finger(portrait).at(search).down().up()
    assert OpenSearch() not in [intent for intent, _ in portrait.sent]
    assert {node.id for node in portrait.stage.router.tree.nodes} == {"leave", "stay"}  # type: ignore[union-attr]


def test_a_finger_whose_release_was_lost_is_gone_with_its_screen(portrait: "Studio") -> None:
    Finger(portrait, uid=1).at(box_of(portrait, "tile:all")).down()
    portrait.show(replace(named("start"), session="v2"))
    assert Finger(portrait, uid=2).at(box_of(portrait, "search")).down().sent_by_up() == [OpenSearch()]
    Finger(portrait, uid=3).at(box_of(portrait, "tile:all")).down()
    portrait.show(named("categories"))
    assert portrait.stage.guard.pressed is None


def test_touch_of_the_next_visitor_survives_the_clean_up(portrait: "Studio") -> None:
    """The terminal forgets a visit a moment after it ended: whoever touches the start screen then is heard."""
    portrait.show(replace(named("start"), session="v2"))
    finger = Finger(portrait, uid=1).at(box_of(portrait, "search")).down()
    portrait.stage.forget()
    assert finger.sent_by_up() == [OpenSearch()]


@pytest.mark.parametrize("button", ["right", "middle", "scrollup", "scrolldown", "mouse8"])
def test_only_the_first_button_of_a_mouse_presses(pointer: "Studio", button: str) -> None:
    """The second button, the wheel and whatever else a mouse has press no tile."""
    pointer.sent.clear()
    Mouse(pointer, button).at(box_of(pointer, "tile:all")).press().release()
    assert pointer.sent == []
    Mouse(pointer, "left").at(box_of(pointer, "tile:all")).press().release()
    assert [intent for intent, _ in pointer.sent] == [ShowCategories()]


def test_a_wheel_turned_while_a_button_is_down_leaves_nothing_deaf(pointer: "Studio") -> None:
    """Kivy's provider loses the release of the first button when the mouse moved before the wheel."""
    left, wheel = Mouse(pointer, "left"), Mouse(pointer, "scrollup")
    left.at(box_of(pointer, "tile:all")).press()
    wheel.at(box_of(pointer, "featured:personalausweis")).press().release()
    left.release()
    pointer.sent.clear()
    left.at(box_of(pointer, "search")).press().release()
    assert [intent for intent, _ in pointer.sent] == [OpenSearch()]


def test_a_pressed_control_looks_pressed_within_a_frame(portrait: "Studio") -> None:
    target = box_of(portrait, "tile:all")
    before = corner_of(portrait, target)
    finger = Finger(portrait).at(target).down()
    assert corner_of(portrait, target) != before
    finger.up()
    assert eventually(lambda: corner_of(portrait, target) == before)


def test_a_control_let_go_without_firing_looks_let_go_at_once(portrait: "Studio") -> None:
    target = box_of(portrait, "tile:all")
    before = corner_of(portrait, target)
    finger = Finger(portrait).at(target).down()
    finger.at(Box(5, 1300, 10, 10)).up()
    assert corner_of(portrait, target) == before


def test_kept_screen_comes_back_with_no_control_pressed(portrait: "Studio") -> None:
    target = box_of(portrait, "tile:all")
    before = corner_of(portrait, target)
    tap(portrait, "tile:all")
    portrait.show(named("categories"))
    portrait.show(replace(named("start"), session="v2"))
    assert corner_of(portrait, target) == before


def test_after_a_visit_nothing_of_it_is_kept(portrait: "Studio") -> None:
    stage = portrait.stage
    portrait.show(named("search"))
    portrait.show(named("start"))
    start = stage.router.drawn
    stage.forget()
    assert stage.router.kept == 1
    assert stage.router.drawn is start
    assert not rtl._shaped_word.cache_info().currsize
    assert not bound.cache_info().currsize
    assert not stage.router._faces.wrapped


def eventually(fact: Callable[[], bool]) -> bool:
    """Whether it becomes so within half a minute; every look draws a frame."""
    end = time.monotonic() + 300
    while not (so := fact()) and time.monotonic() < end:
        pass
    return so


def corner_of(studio: "Studio", box: Box) -> tuple[int, ...]:
    width, _, rgba = studio.pixels()
    start = ((box.y + box.h - 12) * width + box.x + box.w // 2) * 4
    return tuple(rgba[start : start + 3])


def test_focus_moves_in_reading_order_and_triggers_nothing(portrait: "Studio") -> None:
    stage = portrait.stage
    portrait.sent.clear()
    ids = [node.id for node in stage.router.tree.nodes]  # type: ignore[union-attr]
    assert [stage.focus_next() for _ in ids] == ids
    assert stage.focus_next() == ids[-1]
    assert [stage.focus_previous() for _ in ids[1:]] == ids[-2::-1]
    assert {type(intent) for intent, _ in portrait.sent} == {Wake}


def test_the_focus_ring_is_drawn_outside_the_control(portrait: "Studio") -> None:
    portrait.stage.focus_next()
    box = box_of(portrait, portrait.stage.router.tree.focus)  # type: ignore[union-attr]
    width, _, rgba = portrait.pixels()
    start = ((box.y - 6) * width + box.x + box.w // 2) * 4
    assert tuple(rgba[start : start + 3]) == (0xB3, 0x50, 0x0B)


def test_focus_and_page_stay_while_the_place_stays(studio: "Studio") -> None:
    studio.use(LANDSCAPE)
    view = named("categories", access=Access(TextSize.XL))
    studio.show(view)
    router = studio.stage.router
    router.turn(Turn.MORE)
    studio.stage.focus_next()
    kept = (router.page, router.tree.focus)  # type: ignore[union-attr]
    studio.show(replace(view, header=replace(view.header, time="09:15")))
    assert (router.page, router.tree.focus) == kept == (1, kept[1])  # type: ignore[union-attr]
    studio.show(named("service"))
    assert (router.page, router.tree.focus) == (0, "")  # type: ignore[union-attr]


@pytest.mark.parametrize("contrast", Contrast)
def test_a_theme_changes_colours_and_nothing_else(studio: "Studio", contrast: Contrast) -> None:
    studio.use(PORTRAIT)
    plain = named("service")
    studio.show(plain)
    studio.stage.focus_next()
    router = studio.stage.router
    before = [target.box for target in router.sheet.targets], router.tree.focus  # type: ignore[union-attr]
    studio.show(replace(plain, access=Access(contrast=contrast)))
    assert ([target.box for target in router.sheet.targets], router.tree.focus) == before  # type: ignore[union-attr]


def test_the_ring_turns_only_while_it_is_shown(studio: "Studio") -> None:
    studio.use(PORTRAIT)
    studio.show(named("asking_number"))
    assert any(isinstance(mark, Ring) for mark in studio.stage.router.sheet.marks)
    (ring,) = studio.stage.router.turning
    angle = ring.angle
    studio.stage._turn_rings(0.1)
    assert ring.angle != angle
    studio.show(named("start"))
    assert not studio.stage.router.turning


def test_digits_in_arabic_are_drawn_as_in_latin(studio: "Studio") -> None:
    import numpy as np

    from screens.draw_context import DrawContext
    from screens.sizes import Geometry, Text

    kit = DrawContext(Geometry(PORTRAIT, TextSize.XL), studio.faces, "ar", True)
    style = kit.style(Text.HEADING, bold=True)

    def picture(line: str) -> "np.ndarray[tuple[int, ...], np.dtype[np.uint8]]":
        texture = studio.faces.texture(line, style)
        return np.frombuffer(texture.pixels, np.uint8).reshape(texture.height, texture.width, 4)[:, :, 3]

    (line,) = kit.lines("رقمكم A 042 صالح", style, 5000)
    assert "A\u00a0042" in line or "A 042" in line
    whole, part, mirrored = picture(line), picture("042"), picture("240")

    def found(small: "np.ndarray[tuple[int, ...], np.dtype[np.uint8]]") -> bool:
        width = small.shape[1] - 4
        inner = small[:, 2 : 2 + width]
        return any((whole[:, x : x + width] == inner).all() for x in range(whole.shape[1] - width + 1))

    assert found(part)
    assert not found(mirrored)


def test_a_capital_h_is_as_high_as_the_table_says(studio: "Studio") -> None:
    import numpy as np

    from screens.draw_context import DrawContext
    from screens.sizes import Geometry, Text

    for panel in (PORTRAIT, LANDSCAPE):
        for size in TextSize:
            kit = DrawContext(Geometry(panel, size), studio.faces, "de", False)
            for role in Text:
                for bold in (False, True):
                    texture = studio.faces.texture("H", kit.style(role, bold))
                    alpha = np.frombuffer(texture.pixels, np.uint8).reshape(texture.height, texture.width, 4)[:, :, 3]
                    rows = (alpha.max(axis=1) > 100).sum()
                    assert rows / panel.px_per_mm >= kit.geometry.cap_mm(role) - 0.35


def test_a_service_page_offers_the_number(studio: "Studio") -> None:
    studio.use(PORTRAIT)
    studio.show(named("service"))
    assert tap(studio, "draw") == [DrawTicket("personalausweis")]


def test_remaining_time_is_shown_without_redrawing_the_page(studio: "Studio", monkeypatch: pytest.MonkeyPatch) -> None:
    now = [100.0]
    with monkeypatch.context() as held:
        held.setattr(studio, "clock", lambda: now[0])
        studio.use(PORTRAIT)
    view = named("scan_unknown")
    assert view.ending is not None
    studio.show(view)
    drawn, (arc,) = studio.stage.router.drawn, studio.stage.router.arcs
    shares: list[float] = []
    arc.leave = shares.append  # type: ignore[method-assign]
    studio.stage._shorten_arcs(0.0)
    now[0] += view.ending.total_s / 2
    studio.stage._shorten_arcs(0.0)
    assert [round(share, 1) for share in shares] == [1.0, 0.5]
    studio.show(replace(view, ending=replace(view.ending, since=view.ending.since + 5)))
    assert studio.stage.router.drawn is drawn, "a touch begins the time anew and draws nothing anew"
    studio.stage._shorten_arcs(0.0)
    assert round(shares[-1], 1) == 1.0
    studio.show(named("categories"))
    assert studio.stage.router.arcs == []
