"""Colours by role for the four themes, and the town's own accent. The only place where a colour stands.

Contrast follows WCAG 2.2: text at least 7:1 in the default theme, 15:1 in both high contrasts, 4.5-8:1 in low contrast
(for eyes that glare hurts); edges of controls, icons and the focus ring at least 3:1. ``tests/screens`` computes it.
"""

from enum import StrEnum

from kiosk.catalogue.accent import AccentFault, accent_fault, deep, soft
from kiosk.vocabulary.access import Contrast
from kiosk.vocabulary.colours import WHITE, Rgb, mix, rgb


class Colour(StrEnum):
    """What a colour is for."""

    PAPER = "paper"
    SURFACE = "surface"
    SURFACE_PRESSED = "surface_pressed"
    INK = "ink"
    INK_SOFT = "ink_soft"
    CHIP = "chip"
    """Ground of a small fact that is neither good nor bad."""
    LINE = "line"
    EDGE = "edge"
    TRACK = "track"
    ACCENT = "accent"
    ACCENT_PRESSED = "accent_pressed"
    ACCENT_PLATE = "accent_plate"
    ACCENT_PLATE_EDGE = "accent_plate_edge"
    ACCENT_SOFT = "accent_soft"
    PLATE_EDGE = "plate_edge"
    ON_ACCENT = "on_accent"
    ON_ACCENT_SOFT = "on_accent_soft"
    GO = "go"
    GO_SOFT = "go_soft"
    WARN = "warn"
    WARN_SOFT = "warn_soft"
    STOP = "stop"
    STOP_SOFT = "stop_soft"
    FOCUS = "focus"
    SCRIM = "scrim"
    CODE = "code"
    CODE_GROUND = "code_ground"


Theme = dict[Colour, Rgb]

_DEFAULT = """
paper F5F3EE  surface FFFFFF  surface_pressed DCEAF0  ink 14202B  ink_soft 3F4B57  line CBD2D8  chip EBE7DF  edge 76828D
accent 0B4F6C  accent_pressed 083B51  accent_plate 2C6680  accent_soft DCEAF0  on_accent FFFFFF  on_accent_soft DCEAF0
accent_plate_edge 2C6680  plate_edge DCEAF0  track CBD2D8
go 11502A  go_soft DFF0E5  warn 6A3900  warn_soft FBEBD3  stop 8A1414  stop_soft F9E0DE
focus B3500B  scrim 14202B  code 000000  code_ground FFFFFF
"""

_DARK = """
paper 000000  surface 000000  surface_pressed 262626  ink FFFFFF  ink_soft FFFFFF  line FFFFFF  chip 000000  edge FFFFFF
accent FFE14D  accent_pressed FFF2B0  accent_plate FFE14D  accent_soft 000000  on_accent 000000  on_accent_soft 000000
accent_plate_edge 000000  plate_edge FFE14D  track 4D4D4D
go 7CFF9B  go_soft 000000  warn FFDD99  warn_soft 000000  stop FFCFCF  stop_soft 000000
focus 8CEBFF  scrim 000000  code 000000  code_ground FFFFFF
"""

_LIGHT = """
paper FFFFFF  surface FFFFFF  surface_pressed EDEDED  ink 000000  ink_soft 000000  line 000000  chip FFFFFF  edge 000000
accent 001F52  accent_pressed 000F29  accent_plate 001F52  accent_soft FFFFFF  on_accent FFFFFF  on_accent_soft FFFFFF
accent_plate_edge FFFFFF  plate_edge 001F52  track C4C4C4
go 002A0B  go_soft FFFFFF  warn 3A1F00  warn_soft FFFFFF  stop 500000  stop_soft FFFFFF
focus B3500B  scrim 000000  code 000000  code_ground FFFFFF
"""

_LOW = """
paper C6C3BA  surface CFCCC4  surface_pressed C3C7C6  ink 3D4852  ink_soft 434E58  line AAA79F  chip C6C3BA  edge 626A72
accent 2B4F63  accent_pressed 254556  accent_plate 3A5D70  accent_soft C5CCCD  on_accent E2E0DA  on_accent_soft E2E0DA
accent_plate_edge 3A5D70  plate_edge C5CCCD  track AAA79F
go 24512F  go_soft C9D0C3  warn 6A3A08  warn_soft D6CAB3  stop 7A2020  stop_soft D8C9C3
focus 7A3606  scrim 3D4852  code 2A3138  code_ground E2E0DA
"""


def _table(text: str) -> Theme:
    words = text.split()
    return {Colour(role): rgb(value) for role, value in zip(words[::2], words[1::2], strict=True)}


THEMES: dict[Contrast, Theme] = {
    Contrast.DEFAULT: _table(_DEFAULT),
    Contrast.DARK: _table(_DARK),
    Contrast.LIGHT: _table(_LIGHT),
    Contrast.LOW: _table(_LOW),
}


def with_accent(theme: Theme, accent: str) -> Theme | AccentFault:
    """The default theme in the town's own colour ("" keeps ours), or why it cannot be read well enough."""
    if not accent:
        return theme
    if (fault := accent_fault(accent)) is not None:
        return fault
    colour = rgb(accent)
    light, plate = soft(colour), mix(colour, WHITE, 0.16)
    return theme | {
        Colour.ACCENT: colour,
        Colour.ACCENT_PRESSED: deep(colour),
        Colour.ACCENT_PLATE: plate,
        Colour.ACCENT_PLATE_EDGE: plate,
        Colour.ACCENT_SOFT: light,
        Colour.PLATE_EDGE: light,
        Colour.SURFACE_PRESSED: light,
        Colour.ON_ACCENT_SOFT: light,
    }


def theme_for(choice: Contrast, accent: str = "") -> Theme:
    """The theme a visitor chose; the town's colour shows in the default one, and only where it reads well."""
    theme = THEMES[choice]
    if choice is not Contrast.DEFAULT:
        return theme
    coloured = with_accent(theme, accent)
    return theme if isinstance(coloured, AccentFault) else coloured


PRESSED = {Colour.SURFACE: Colour.SURFACE_PRESSED, Colour.ACCENT: Colour.ACCENT_PRESSED}
"""What a touched control's ground turns to."""
