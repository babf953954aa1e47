"""What visitors searched for and did not find, as terminals tell it at closing: for whoever edits the catalogue."""

import unicodedata
from collections.abc import Iterable
from datetime import UTC, date, datetime

import msgspec
from sqlalchemy import Connection

from hub.store.sql import run
from kiosk.wire import Missed

LEAST_VISITS = 5
"""Of one day at one terminal; what fewer visits typed may be somebody's name and is not taken."""
WORDS = 3
LETTERS = (3, 40)
SHOWN = 60
LATE_DAYS = 31


class Searched(msgspec.Struct, frozen=True):
    """A text, in how many visits it was not found in all, and the day of the last."""

    text: str
    visits: int
    day: str


def take(connection: Connection, site: str, terminal: str, told: Iterable[Missed], now_ms: int) -> None:
    """Keep what a heartbeat tells; told twice it counts once. What is not of the agreed form is not kept."""
    for each in told:
        if each.visits >= LEAST_VISITS and _is_lately(each.day, now_ms) and _may_be_kept(each.text):
            run(
                connection,
                "INSERT INTO search_miss (site_id, day, terminal_id, text, visits, at_ms) VALUES (?, ?, ?, ?, ?, ?)"
                " ON CONFLICT (site_id, day, terminal_id, text) DO UPDATE SET visits = excluded.visits",
                site,
                each.day,
                terminal,
                each.text,
                each.visits,
                now_ms,
            )


def _may_be_kept(text: str) -> bool:
    """Letters only, with their marks; three words at most."""
    words = text.split(" ")
    letters = all(word and all(unicodedata.category(letter)[0] in "LM" for letter in word) for word in words)
    return letters and len(words) <= WORDS and LETTERS[0] <= len(text) <= LETTERS[1]


def _is_lately(day: str, now_ms: int) -> bool:
    """A date, and none that could not be told now: terminals tell a day at its closing, or soon after."""
    try:
        told = date.fromisoformat(day)
    except ValueError:
        return False
    return abs((told - datetime.fromtimestamp(now_ms / 1000, UTC).date()).days) <= LATE_DAYS


def listed(connection: Connection, site: str) -> list[Searched]:
    """What was searched for most, over all terminals and the days that are kept."""
    rows = run(
        connection,
        "SELECT text, sum(visits) AS visits, max(day) FROM search_miss WHERE site_id = ?"
        " GROUP BY text ORDER BY visits DESC, max(day) DESC, text LIMIT ?",
        site,
        SHOWN,
    )
    return [Searched(text, visits, day) for text, visits, day in rows]
