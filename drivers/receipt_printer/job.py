"""What a receipt printer is asked to do."""

import msgspec

from kiosk.paper.document import Document
from kiosk.vocabulary.ids import JobId


class PrintJob(msgspec.Struct, frozen=True):
    """One slip. ``job_id`` is new for each attempt; the same id is never printed twice."""

    job_id: JobId
    document: Document
    after_doubt: bool = False
    """Nobody knows what became of the slip before this one: half of it may still hang in the printer."""
