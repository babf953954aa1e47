"""How a device job ended: closed unions, to be taken apart with ``match`` and ``assert_never``."""

import msgspec

from kiosk.vocabulary.hardware.problems import Problem


class Printed(msgspec.Struct, frozen=True, tag="printed"):
    """The printer itself confirmed that everything up to the mark is on paper."""


class NotPrinted(msgspec.Struct, frozen=True, tag="not_printed"):
    """Certainly no complete slip: nothing was sent, or the printer says it stopped before the mark."""

    problem: Problem


class Unconfirmed(msgspec.Struct, frozen=True, tag="unconfirmed"):
    """It may or may not be on paper. Never folded into printed or not printed."""

    problem: Problem


PrintOutcome = Printed | NotPrinted | Unconfirmed


class Shown(msgspec.Struct, frozen=True, tag="shown"):
    """The frame was handed to the display (most sites are wired one way: delivery is never confirmed)."""


class NotShown(msgspec.Struct, frozen=True, tag="not_shown"):
    """The frame could not be handed over."""

    problem: Problem


ShowOutcome = Shown | NotShown
