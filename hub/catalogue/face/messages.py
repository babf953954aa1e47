"""What a hub and the process that makes a picture fit tell each other (``maker`` and ``child`` beside this)."""

from enum import StrEnum

import msgspec

from kiosk.catalogue.model import Picture


class Slot(StrEnum):
    """What a picture is brought for."""

    ARMS = "arms"
    PICTURE = "picture"


class Task(msgspec.Struct, frozen=True):
    """The file that came, and what it is for."""

    file: str
    slot: Slot


class Why(StrEnum):
    """Why a file is not taken."""

    SVG = "svg"
    KIND = "kind"
    """Not PNG, JPEG or WebP."""
    MOVES = "moves"
    DAMAGED = "damaged"
    """Cut off, or wrong inside; or it needs more memory or time than a picture may."""
    PIXELS = "pixels"
    """More than ``most`` millions of them."""
    SMALL = "small"
    """Less than ``width`` x ``height`` of them."""
    LONG = "long"
    """One side is more than ``most`` times the other."""
    EMPTY = "empty"
    """Nothing of it can be seen."""


class Unusable(msgspec.Struct, frozen=True, tag="unusable"):
    """It is not taken; ``values`` are what the sentence names."""

    why: Why
    values: dict[str, int] = {}


class Made(msgspec.Struct, frozen=True, tag="made"):
    """What became of it, as the catalogue keeps it."""

    pictures: tuple[Picture, ...]


Result = Made | Unusable
