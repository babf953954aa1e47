"""Second names: an id that a terminal made for a ticket which staff had brought in, a number that became void."""

from sqlalchemy import Connection

from hub.store.enums import ACTIVE, sql_list
from hub.store.sql import run
from hub.tickets.model import FIELDS, Ticket, from_row, load
from kiosk.vocabulary.labels import Label


def find(connection: Connection, site: str, ident: str) -> Ticket | None:
    """The ticket that goes by this id; None when nobody told of it."""
    row = run(connection, "SELECT ticket_id FROM ticket_alias WHERE site_id = ? AND id = ?", site, ident).fetchone()
    return load(connection, site, ident if row is None else str(row[0]))


def is_buried(connection: Connection, site: str, ident: str) -> bool:
    """Whether this id was given back before its ticket was heard of."""
    row = run(connection, "SELECT 1 FROM tombstone WHERE site_id = ? AND id = ?", site, ident).fetchone()
    return row is not None


def with_number(connection: Connection, site: str, day: str, label: Label) -> Ticket | None:
    """Who has this number of this day (ours: the latest round), or had it until it became void."""
    first_round = "AND round = 0" if label.slot else ""
    row = run(
        connection,
        f"SELECT {FIELDS} FROM ticket WHERE site_id = ? AND day = ? AND series = ? AND slot = ? {first_round}"
        " AND n = ? ORDER BY round DESC LIMIT 1",
        site,
        day,
        label.series,
        label.slot,
        label.n,
    ).fetchone()
    if row is not None:
        return from_row(row)
    void = run(
        connection,
        "SELECT ticket_id FROM label_alias WHERE site_id = ? AND day = ? AND series = ? AND slot = ? AND n = ?",
        site,
        day,
        label.series,
        label.slot,
        label.n,
    ).fetchone()
    return None if void is None else load(connection, site, str(void[0]))


def in_use(connection: Connection, site: str, label: Label) -> Ticket | None:
    """Who has this number of ours now, in whatever round and on whatever day it was given."""
    row = run(
        connection,
        f"SELECT {FIELDS} FROM ticket WHERE site_id = ? AND series = ? AND slot = 0 AND n = ?"
        f" AND state IN {sql_list(ACTIVE)}",
        site,
        label.series,
        label.n,
    ).fetchone()
    return None if row is None else from_row(row)


def add_id(connection: Connection, ticket: Ticket, ident: str, now_ms: int) -> None:
    """The ticket goes by this id too."""
    run(
        connection,
        "INSERT INTO ticket_alias (site_id, id, ticket_id, at_ms) VALUES (?, ?, ?, ?)",
        ticket.site_id,
        ident,
        ticket.id,
        now_ms,
    )


def void_number(connection: Connection, ticket: Ticket, now_ms: int) -> None:
    """The ticket's present number is void: nobody else gets it today, and whoever asks for it finds the ticket."""
    run(
        connection,
        "INSERT INTO label_alias (site_id, day, series, slot, n, ticket_id, at_ms) VALUES (?, ?, ?, ?, ?, ?, ?)"
        " ON CONFLICT DO NOTHING",
        ticket.site_id,
        ticket.day,
        ticket.series,
        ticket.slot,
        ticket.n,
        ticket.id,
        now_ms,
    )
