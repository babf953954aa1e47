"""The hub's log: one JSON line for each thing that happened, with time, level and an event id that stays the same.

The form is the terminal's (``kiosk.eventlog.JsonLines``). Set up once, where ``kiosk hub`` begins; the lines go to
standard error, where systemd's journal takes them. Commands such as ``kiosk hub backup`` write plain sentences instead.
"""

import logging
import sys

from kiosk.eventlog import JsonLines

EVENTS: dict[str, str] = {
    "hub.started": "The hub answers.",
    "hub.refused": "The hub cannot start: folder, address, certificate or database; the line says what to do.",
    "hub.no_link": "The link for setting up could not be made, because nothing is saved.",
    "hub.folder": "The data folder or its lock was open to other users of the machine, and was closed.",
    "hub.accept": "A connection could not be accepted: the process has too many files open.",
    "hub.swept": "What was too old was deleted, or could not be; or the file has much free space.",
    "hub.waits": "A work in the background waits for the store.",
    "hub.bug": "A program fault in a page, an API call or a work in the background was caught.",
    "hub.thread_died": "The work of a thread was ended, by a program fault or from outside; it began anew.",
    "store.failed": "Nothing is saved now; the line says why. It is tried again by itself.",
    "store.saves": "The hub saves again.",
    "store.ended": "What the store met cannot be mended by this process: it ends with code 74.",
    "store.unchecked": "The look for damage at the start was cut short, because the disk is slow.",
    "store.older": "The database is older than one that ran here: numbers may be given twice.",
    "store.unread": "Events or the catalogue could not be read; tried again by itself.",
    "catalogue.refused": "A catalogue from an older hub cannot be published as it is.",
    "import.failed": "A catalogue that was brought by the page could not be read to its end.",
    "face.failed": "A picture of the town's face could not be kept, or its process ended without a result.",
    "desk.keyboard": "The reader of a counter is set to another keyboard than its computer.",
    "limit.reached": "Somebody met a limit: which one, the last address, how many more within the minute before.",
    "tls.renewed": "The certificate was renewed, or a new one is used.",
    "tls.failed": "The certificate cannot be read, used or renewed; the one there is stays.",
    "hub.thread_hangs": "A worker thread has been at one piece of work for more than a minute.",
    "trail.broken": "The trail is not as it was written.",
}
"""Every id, and what it means to the person who reads the log."""


def event(name: str) -> dict[str, str]:
    """The ``extra`` of a log call: its event id, one of ``EVENTS``."""
    return {"event": name}


def set_up() -> None:
    """Have every logger of this process write such lines to standard error: ours, uvicorn's, Litestar's, warnings."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines())
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
    logging.captureWarnings(True)
    for chatty in ("alembic", "uvicorn.error"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
