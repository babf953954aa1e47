"""Looking for damage before the first number is given: later it would be met by a visitor.

The small tables that numbers are made from are looked at whole, with every entry of their indexes. Of all other pages
the structure is read (``quick_check``): about 2.5 s of processor time for 175 MB, 300,000 tickets. A start does not
wait for a slow disk for longer than ``BOUND_S``; ``kiosk hub backup`` looks at everything.
"""

import logging
import time
from collections.abc import Callable

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from hub.log import event

LOGGER = logging.getLogger("hub.store")
BOUND_S = 20.0
NUMBERS = (
    "site",
    "instance",
    "business_day",
    "counter_seq",
    "label_alias",
    "queue",
    "service_queue",
    "slot_grant",
    "terminal",
)
"""What must be right for a number to be given once."""
_STEPS = 50_000
"""Of SQLite's machine, between two looks at the clock: some milliseconds."""
_INTERRUPT = 9
"""SQLITE_INTERRUPT."""


def damage(connection: Connection, clock: Callable[[], float] = time.monotonic, bound_s: float = BOUND_S) -> str:
    """What is wrong with the file, in SQLite's words; "" = nothing was found. Raises DBAPIError for what stops it."""
    known = connection.exec_driver_sql("SELECT name FROM sqlite_schema WHERE type = 'table'").scalars().all()
    for table in NUMBERS:
        if table in known and (found := _said(connection, f"integrity_check('{table}')")):
            return found
    return _within(connection, clock, clock() + bound_s)


def _said(connection: Connection, check: str) -> str:
    found = str(connection.exec_driver_sql(f"PRAGMA {check}").scalars().first())
    return "" if found == "ok" else found


def _within(connection: Connection, clock: Callable[[], float], until: float) -> str:
    raw = connection.connection.driver_connection
    assert raw is not None
    raw.set_progress_handler(lambda: clock() >= until, _STEPS)
    try:
        return _said(connection, "quick_check(1)")
    except DBAPIError as fault:
        if getattr(fault.orig, "sqlite_errorcode", 0) != _INTERRUPT:
            raise
        LOGGER.warning(
            "The database was not looked at to its end: its disk is slow. kiosk hub backup looks at all of it.",
            extra=event("store.unchecked"),
        )
        return ""
    finally:
        raw.set_progress_handler(None, 0)
