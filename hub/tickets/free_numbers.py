"""The next number of a series that nobody has: found by two statements, however many are taken.

Taken is a number in use, of whatever day (the index ``never_given_while_it_waits``), and one that became void on the
open day. A series with no number left is known by counting, which costs less than giving a number.
"""

from typing import Final

import msgspec
from sqlalchemy import Connection

from hub.store.enums import ACTIVE, sql_list
from hub.store.sql import run

_IN_USE: Final = f"k.site_id = ?1 AND k.series = ?2 AND k.slot = 0 AND k.state IN {sql_list(ACTIVE)}"
_VOID: Final = "a.site_id = ?1 AND a.day = ?3 AND a.series = ?2 AND a.slot = 0"
_TAKEN: Final = f"""
SELECT (SELECT count(*) FROM ticket k WHERE {_IN_USE} AND k.n BETWEEN ?4 AND ?5)
     + (SELECT count(*) FROM label_alias a WHERE {_VOID} AND a.n BETWEEN ?4 AND ?5
        AND NOT EXISTS (SELECT 1 FROM ticket k WHERE {_IN_USE} AND k.n = a.n))
"""
"""How many numbers from ?4 to ?5 are taken."""
_WALK: Final = f"""
WITH RECURSIVE step(n) AS (
    SELECT ?4 UNION ALL SELECT n + 1 FROM step WHERE n <= ?5 AND (
        EXISTS (SELECT 1 FROM ticket k WHERE {_IN_USE} AND k.n = step.n)
        OR EXISTS (SELECT 1 FROM label_alias a WHERE {_VOID} AND a.n = step.n)))
SELECT max(n) FROM step
"""
"""The first free number from ?4 to ?5, or the one after ?5 when there is none."""


class Place(msgspec.Struct, frozen=True):
    """A number in its round of the day."""

    round: int
    n: int


class Series(msgspec.Struct, frozen=True):
    """The numbers ``first_n`` to ``last_n`` of a letter on the open day."""

    site: str
    letters: str
    day: str
    first_n: int
    last_n: int

    def following(self, last: Place) -> Place:
        """The place after ``last``; after the last number, or one outside, a round begins."""
        if self.first_n <= last.n + 1 <= self.last_n:
            return Place(last.round, last.n + 1)
        return Place(last.round + 1, self.first_n)


def next_free(connection: Connection, series: Series, start: Place) -> Place | None:
    """The first place from ``start`` on whose number is free; None = all are taken."""
    if _count(connection, series) > series.last_n - series.first_n:
        return None
    n = _walk(connection, series, start.n)
    if n <= series.last_n:
        return Place(start.round, n)
    return Place(start.round + 1, _walk(connection, series, series.first_n))


def _count(connection: Connection, series: Series) -> int:
    row = run(connection, _TAKEN, series.site, series.letters, series.day, series.first_n, series.last_n).fetchone()
    assert row is not None
    return int(row[0])


def _walk(connection: Connection, series: Series, start: int) -> int:
    row = run(connection, _WALK, series.site, series.letters, series.day, start, series.last_n).fetchone()
    assert row is not None
    return int(row[0])
