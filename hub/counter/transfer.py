"""Transfer: somebody waits on in another queue, with the same number and where their arrival puts them there.

What was waited, walked and served before stays counted for the queue in which it was spent.
"""

from sqlalchemy import Connection

from hub.counter import acts, calling
from hub.counter.acts import Act, Done
from hub.errors import Code, Refused
from hub.idempotency import Op, once
from hub.store.enums import AT_COUNTER, TicketState
from hub.store.sql import run
from hub.tickets.issue import tell
from hub.tickets.model import Ticket, load


def transfer(connection: Connection, act: Act) -> Done | Refused:
    """Have the ticket ``act.ticket`` wait in the queue ``act.queue``: anybody who waits, or the counter's own visitor.

    A visitor of another counter is that counter's to transfer (NOT_CURRENT). A queue that gives no numbers now takes
    people in: its staff know whom they expect.
    """

    def do() -> Done | Refused:
        ticket = _found(connection, act)
        if isinstance(ticket, Refused):
            return ticket
        if ticket.queue_id == act.queue:
            return Refused(Code.SAME_QUEUE, f"{ticket.label} is in this queue already.", "queue", ticket.label)
        if not is_in_use(connection, act.site, act.queue):
            return Refused(Code.UNKNOWN_QUEUE, "There is no such queue (any more).", "queue")
        stepped = acts.step_to_queue(connection, ticket, act.queue, act.now_ms)
        if isinstance(stepped, Refused):
            return stepped
        tell(connection, stepped.ticket, act.now_ms, left=ticket.queue_id)
        acts.keep(connection, act, stepped.change)
        return Done(stepped.ticket)

    return once(connection, Op(act.site, act.op, "transfer", f"{act.counter} {act.queue}"), act.now_ms, Done, do)


def is_in_use(connection: Connection, site: str, queue: str) -> bool:
    """Whether there is such a queue and nobody took it away."""
    row = run(
        connection, "SELECT 1 FROM queue WHERE site_id = ? AND id = ? AND removed_ms IS NULL", site, queue
    ).fetchone()
    return row is not None


def _found(connection: Connection, act: Act) -> Ticket | Refused:
    """Who is to be transferred, if it is this counter's to do."""
    ticket = load(connection, act.site, act.ticket)
    if ticket is None:
        return Refused(Code.UNKNOWN_TICKET, "No ticket has this id.", "ticket")
    if ticket.state is TicketState.WAITING:
        return ticket
    if ticket.state in AT_COUNTER:
        return calling.customer(connection, act)
    return Refused(Code.WRONG_STATE, f"{ticket.label} is {ticket.state}.", "ticket", ticket.label)
