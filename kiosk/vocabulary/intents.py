"""What a finger, a key or a switch may ask of the machine. Frozen values; screens send them, the session reads them."""

from enum import StrEnum

import msgspec

from kiosk.vocabulary.access import Contrast, TextSize


class Intent(msgspec.Struct, frozen=True, tag=True):
    """Base of all intents (only so that they share one tag field)."""


class Wake(Intent, frozen=True):
    """A touch or key that asks for nothing but shows that somebody is there."""


class ChooseLanguage(Intent, frozen=True):
    """Speak this language from now on (BCP 47 tag)."""

    lang: str


class ShowLanguages(Intent, frozen=True):
    """Show every language on offer."""


class ShowCategories(Intent, frozen=True):
    """Show the groups of services."""


class OpenCategory(Intent, frozen=True):
    """Show the services of one group."""

    category: str


class OpenService(Intent, frozen=True):
    """Show one service: what to bring, fee, place, wait."""

    service: str


class DrawFeatured(Intent, frozen=True):
    """One tap from the start screen: a number for this service at once."""

    service: str


class DrawTicket(Intent, frozen=True):
    """A number for the service on the page."""

    service: str


class OpenSearch(Intent, frozen=True):
    """Show the search page with its keyboard."""


class FocusField(Intent, frozen=True):
    """Type into this text field from now on."""

    field: str


class Edit(StrEnum):
    """What a key does to the text of its field."""

    INSERT = "insert"
    ERASE = "erase"
    """Take the last letter away."""
    CLEAR = "clear"


class EditText(Intent, frozen=True):
    """Change the text of this field: append ``text``, or take something away."""

    field: str
    text: str = ""
    edit: Edit = Edit.INSERT


class SwitchKeyboard(Intent, frozen=True):
    """Show another layer of the on-screen keyboard (letters, digits, another script)."""

    layer: str


class Back(Intent, frozen=True):
    """One step back, keeping what was entered."""


class GoToStart(Intent, frozen=True):
    """Leave and begin anew."""


class HandBack(Intent, frozen=True):
    """Wrong choice: give the number back."""


class Finish(Intent, frozen=True):
    """The visitor has what they came for."""


class HaveSlip(Intent, frozen=True):
    """Answer to "did your slip come?": yes, all of it."""


class StayHere(Intent, frozen=True):
    """Answer to the idle question: I am still here."""


class TryAgain(Intent, frozen=True):
    """Repeat what failed (never a second ticket: the id stays the same)."""


class CallStaff(Intent, frozen=True):
    """Ask for a person at this terminal."""


class WithdrawHelp(Intent, frozen=True):
    """The person who was asked for is not needed after all."""


class SetTextSize(Intent, frozen=True):
    """Draw text in this size."""

    size: TextSize


class SetContrast(Intent, frozen=True):
    """Draw in this theme."""

    contrast: Contrast


class SetLowReach(Intent, frozen=True):
    """Bring all controls down within reach of a wheelchair, or back up."""

    on: bool


class ShowAccess(Intent, frozen=True):
    """Open or close one drawer of the access bar ("size", "contrast"; "" closes)."""

    drawer: str


class Pick(Intent, frozen=True):
    """Set-up: take this value for the question on the screen."""

    value: str


class Proceed(Intent, frozen=True):
    """Set-up: go on with what stands in the field."""
