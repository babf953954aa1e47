"""Pages are built on entry and released when they are left: instructions and textures go, and the memory with them."""

import ctypes
import gc
import weakref
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import psutil
import pytest
from msgspec.structs import replace

from kiosk.view import View
from kiosk.vocabulary.access import Access, Contrast, TextSize
from screens.display_list import Font, Style, Turn
from tests.screens.gallery import PORTRAIT, gallery, named

if TYPE_CHECKING:
    from screens.screenshot import Studio

pytestmark = pytest.mark.pixels


@pytest.fixture
def portrait(studio: "Studio") -> Iterator["Studio"]:
    """A window whose pages no garbage collection takes away: what goes, goes because it was released."""
    studio.use(PORTRAIT)
    studio.show(named("start"))
    studio.faces.forget()
    gc.collect()
    gc.disable()
    yield studio
    gc.enable()


def parts_of(group: Any) -> list[Any]:
    """A group and every Kivy instruction and group in it."""
    found = [group]
    for part in found:
        found.extend(getattr(part, "children", ()))
    return found


def parts(studio: "Studio") -> list[Any]:
    """The instructions of the page that stands."""
    drawn = studio.stage.router.drawn
    assert drawn is not None
    return parts_of(drawn.group)


def watched(studio: "Studio") -> tuple[list[weakref.ref[Any]], list[weakref.ref[Any]]]:
    """Weak references to instructions and to textures of the page that stands."""
    instructions = parts(studio)
    textures = [each.texture for each in instructions if getattr(each, "texture", None) is not None]
    return [weakref.ref(each) for each in instructions], [weakref.ref(each) for each in textures]


def bytes_of(textures: list[weakref.ref[Any]]) -> int:
    """Bytes of the textures that are still there, each counted once."""
    from screens.caches.texture_cache import size_of

    return sum(map(size_of, {each for ref in textures if (each := ref()) is not None}))


def alive(references: list[weakref.ref[Any]]) -> int:
    return sum(reference() is not None for reference in references)


def pages_of(studio: "Studio", view: View) -> Iterator[None]:
    """Show the view and turn through its pages."""
    studio.show(view)
    yield
    for _ in range(studio.stage.router.sheet.pages - 1):
        studio.stage.router.turn(Turn.MORE)
        studio.frame()
        yield


def test_a_page_that_was_left_is_gone_without_garbage_collection(portrait: "Studio") -> None:
    portrait.show(named("service"))
    instructions, _ = watched(portrait)
    assert alive(instructions) > 100
    portrait.show(named("categories"))
    assert alive(instructions) == 0


def test_a_page_with_focus_and_idle_question_is_gone_when_left(portrait: "Studio") -> None:
    view = named("ticket_asked")
    portrait.show(view)
    portrait.stage.focus_next()
    portrait.frame()
    router = portrait.stage.router
    assert router._above is not None
    over = [weakref.ref(each) for each in parts_of(router._above.group)]
    ring = [weakref.ref(each) for each in router._ring.children]
    instructions, _ = watched(portrait)
    assert ring
    portrait.show(named("categories"))
    assert [alive(each) for each in (instructions, over, ring)] == [0, 0, 0]


def test_a_countdown_leaves_nothing_of_its_earlier_seconds(portrait: "Studio") -> None:
    view = named("ticket_asked")
    assert view.question is not None
    portrait.show(view)
    drawn, above = portrait.stage.router.drawn, portrait.stage.router._above
    assert above is not None
    second = [weakref.ref(each) for each in parts_of(above.group)]
    del above
    portrait.show(replace(view, question=replace(view.question, seconds=view.question.seconds - 1)))
    assert portrait.stage.router.drawn is drawn, "the page below the question is not drawn anew"
    assert alive(second) == 0


def test_a_pressed_page_is_gone_when_left(portrait: "Studio") -> None:
    portrait.show(named("service"))
    target = portrait.stage.router.sheet.targets[0]
    portrait.stage.router.press(target, pressed=True)
    portrait.frame()
    instructions, _ = watched(portrait)
    portrait.show(named("categories"))
    assert alive(instructions) == 0


def test_the_page_before_is_gone_when_a_long_list_is_turned(portrait: "Studio") -> None:
    turned = pages_of(portrait, named("service", access=Access(TextSize.XL)))
    next(turned)
    instructions, _ = watched(portrait)
    next(turned)
    assert alive(instructions) == 0


def test_textures_go_with_the_visit(portrait: "Studio") -> None:
    """While a visit goes on the lines drawn last are kept within a bound; of a visit that is over nothing is kept."""
    from screens import typeface

    faces, before = portrait.faces, portrait.faces.cache.bytes
    textures: list[weakref.ref[Any]] = []
    for name in ("service", "ticket", "search_many"):
        portrait.show(named(name))
        textures.extend(watched(portrait)[1])
    seen = bytes_of(textures)
    portrait.show(named("start"))
    start = bytes_of(watched(portrait)[1])
    assert before < faces.cache.bytes <= typeface.MOST_BYTES
    portrait.stage.forget()
    portrait.frame()
    left = bytes_of(textures)
    assert faces.cache.bytes == 0
    assert seen > 4 * left, (seen, left)
    assert left <= start, "what stands on the start screen too: patches and a few of its lines"


def test_drawing_a_page_leaves_no_garbage(portrait: "Studio") -> None:
    for name in ("service", "ticket_asked", "search_many", "asking_number", "scan_unknown"):
        view = named(name)
        gc.collect()
        portrait.show(view)
        portrait.stage.focus_next()
        portrait.frame()
        portrait.show(named("start"))
        del view
        kinds = [type(each).__module__ for each in uncollected()]
        assert not [kind for kind in kinds if kind.startswith(("kivy.graphics", "screens."))], name


def uncollected() -> list[Any]:
    """What only the garbage collector would find."""
    gc.set_debug(gc.DEBUG_SAVEALL)
    gc.collect()
    gc.set_debug(0)
    found = list(gc.garbage)
    gc.garbage.clear()
    return found


def test_the_code_of_a_slip_goes_with_its_page(portrait: "Studio") -> None:
    portrait.show(named("ticket_screen_only"))
    shown = [each.texture for each in parts(portrait) if getattr(each, "texture", None) is not None]
    (code,) = {weakref.ref(each) for each in shown if each.mag_filter == "nearest"}
    shown.clear()
    portrait.show(named("categories"))
    assert code() is None


def test_the_modules_of_a_slips_code_go_with_the_visit(portrait: "Studio") -> None:
    from screens.caches.codes import modules

    portrait.show(named("ticket_screen_only"))
    assert modules.cache_info().currsize > 0
    portrait.stage.forget()
    assert modules.cache_info().currsize == 0


def test_every_screen_twice_takes_no_more_than_once(portrait: "Studio") -> None:
    """In instructions and textures alive after each round: pages, patches and everything they hang on."""
    from kivy.graphics.instructions import Instruction
    from kivy.graphics.texture import Texture

    def round_of_all() -> tuple[int, int, int]:
        for _, view in gallery():
            for _ in pages_of(portrait, view):
                assert portrait.stage.router.kept <= 2
        portrait.show(named("start"))
        portrait.stage.forget()
        portrait.frame()
        kinds = [type(each) for each in gc.get_objects()]  # asked of its type: a dead proxy answers nothing
        drawn = sum(issubclass(kind, Instruction) for kind in kinds)
        textures = sum(issubclass(kind, Texture) for kind in kinds)
        return drawn, textures, portrait.stage.router._patches.cache.bytes

    first, second = round_of_all(), round_of_all()
    assert second == first


def test_kept_textures_stay_within_their_bytes(portrait: "Studio") -> None:
    from screens import typeface
    from screens.caches import patches

    most = 0
    for access in (Access(), Access(TextSize.XL, Contrast.DARK), Access(TextSize.L, Contrast.LIGHT)):
        views = dict(gallery("de", access))
        for name in ("start", "service", "search_many", "ticket", "start_asked"):
            portrait.show(views[name])
            most = max(most, portrait.faces.cache.bytes)
            assert portrait.faces.cache.bytes <= typeface.MOST_BYTES
            assert portrait.stage.router._patches.cache.bytes <= patches.MOST_BYTES
    assert most > typeface.MOST_BYTES / 2, "a bound that is never met bounds nothing"


def test_the_texture_unused_for_longest_goes_first(portrait: "Studio") -> None:
    from screens.caches.texture_cache import TextureCache, size_of

    style = Style(Font.REGULAR, 40)
    size = size_of(portrait.faces._set("Amt", style))
    cache = TextureCache(2 * size)
    made: list[str] = []

    def get(key: str) -> None:
        def make() -> Any:
            made.append(key)
            return portrait.faces._set("Amt", style)

        cache.get(key, make)

    for key in ("a", "b", "a", "c", "a", "b"):
        get(key)
    assert made == ["a", "b", "c", "b"]
    assert cache.bytes == 2 * size
    cache.forget()
    assert cache.bytes == 0


def test_fonts_are_closed_when_they_take_too_much(portrait: "Studio") -> None:
    """Every size that a text is drawn in is another open font in Kivy, which closes none of them by itself for long."""
    from screens.caches.open_fonts import KEPT_BY_KIVY, OpenFonts

    opened: list[int] = []
    fonts = OpenFonts(opened.append, limit=1 << 20)
    for px in (30, 60, 90):
        fonts.draws("Amt", Style(Font.REGULAR, px))
        fonts.draws("matA", Style(Font.REGULAR, px))
    assert (opened, fonts.bytes) == ([], 3 * (256 << 10) + 4 * (30 * 30 + 60 * 60 + 90 * 90) // 2)
    fonts.draws("Amt", Style(Font.BOLD, 120))
    assert (len(set(opened)), fonts.bytes) == (KEPT_BY_KIVY, 0)
    fonts.close()
    assert len(set(opened)) == 2 * KEPT_BY_KIVY, "a name that is open already opens nothing and closes nothing"


def test_closed_fonts_give_their_memory_back(portrait: "Studio") -> None:
    from screens.caches.open_fonts import OpenFonts
    from screens.typeface import KivyFaces

    faces = KivyFaces()
    faces.fonts = OpenFonts(faces._open_small, limit=1 << 30)
    faces.fonts.close()
    before = resident_mib()
    for px in range(200, 230):
        faces.width("Amt", Style(Font.BOLD, px))
        drawn = weakref.ref(drawn_once(faces._set("Wartenummer 0123456789", Style(Font.BOLD, px))))
        assert drawn() is None
    portrait.frame()
    full = resident_mib()
    faces.fonts.close()
    assert full - before > 8
    assert resident_mib() - before < (full - before) / 2
    assert faces.texture("A 042", Style(Font.BOLD, 210)).width > 100, "and are opened again"


def drawn_once(texture: Any) -> Any:
    """The texture, filled as when it stands on the screen."""
    texture.bind()
    return texture


def resident_mib() -> float:
    """What the process takes once the C library has given back what nobody uses."""
    ctypes.CDLL(None).malloc_trim(0)
    return float(psutil.Process().memory_info().rss / 2**20)


def test_a_page_that_cannot_be_built_leaves_the_old_one_standing(portrait: "Studio") -> None:
    """The window's edge reports the bug and goes on; what stood there can still be touched, with its own session."""
    router = portrait.stage.router
    good = replace(named("categories"), session="v1")
    portrait.show(good)
    bad = replace(named("service"), session="v2", body=(object(),))  # type: ignore[arg-type]
    with pytest.raises(Exception, match="object"):
        portrait.show(bad)
    portrait.frame()
    assert router.view == good
    assert {node.id for node in router.tree.nodes} == {target.control.id for target in router.sheet.targets}  # type: ignore[union-attr]
    portrait.show(named("service"))
    assert router.kept <= 2
