"""The event log: JSON lines with ids from one table. No input value, card number or chosen service name is written.

Writing goes through ``logging`` handlers so that the operator decides where lines end up; this module only gives the
table and the form.
"""

import json
import logging
from collections.abc import Mapping
from typing import NamedTuple

LOGGER = logging.getLogger("kiosk.events")


class Entry(NamedTuple):
    """A row of the table: how loud, and what it means to the person reading the log."""

    level: int
    meaning: str


EVENTS: dict[str, Entry] = {
    "terminal-started": Entry(logging.INFO, "The terminal program is up."),
    "terminal-stopped": Entry(logging.INFO, "The terminal program ends in order."),
    "start-failed": Entry(
        logging.ERROR, "Store, devices or network could not be started; the program ends, and begins anew."
    ),
    "config-not-kept": Entry(
        logging.WARNING,
        "No copy of config.toml could be kept for a bad day: free the disk, or let the terminal write in its folder.",
    ),
    "config-refused": Entry(logging.ERROR, "config.toml was refused; the last good one is used."),
    "data-folder-closed": Entry(
        logging.WARNING, "The data folder was open to other users of this machine; it is for this user alone now."
    ),
    "live-view-open": Entry(
        logging.WARNING, "Simulation (--live): this terminal can be seen and touched on the simulators' panel."
    ),
    "live-view-refused": Entry(logging.ERROR, "The live view of a simulation (--live) could not be opened."),
    "setup-failed": Entry(logging.ERROR, "The touch set-up could not make this terminal known to the hub."),
    "ticket-no-number": Entry(logging.WARNING, "A visitor asked for a number and none could be had."),
    "ticket-no-paper": Entry(logging.WARNING, "A number was given but its slip did not come out, or nobody knows."),
    "ticket-handed-back": Entry(logging.INFO, "A visitor gave a number back."),
    "ticket-slip-seen": Entry(logging.INFO, "A visitor says that an unconfirmed slip came."),
    "ticket-flood": Entry(logging.WARNING, "More tickets in a minute than the limit: numbers on the screen only."),
    "store-opened": Entry(logging.INFO, "The ticket store takes commits; what a crash left half done is settled."),
    "store-failed": Entry(logging.ERROR, "The ticket store refused a commit or cannot be opened."),
    "store-quarantined": Entry(logging.ERROR, "A damaged store was put aside and a clean one begun."),
    "store-rejected": Entry(logging.ERROR, "A fact broke a rule of the store and was not kept."),
    "store-bug": Entry(logging.ERROR, "A program fault in the store was caught."),
    "session-failed": Entry(logging.ERROR, "A program fault ended a visitor's session; the start screen came back."),
    "core-failed": Entry(logging.ERROR, "A program fault in the core was caught."),
    "machine-failed": Entry(
        logging.ERROR, "A program fault in a machine beside the session was caught; it goes on with what it knew."
    ),
    "screen-failed": Entry(logging.ERROR, "A program fault in drawing was caught."),
    "thread-died": Entry(
        logging.ERROR, "A program fault ended the work of a thread; it began anew, and what was under way is lost."
    ),
    "answer-overdue": Entry(
        logging.ERROR, "A worker did not answer in time: the visitor was sent to a person, and staff were called."
    ),
    "touches-dropped": Entry(logging.WARNING, "More touches or codes came than the program could take."),
    "device-changed": Entry(logging.INFO, "A device is in another state than before."),
    "device-late-outcome": Entry(
        logging.WARNING, "A device command that had been given up ended after all; how it ended is evidence."
    ),
    "scanner-keyboard": Entry(
        logging.WARNING, "A scanner is set to another keyboard than its entry says; its codes are read all the same."
    ),
    "hub-reachable": Entry(logging.INFO, "The hub answers again."),
    "hub-away": Entry(logging.WARNING, "The hub does not answer."),
    "catalogue-changed": Entry(logging.INFO, "Another catalogue generation is in force."),
    "catalogue-refused": Entry(logging.ERROR, "A catalogue was refused; the last good one stays."),
    "catalogue-not-stored": Entry(logging.ERROR, "A good catalogue could not be written; the last good one stays."),
    "catalogue-quarantined": Entry(logging.ERROR, "A damaged catalogue file was put aside."),
    "catalogue-unreadable": Entry(logging.ERROR, "The catalogue file can be neither read nor put aside: see the disk."),
    "catalogue-unpinned": Entry(
        logging.ERROR,
        "No key to check catalogues with: enrolled before they were signed. The last good one stays; enrol again.",
    ),
    "catalogue-old": Entry(
        logging.WARNING, "The hub has not confirmed the catalogue in time; pages say of which day it is."
    ),
    "catalogue-bug": Entry(logging.ERROR, "A program fault in search was caught."),
    "number-refused": Entry(logging.WARNING, "The hub answered that it will not number this."),
    "number-silent": Entry(logging.WARNING, "The hub gave no number in time."),
    "network-bug": Entry(logging.ERROR, "A program fault in talking to the hub was caught."),
    "number-own": Entry(logging.WARNING, "The hub was silent: the terminal gave a number of its own slot."),
    "hub-slow": Entry(logging.WARNING, "Three failures in a row: own numbers at once, nobody waits for the hub."),
    "hub-prompt": Entry(logging.INFO, "The hub answers in time again: numbers come from it."),
    "slot-refused": Entry(logging.ERROR, "The hub gives this terminal's database no slot: no own numbers."),
    "outbox-quarantined": Entry(logging.ERROR, "The hub will never take an operation; its lane is put aside and kept."),
    "outbox-full": Entry(logging.ERROR, "Too much waits for the hub: no new numbers until it has been heard."),
    "outbox-open": Entry(logging.INFO, "The outbox takes new work again."),
    "hub-refused": Entry(logging.ERROR, "The hub refuses this terminal or its request: is it still enrolled?"),
    "hub-wrong-certificate": Entry(
        logging.ERROR, "Who answers at the hub's address is not the hub we enrolled with; nothing was said to it."
    ),
    "hub-plain-refused": Entry(
        logging.ERROR, "The hub is on another machine and not encrypted; nothing was said to it."
    ),
    "order-applied": Entry(logging.INFO, "An order of the hub was carried out."),
    "order-refused": Entry(logging.WARNING, "An order of the hub was not carried out, and why."),
    "trail-head": Entry(
        logging.INFO, "The head of the hub's trail as of today, to compare with: kiosk hub trail verify --head."
    ),
    "trail-head-not-kept": Entry(logging.ERROR, "The head of the hub's trail could not be written to its file."),
    "hub-garbled": Entry(logging.ERROR, "The hub's answer could not be read."),
}


class EventLog:
    """Writes rows of the table as JSON lines: event, level, meaning-free fields. Times come from ``logging``."""

    def __init__(self, source: str, logger: logging.Logger = LOGGER) -> None:
        self._source = source
        self._logger = logger

    def write(self, event: str, fields: Mapping[str, str] | None = None) -> None:
        """One line. An event that is not in the table is a bug (KeyError)."""
        entry = EVENTS[event]
        line = {"event": event, "source": self._source, **(fields or {})}
        self._logger.log(entry.level, "%s", json.dumps(line, ensure_ascii=False, sort_keys=True))


class JsonLines(logging.Formatter):
    """Puts time and level into each line; lines of other loggers are wrapped, with the event id of their ``extra``."""

    def format(self, record: logging.LogRecord) -> str:
        """One JSON object per record."""
        message = record.getMessage()
        fields: dict[str, object] = {"time": self.formatTime(record, "%Y-%m-%dT%H:%M:%S%z"), "level": record.levelname}
        if record.name == LOGGER.name:
            fields |= json.loads(message)
        else:
            event = getattr(record, "event", "log")
            fields |= {"event": event, "source": record.name, "text": message}
        if record.exc_info:
            fields["trace"] = self.formatException(record.exc_info)
        return json.dumps(fields, ensure_ascii=False)
