"""Reports of a terminal about a numbered ticket: cancelled by its visitor, or the outcome of its paper.

The id may be another name of the ticket (``aliases``).
"""

import msgspec
from sqlalchemy import Connection

from hub.errors import Code, Refused
from hub.retention.periods import visits_before
from hub.store.enums import TicketState
from hub.store.sql import run
from hub.tickets import aliases
from hub.tickets.issue import tell
from hub.tickets.states import NEXT, move
from kiosk.vocabulary.ids import ms_of


def cancel(connection: Connection, site: str, ticket: str, now_ms: int) -> TicketState:
    """Give a number back; returns the state the ticket has then.

    A ticket that is being served or ended keeps its state. An id never heard of leaves a tombstone, so that a request
    that arrives late raises no ghost.
    """
    known = aliases.find(connection, site, ticket)
    if known is None:
        run(
            connection,
            "INSERT INTO tombstone (site_id, id, at_ms) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
            site,
            ticket,
            now_ms,
        )
        return TicketState.CANCELLED
    if TicketState.CANCELLED not in NEXT[known.state]:
        return known.state
    moved = move(connection, known, TicketState.CANCELLED, now_ms)
    if isinstance(moved, Refused):
        return known.state
    tell(connection, moved, now_ms)
    return moved.state


def report_paper(
    connection: Connection, site: str, ticket: str, outcome: str, problem: str, now_ms: int
) -> Refused | None:
    """Note how the paper fared. Printed is final: an older report that arrives late does not undo it.

    The paper of a ticket that was given back unheard of, or is no longer kept, is nobody's business any more.
    """
    known = aliases.find(connection, site, ticket)
    if known is None and (
        aliases.is_buried(connection, site, ticket) or _of_long_ago(connection, site, ticket, now_ms)
    ):
        return None
    if known is None:
        return Refused(Code.UNKNOWN_TICKET, "No ticket has this id.", "id")
    if known.paper in ("printed", outcome):
        return None
    run(
        connection,
        "UPDATE ticket SET paper = ?, paper_problem = ? WHERE site_id = ? AND id = ?",
        outcome,
        problem,
        site,
        known.id,
    )
    if outcome != "printed" or known.paper != "asked":  # a slip after all: a call for help is closed by it
        tell(connection, msgspec.structs.replace(known, paper=outcome), now_ms)
    return None


def _of_long_ago(connection: Connection, site: str, ticket: str, now_ms: int) -> bool:
    """Whether a ticket with this id may have been known and deleted: ids carry the time of their tap."""
    try:
        tapped_ms = ms_of(ticket)
    except ValueError:
        return False
    row = run(connection, "SELECT 1 FROM site WHERE id = ? AND created_ms <= ?", site, tapped_ms).fetchone()
    return row is not None and tapped_ms < visits_before(connection, site, now_ms)
