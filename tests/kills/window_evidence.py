"""What is left of a terminal's life to judge by: its file, its paper, its screens, and what the hub has heard."""

import contextlib
import shutil
import tempfile
from pathlib import Path
from typing import NamedTuple

import apsw
import pysqlite3
from lobby.trace import Trace

from drivers.sim.roll import Slip
from kiosk.vocabulary.labels import Label, parse_label
from tests.faults.hall import Kiosk
from tests.paper_numbers import numbers_on

BAD_EVENTS = frozenset(
    {"store-failed", "store-quarantined", "store-rejected", "store-bug", "core-failed", "screen-failed"}
)


class Ticket(NamedTuple):
    """A ticket as a file keeps it; ``label`` None: it has no number."""

    state: str
    label: Label | None
    paper: str


class Kept(NamedTuple):
    """What stands in ``terminal.db``."""

    tickets: dict[str, Ticket]
    owed: int
    """Facts that the hub has not heard."""
    slot: int

    def ids_in(self, state: str, paper: str = "") -> set[str]:
        """The tickets in this state (with this paper)."""
        return {id for id, t in self.tickets.items() if t.state == state and t.paper in (paper or t.paper)}


def kept_by(kiosk: Kiosk) -> Kept:
    """Read a copy, so that what a kill left behind is mended by the product and nobody else. Raises apsw.Error, or
    AssertionError when the file is damaged."""
    with tempfile.TemporaryDirectory() as folder:
        for file in kiosk.data.glob("terminal.db*"):
            shutil.copy(file, folder)
        with contextlib.closing(apsw.Connection(f"{folder}/terminal.db")) as db:
            assert list(db.execute("PRAGMA quick_check")) == [("ok",)]
            rows = list(db.execute("SELECT id, state, series, slot, n, paper FROM ticket"))
            ((owed, slot),) = db.execute("SELECT (SELECT count(*) FROM outbox), coalesce(slot, 0) FROM instance")
    tickets = {str(id): Ticket(str(state), _label(*number), str(paper)) for id, state, *number, paper in rows}
    return Kept(tickets, int(str(owed)), int(str(slot)))


class Paper(NamedTuple):
    """The numbers on each piece of paper: pieces that were cut, and what hangs out."""

    cut: list[list[Label]]
    hanging: list[Label]

    def all(self) -> list[Label]:
        """Every number that stands on paper, as often as it does."""
        return [label for piece in (*self.cut, self.hanging) for label in piece]

    def slips(self) -> set[Label]:
        """The numbers on slips that came out whole."""
        return {label for piece in self.cut for label in piece}


def paper_of(kiosk: Kiosk) -> Paper:
    """Read the paper that the printer was told to print, from the first life on."""
    with kiosk.printer.lock:
        slips, hanging = list(kiosk.printer.printer.slips), kiosk.printer.printer.hanging()
    return Paper([_numbers_on(slip) for slip in slips], _numbers_on(hanging))


class Said(NamedTuple):
    """What the screens of a life have said."""

    numbers: set[Label]
    on_paper: set[Label]
    """With the words "take your slip"."""
    handed_back: set[Label]
    served: bool
    """The start screen was drawn: whoever came from then on met a terminal that works."""


def said_in(trace: Trace) -> Said:
    """Read a life's trace."""
    said = Said(set(), set(), set(), False)
    newest: Label | None = None
    for drawn in trace.all():
        said = said._replace(served=said.served or drawn.screen == "start")
        if (label := parse_label(drawn.number)) is not None:
            newest = label
            said.numbers.add(label)
            if drawn.screen == "ticket":
                said.on_paper.add(label)
        if drawn.screen == "handed_back":
            assert newest is not None, "handed back before there was a number"
            said.handed_back.add(newest)
    return said


class Heard(NamedTuple):
    """What the hub knows."""

    tickets: dict[str, Ticket]
    tombstones: set[str]


def heard_by(hub_db: Path) -> Heard:
    """Read it beside the running hub."""
    with contextlib.closing(pysqlite3.connect(f"file:{hub_db}?mode=ro", uri=True, timeout=10)) as db:
        rows = db.execute("SELECT id, state, series, slot, n, paper FROM ticket").fetchall()
        tombstones = {id for (id,) in db.execute("SELECT id FROM tombstone")}
    return Heard({id: Ticket(state, _label(*number), paper) for id, state, *number, paper in rows}, tombstones)


def trouble_of(kiosk: Kiosk) -> list[dict[str, str]]:
    """Events in the log of all lives that a kill must not lead to."""
    return [event for event in kiosk.log() if event["event"] in BAD_EVENTS]


def _numbers_on(slip: Slip) -> list[Label]:
    return [label for text in numbers_on(slip) if (label := parse_label(text)) is not None]


def _label(series: object, slot: object, n: object) -> Label | None:
    return None if n is None else Label(str(series), int(str(slot)), int(str(n)))
