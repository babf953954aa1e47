"""Every screen x language x text size x theme x format: nothing cut, nothing outside, targets large enough and apart,
contrast of what is drawn, the access tree; on the 27-inch panel its zones."""

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from itertools import combinations, product
from typing import TYPE_CHECKING

import pytest

from kiosk.config import Panel
from kiosk.i18n.rtl import has_rtl
from kiosk.view import Look, Tiles, View, controls
from kiosk.vocabulary.access import Access, Contrast, TextSize
from screens.access_tree import AccessTree
from screens.display_list import Box, Fill, Font, Ink, Mark, Target, Turn
from screens.layout import Sheet
from screens.sizes import GAP_MM, MOST_CHOICES, TARGET_MM, Geometry
from tests.conftest import FULL
from tests.screens.gallery import LANDSCAPE, LANGUAGES, PORTRAIT, gallery
from tests.screens.seen_contrast import faults_of_contrast
from tests.screens.test_screens_zones import zone_faults

if TYPE_CHECKING:
    from screens.screenshot import Studio

pytestmark = pytest.mark.pixels

Combination = tuple[Panel, str, TextSize, Contrast, bool]
ALL: list[Combination] = [
    each
    for each in product((PORTRAIT, LANDSCAPE), LANGUAGES, TextSize, Contrast, (False, True))
    if each[0] is PORTRAIT or not each[4]  # a low panel lies within reach anyway
]
"""Panel, language, text size, theme, low reach."""


def _pairs(of: Combination) -> set[tuple[tuple[int, object], ...]]:
    """Every two values that meet in a combination, each with its axis."""
    return set(combinations(enumerate(of), 2))


def _pairwise() -> list[Combination]:
    """So few of them that every two values that can meet do meet: always the one that brings most new pairs."""
    found, left = list[Combination](), {pair for each in ALL for pair in _pairs(each)}
    while left:
        best = max(ALL, key=lambda each: len(left & _pairs(each)))
        found.append(best)
        left -= _pairs(best)
    return found


COMBINATIONS = ALL if FULL else _pairwise()


def _named(value: object) -> str:
    if isinstance(value, Panel):
        return "landscape" if value.width_px > value.height_px else "portrait"
    return {True: "low", False: "high"}[value] if isinstance(value, bool) else str(value)


def band(ink: Ink) -> Box:
    """The part of a line that carries ink: from the top of the capitals to the baseline."""
    cap = round(ink.style.px * 0.714)
    ascent = round(ink.style.px * 1.069)
    if ink.style.font is Font.ICONS:
        return ink.box.grown(-ink.box.h // 8)
    return Box(ink.box.x, ink.box.y + ascent - cap, ink.box.w, cap)


def tailed(ink: Ink) -> Box:
    """The band with the tails of its letters below the baseline."""
    tail = round(ink.style.px * 0.24) if set("gjpqyçşğ") & set(ink.text) or has_rtl(ink.text) else 0
    inked = band(ink)
    return Box(inked.x, inked.y, inked.w, inked.h + tail)


def overlap(one: Box, other: Box) -> bool:
    return one.x < other.right and other.x < one.right and one.y < other.bottom and other.y < one.bottom


def gap(one: Box, other: Box) -> int:
    return max(one.x - other.right, other.x - one.right, one.y - other.bottom, other.y - one.bottom)


def faults_of_texts(sheet: Sheet, studio: "Studio") -> Iterator[str]:
    """Lines that are cut, outside the window, or set over another line or a control."""
    window = Box(0, 0, sheet.w, sheet.h)
    loose = [mark for mark in sheet.marks if isinstance(mark, Ink)]
    grounds = [mark.box for mark in sheet.marks if isinstance(mark, Fill) and mark.box.h > 40]
    for ink in loose:
        yield from _of_ink(ink, window, studio)
        for ground in grounds:
            if overlap(band(ink), ground) and not ground.contains(band(ink)):
                yield f"{ink.text!r} leaves its card"
        for target in sheet.targets:
            if overlap(band(ink), target.box):
                yield f"{ink.text!r} lies over {target.control.id}"
    for one, other in combinations(loose, 2):
        if overlap(band(one), band(other)):
            yield f"{one.text!r} lies over {other.text!r}"


def _of_ink(ink: Ink, window: Box, studio: "Studio") -> Iterator[str]:
    texture = studio.faces.texture(ink.text, ink.style)
    if (texture.width, texture.height) != (ink.box.w, ink.box.h):
        yield f"{ink.text!r}: texture {texture.size} in a box of {ink.box}"
    if not window.contains(band(ink)):
        yield f"{ink.text!r} outside the window: {ink.box}"


def faults_of_targets(sheet: Sheet, panel: Panel, studio: "Studio") -> Iterator[str]:
    window = Box(0, 0, sheet.w, sheet.h)
    for target in sheet.targets:
        name, box = target.control.id, target.box
        if not window.contains(box):
            yield f"{name} outside the window: {box}"
        if min(box.w, box.h) < TARGET_MM * panel.px_per_mm - 0.5:
            yield f"{name} too small: {box}"
        yield from _of_contents(target, window, studio)
    for one, other in combinations(sheet.targets, 2):
        if gap(one.box, other.box) < GAP_MM * panel.px_per_mm - 0.5:
            yield f"{one.control.id} and {other.control.id} too close: {gap(one.box, other.box)} px"


def _of_contents(target: Target, window: Box, studio: "Studio") -> Iterator[str]:
    inks = [mark for mark in target.marks if isinstance(mark, Ink)]
    for ink in inks:
        yield from _of_ink(ink, window, studio)
        if not target.box.contains(tailed(ink)):
            yield f"{target.control.id}: {ink.text!r} leaves the control"
    for one, other in combinations(inks, 2):
        if overlap(band(one), band(other)):
            yield f"{target.control.id}: {one.text!r} lies over {other.text!r}"


def faults_of_cards(sheet: Sheet) -> Iterator[str]:
    """Cards that lie over each other or under a control."""
    cards = [mark.box for mark in sheet.marks if _is_card(mark)]
    for one, other in combinations(cards, 2):
        if overlap(one, other) and not (one.contains(other) or other.contains(one)):
            yield f"cards overlap: {one} {other}"
    for card in cards:
        for target in sheet.targets:
            if overlap(card, target.box) and not card.contains(target.box):
                yield f"card {card} runs under {target.control.id}"


def _is_card(mark: Mark) -> bool:
    return isinstance(mark, Fill) and mark.edge is not None and mark.box.h > 40


def choices(sheet: Sheet) -> list[str]:
    """What a visitor chooses among: tiles and rows. Search, languages, Back, More and the access bar are ways."""
    looks = {Look.TILE_STRONG, Look.TILE_PLAIN, Look.ROW}
    return [target.control.id for target in sheet.targets if target.control.look in looks]


def faults_of_choices(sheet: Sheet, view: View, geometry: Geometry) -> Iterator[str]:
    """More than six on a page of a low panel, beside the hall's jobs; an upright one shows what fits."""
    jobs = {item.id for block in view.body if isinstance(block, Tiles) and block.jobs for item in block.items}
    found = set(choices(sheet)) - jobs
    most = MOST_CHOICES if geometry.landscape else geometry.most_choices
    if len(found) > most:
        yield f"more than {most} choices: {sorted(found)}"


def faults_of_focus(sheet: Sheet, tree: AccessTree) -> Iterator[str]:
    tree.focus = ""
    wanted = [target.control.id for target in sheet.targets]
    forward = [tree.focus_next() for _ in wanted]
    if forward != wanted or (wanted and tree.focus_next() != wanted[-1]):
        yield f"focus forward {forward} is not {wanted}"
    backward = [tree.focus, *(tree.focus_previous() for _ in wanted[1:])]
    if backward != wanted[::-1] and wanted:
        yield f"focus backward {backward} is not {wanted[::-1]}"
    yield from (f"{node.id} says nothing" for node in tree.nodes if not node.spoken.strip())


@pytest.mark.parametrize(("panel", "lang", "size", "theme", "low"), COMBINATIONS, ids=_named)
def test_every_screen_fits(
    studio: "Studio", panel: Panel, lang: str, size: TextSize, theme: Contrast, low: bool
) -> None:
    stand_on(studio, panel)
    faults: list[str] = []
    for name, view in gallery(lang, Access(size, theme, low_reach=low)):
        also = partial(zone_faults, name, view) if panel is PORTRAIT and not low else _no_more
        faults += [f"{name}: {fault}" for fault in faults_of(studio, panel, view, low, also)]
    assert not faults, "\n".join(faults[:40])


def _no_more(_sheet: Sheet) -> Iterable[str]:
    return ()


def stand_on(studio: "Studio", panel: Panel) -> None:
    """Have the window be this panel, with its first page next. Grounds drawn for it stay drawn."""
    if studio.panel != panel:
        studio.use(panel)
    studio.stage.router.page = 0


def faults_of(
    studio: "Studio",
    panel: Panel,
    view: View,
    low: bool = False,
    also: Callable[[Sheet], Iterable[str]] = _no_more,
) -> Iterator[str]:
    """All that is wrong with a view, on all its pages; ``also`` what else is looked for."""
    router = studio.stage.router
    router.page = 0
    studio.show(view)
    reached: set[str] = set()
    pages = router.sheet.pages
    for page in range(pages):
        if page:
            router.turn(Turn.MORE)
        sheet, tree = router.sheet, router.tree
        assert tree is not None
        reached |= {node.id for node in tree.nodes}
        for fault in (
            *faults_of_texts(sheet, studio),
            *faults_of_targets(sheet, panel, studio),
            *faults_of_cards(sheet),
            *faults_of_choices(sheet, view, router.geometry(view)),
            *faults_of_focus(sheet, tree),
            *faults_of_contrast(sheet, view.access.contrast),
            *also(sheet),
            *(_out_of_reach(sheet, panel) if low else ()),
        ):
            yield f"page {page + 1} of {pages}: {fault}"
    spare = {item.id for block in view.body if isinstance(block, Tiles) and block.spare for item in block.items[1:]}
    behind = {each.id for each in view.languages} if "bar:language" in reached else set()  # the drawer of the globe
    missing = {control.id for control in controls(view)} - reached - spare - behind
    if missing:
        yield f"not reachable: {sorted(missing)}"


def _out_of_reach(sheet: Sheet, panel: Panel) -> Iterator[str]:
    for target in sheet.targets:
        height = panel.bottom_mm + (sheet.h - target.box.y) / panel.px_per_mm
        if height > panel.max_reach_mm + 1:
            yield f"{target.control.id} stands {height:.0f} mm above the floor"
