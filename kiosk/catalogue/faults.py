"""Why a catalogue is refused: places, reasons, remedies."""

import msgspec

SHOWN_LIMIT = 60
"""Letters of a refused text that a message repeats."""


class Fault(msgspec.Struct, frozen=True):
    """One thing that is wrong: where, what, and what to do."""

    place: str
    reason: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.place}: {self.reason}. {self.remedy}"


class CatalogueFaults(msgspec.Struct, frozen=True):
    """A refused catalogue: the file or source it came from and what is wrong in it."""

    source: str
    faults: tuple[Fault, ...]

    def __str__(self) -> str:
        return "\n".join(f"{self.source}: {fault}" for fault in self.faults)


def shown(text: str) -> str:
    """A text as a message may repeat it: short, on one line, nothing in it that acts on a terminal."""
    cut = text if len(text) <= SHOWN_LIMIT else text[:SHOWN_LIMIT] + "…"
    return "“" + "".join(letter if letter.isprintable() else f"\\u{ord(letter):04x}" for letter in cut) + "”"
