"""Words of SQL that databases spell differently, by name. The hot statements take them from here.

The hot set is giving numbers, calling, states, events and the waiting list (decision 0307). Another database is another
row here. A test refuses new words of SQLite's own in the rest of the hub (``tests/unit/hub/test_hub_sqlite_words.py``).
"""

from typing import Final

import msgspec


class Dialect(msgspec.Struct, frozen=True, kw_only=True):
    """How one database spells what another spells differently."""

    name: str
    """SQLAlchemy's name of it."""
    greatest: str
    """The function that gives the larger of several values; in SQLite it shares its name with the aggregate."""
    numbered: str
    """What stands before the number of a value that a statement uses more than once."""

    def place(self, n: int) -> str:
        """Return the place of the ``n``-th value of a statement, counted from 1."""
        return f"{self.numbered}{n}"


SQLITE: Final = Dialect(name="sqlite", greatest="max", numbered="?")
HERE: Final = SQLITE
"""The database that the hub runs on."""
