"""``kiosk hub restore`` asks the person at the machine which numbers are on paper: the copy cannot know."""

import sys
from collections.abc import Callable
from typing import NamedTuple

from sqlalchemy import Connection

from hub.sites import sites
from hub.store.sql import run
from hub.tickets.business_day import open_day
from kiosk.vocabulary.labels import Label


class Line(NamedTuple):
    """A series of numbers as a copy knows it; ``known`` = given last today (0 = none)."""

    site: str
    series: str
    known: int
    last: int
    """The end of its range."""


Given = dict[tuple[str, str], int]
"""By site and series: the highest number that is on paper today."""
Ask = Callable[[str], str]
"""Shows a question, returns what was typed. Raises EOFError when nobody answers."""


def lines(connection: Connection) -> list[Line]:
    """The series of every site, as of the day that is open there."""
    return [
        Line(site.id, *row)
        for site in sites(connection)
        for row in run(
            connection,
            "SELECT q.series, coalesce(c.n, 0), q.last_n FROM queue q LEFT JOIN counter_seq c"
            " ON c.site_id = q.site_id AND c.day = ? AND c.series = q.series"
            " WHERE q.site_id = ? AND q.removed_ms IS NULL ORDER BY q.position, q.series",
            open_day(connection, site.id) or "",
            site.id,
        ).fetchall()
    ]


def ask_all(found: list[Line], ask: Ask) -> Given | None:
    """Ask for each series until there is a number; None = nobody answers."""
    try:
        return {(line.site, line.series): _ask_one(line, ask) for line in found}
    except EOFError:
        return None


def ask_at_the_console(question: str) -> str:
    """Raises EOFError also where there is no console: a script says ``--above``."""
    if not sys.stdin.isatty():
        raise EOFError
    return input(question)


def _ask_one(line: Line, ask: Ask) -> int:
    knows = f"the copy knows {Label(line.series, 0, line.known)}" if line.known else "the copy knows none"
    question = f"  Highest number {line.series} on paper today ({knows}; 0 = none): "
    while True:
        typed = ask(question).strip()
        number = typed.upper().removeprefix(line.series).strip()
        if number.isascii() and number.isdigit() and len(number) < 10 and int(number) <= line.last:
            return int(number)
        question = f"  A number from 0 to {line.last}, please: "
