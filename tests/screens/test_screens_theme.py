"""Contrast of every pair that is drawn, the town's own colour, and that colours stand in the theme alone."""

import re
from pathlib import Path

import pytest

import screens
from kiosk.catalogue.accent import PAPER, AccentFault
from kiosk.view import Control
from kiosk.vocabulary.access import Contrast, TextSize
from kiosk.vocabulary.colours import contrast
from kiosk.vocabulary.intents import Wake
from screens.display_list import Box, Fill, Font, Ink, Style, Target
from screens.layout import Sheet
from screens.sizes import CAP_MM, ROOMY_CAP_MM, Text
from screens.theme import PRESSED, THEMES, Colour, Theme, theme_for, with_accent
from tests.screens.seen_contrast import TEXT_RANGE, faults_of_contrast

C = Colour
GROUNDS = (C.PAPER, C.SURFACE, C.SURFACE_PRESSED, C.ACCENT_SOFT)
TEXTS = [
    *((ink, ground) for ink in (C.INK, C.INK_SOFT) for ground in GROUNDS),
    *((ink, ground) for ink in (C.INK,) for ground in (C.GO_SOFT, C.WARN_SOFT, C.STOP_SOFT)),
    *((C.ACCENT, ground) for ground in (C.PAPER, C.SURFACE, C.ACCENT_SOFT)),
    *((on, ground) for on in (C.ON_ACCENT, C.ON_ACCENT_SOFT) for ground in (C.ACCENT, C.ACCENT_PRESSED)),
    (C.GO, C.GO_SOFT),
    (C.WARN, C.WARN_SOFT),
    (C.STOP, C.STOP_SOFT),
]
EDGES = [
    *((C.EDGE, ground) for ground in (C.PAPER, C.SURFACE)),
    *((C.FOCUS, ground) for ground in (C.PAPER, C.SURFACE)),
    *((C.ACCENT, ground) for ground in (C.PAPER, C.SURFACE, C.SURFACE_PRESSED)),
    *((C.ON_ACCENT, ground) for ground in (C.ACCENT_PLATE,)),
    *((C.GO, ground) for ground in (C.SURFACE, C.PAPER)),
    *((tone, C.PAPER) for tone in (C.WARN, C.STOP)),
    (C.CODE, C.CODE_GROUND),
    (C.ACCENT, C.TRACK),
]


def faults(theme: Theme, choice: Contrast) -> list[str]:
    low, high = TEXT_RANGE[choice]
    texts = [(ink, ground, contrast(theme[ink], theme[ground])) for ink, ground in TEXTS]
    edges = [(edge, ground, contrast(theme[edge], theme[ground])) for edge, ground in EDGES]
    return [f"{ink} on {ground}: {value:.2f}" for ink, ground, value in texts if not low <= value <= high] + [
        f"{edge} on {ground}: {value:.2f}" for edge, ground, value in edges if value < 3
    ]


@pytest.mark.parametrize("choice", Contrast)
def test_every_pair_has_the_contrast_of_its_theme(choice: Contrast) -> None:
    assert not faults(THEMES[choice], choice)


def test_weak_ink_and_a_control_without_an_edge_are_found() -> None:
    box, style = Box(0, 0, 200, 60), Style(Font.REGULAR, 30)
    control = Control(id="x", label="x", spoken="x", intent=Wake())

    def found(ink: Colour, edge: Colour | None) -> int:
        card = Fill(box, C.SURFACE, 0, edge, 2 if edge else 0)
        sheet = Sheet(200, 60, (), (Target(control, box, (card, Ink(box, "x", style, ink))),), 0, 1)
        return len(list(faults_of_contrast(sheet, Contrast.DEFAULT)))

    assert found(C.INK, C.EDGE) == 0
    assert found(C.EDGE, C.EDGE) == 1
    assert found(C.INK, C.LINE) == 1
    assert found(C.INK, None) == 1


@pytest.mark.parametrize("choice", [Contrast.DARK, Contrast.LIGHT])
def test_where_grounds_do_not_differ_an_icons_plate_has_an_edge(choice: Contrast) -> None:
    theme = THEMES[choice]
    assert contrast(theme[C.PLATE_EDGE], theme[C.SURFACE]) >= 3
    assert contrast(theme[C.ACCENT_PLATE_EDGE], theme[C.ACCENT]) >= 3


def test_the_towns_colour_is_judged_on_the_themes_own_ground() -> None:
    assert THEMES[Contrast.DEFAULT][Colour.PAPER] == PAPER


def test_every_theme_names_every_role() -> None:
    assert all(set(theme) == set(Colour) for theme in THEMES.values())


@pytest.mark.parametrize("accent", ["7A1F3D", "#1B4D2E", "3A2A6B"])
def test_a_towns_own_colour_reads_as_well_as_ours(accent: str) -> None:
    theme = with_accent(THEMES[Contrast.DEFAULT], accent)
    assert not isinstance(theme, AccentFault)
    assert not faults(theme, Contrast.DEFAULT)


@pytest.mark.parametrize("accent", ["FFD500", "3399FF", "blue", "12345"])
def test_a_colour_that_cannot_be_read_is_refused_with_a_remedy(accent: str) -> None:
    fault = with_accent(THEMES[Contrast.DEFAULT], accent)
    assert isinstance(fault, AccentFault)
    assert accent in str(fault)
    assert fault.remedy
    assert theme_for(Contrast.DEFAULT, accent) == THEMES[Contrast.DEFAULT]


def test_the_towns_colour_leaves_the_contrast_themes_alone() -> None:
    assert theme_for(Contrast.DARK, "7A1F3D") == THEMES[Contrast.DARK]


def test_a_pressed_control_looks_different_in_every_theme() -> None:
    for theme in THEMES.values():
        assert all(theme[plain] != theme[pressed] for plain, pressed in PRESSED.items())


def test_no_colour_stands_outside_the_theme() -> None:
    folder = Path(screens.__file__).parent
    loose = re.compile(r"#[0-9A-Fa-f]{6}\b|\brgba?\(|Color\((?!red / 255|1, 1, 1, 1)")
    for path in folder.rglob("*.py"):
        if path.name != "theme.py":
            assert not loose.search(path.read_text("utf-8")), path


@pytest.mark.parametrize("role", Text)
def test_text_grows_from_size_to_size(role: Text) -> None:
    for sizes in (CAP_MM, ROOMY_CAP_MM):
        assert sizes[role][TextSize.M] < sizes[role][TextSize.L] <= sizes[role][TextSize.XL]
        assert sizes[role][TextSize.XL] >= 8.5


def test_body_text_is_at_least_what_the_standards_ask() -> None:
    assert CAP_MM[Text.BODY][TextSize.M] >= 4.8  # ADA 707.7.2
    assert CAP_MM[Text.BODY][TextSize.L] >= 7.3  # EN 301 549 5.1.4 at 600 mm
