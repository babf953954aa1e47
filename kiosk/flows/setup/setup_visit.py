"""Set-up: its states, and what has been answered so far."""

from kiosk.flows.common.form import FormVisit, TextField
from kiosk.session.model import Session
from kiosk.session.states import Group, State, Traits
from kiosk.view import Keys
from kiosk.vocabulary.enrolment import CODE_LENGTH, FINGERPRINT_LENGTH, plain
from kiosk.vocabulary.hardware.panels import PRESETS, USUAL_BOTTOM_CM, Preset, Rotation

ADDRESS = TextField("address", limit=120, tidy=lambda text: "".join(text.split()))
CODE = TextField("code", Keys.CODE, CODE_LENGTH + FINGERPRINT_LENGTH, tidy=plain)
HEIGHT = TextField("height", Keys.NUMBER, 3, tidy=lambda text: "".join(filter(str.isdigit, text)))
DIAGONAL = TextField("diagonal", Keys.NUMBER, 2, tidy=lambda text: "".join(filter(str.isdigit, text)))
LANGUAGES = ("de", "en")
"""What a technician may read set-up in."""


class SetupState(State):
    """The questions of set-up, in order; nobody is hurried, so no silence ends them."""

    HUB = Traits("setup_hub", Group.UNHURRIED)
    ADDRESS = Traits("setup_address", Group.UNHURRIED)
    CODE = Traits("setup_code", Group.UNHURRIED)
    PANEL = Traits("setup_panel", Group.UNHURRIED)
    DIAGONAL = Traits("setup_diagonal", Group.UNHURRIED)
    HEIGHT = Traits("setup_height", Group.UNHURRIED)
    ROTATION = Traits("setup_rotation", Group.UNHURRIED)
    WORKING = Traits("setup_working", Group.WAITING)
    FAILED = Traits("setup_failed", Group.UNHURRIED)
    DONE = Traits("setup_done", Group.UNHURRIED)
    BEGINNING = Traits("setup_beginning", Group.WAITING)


class SetupVisit(FormVisit, frozen=True, kw_only=True):
    """The answers; none is lost by going back or by a fault."""

    panel: Preset = PRESETS[0]
    upright: bool = True
    """How a panel stands that has no name here."""
    bottom_cm: int = USUAL_BOTTOM_CM
    """Lower edge of the picture above the floor."""
    rotation: Rotation = 0
    fault: str = ""
    """What is wrong: the last part of a text key ``setup.fault.…``."""
    path: str = ""
    """Where the configuration could not be saved."""


def setting_up(session: Session) -> SetupVisit:
    """What has been answered; nothing at the beginning."""
    return session.flow if isinstance(session.flow, SetupVisit) else SetupVisit()
