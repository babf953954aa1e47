"""What a queue display is asked to do."""

import msgspec

from kiosk.vocabulary.hardware.display_frame import Frame


class ShowFrame(msgspec.Struct, frozen=True):
    """The command of this driver: show this until told otherwise. The same frame twice is harmless."""

    frame: Frame
