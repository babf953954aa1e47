"""A store participant that only tests know: the journal of a device that charges money.

An intent is durable before the device is asked, what the device says is durable before it is answered, and at the
start every intent without an outcome becomes unknown: nobody may charge again.
"""

import apsw
import msgspec

from kiosk.vocabulary.events import Event
from offline_cache.store.context import StoreContext
from offline_cache.store.participant import AtStart, FactRule, Kept, NotKept, Participant, Published, Written


class ChargeIntended(msgspec.Struct, frozen=True):
    """The device is about to be asked for so many cents."""

    id: str
    cents: int


class ChargeHeard(msgspec.Struct, frozen=True):
    """What the device said became of it; it is answered only after this is durable."""

    id: str
    outcome: str


class ChargeStored(Event, frozen=True):
    """The fact about this charge is durable."""

    id: str


class ChargeNotStored(Event, frozen=True):
    """The fact about this charge was not kept."""

    id: str
    detail: str


class ChargesAtStart(AtStart, frozen=True):
    """Charges that a crash left open: they are unknown now."""

    unknown: tuple[str, ...]

    def fields(self) -> dict[str, str]:
        return {"charges_unknown": str(len(self.unknown))}


class OpenCharges(msgspec.Struct, frozen=True):
    """How many intents have no outcome yet."""

    count: int


def _intend(db: apsw.Connection, _outside: StoreContext, fact: ChargeIntended) -> Written:
    known = db.execute("SELECT cents FROM charge WHERE id = ?", (fact.id,)).fetchone()
    if known is not None:
        return Kept(ChargeStored(fact.id)) if known == (fact.cents,) else NotKept(f"intended for {known[0]} before")
    db.execute("INSERT INTO charge(id, cents) VALUES (?, ?)", (fact.id, fact.cents))
    return Kept(ChargeStored(fact.id))


def _hear(db: apsw.Connection, _outside: StoreContext, fact: ChargeHeard) -> Written:
    known = db.execute("SELECT outcome FROM charge WHERE id = ?", (fact.id,)).fetchone()
    if known is None:
        return NotKept("never intended")
    db.execute("UPDATE charge SET outcome = ? WHERE id = ?", (fact.outcome, fact.id))
    return Kept(ChargeStored(fact.id))


def _settle(db: apsw.Connection, _outside: StoreContext) -> ChargesAtStart:
    rows = db.execute("SELECT id FROM charge WHERE outcome = 'intended' ORDER BY id").fetchall()
    db.execute("UPDATE charge SET outcome = 'unknown' WHERE outcome = 'intended'")
    return ChargesAtStart(tuple(str(row[0]) for row in rows))


def _open(db: apsw.Connection, _outside: StoreContext) -> OpenCharges:
    (count,) = db.execute("SELECT count(*) FROM charge WHERE outcome = 'intended'").fetchone() or (0,)
    return OpenCharges(int(count))


TABLE = """
CREATE TABLE charge(
  id TEXT PRIMARY KEY,
  cents INTEGER NOT NULL CHECK(cents > 0),
  outcome TEXT NOT NULL DEFAULT 'intended' CHECK(outcome IN ('intended', 'approved', 'declined', 'unknown'))
) STRICT, WITHOUT ROWID;
"""

JOURNAL = Participant(
    name="journal",
    tables=(TABLE,),
    facts=(
        FactRule(
            kind=ChargeIntended,
            write=_intend,
            failed=lambda fact, reason: ChargeNotStored(fact.id, reason),
            subject=lambda fact: fact.id,
        ),
        FactRule(
            kind=ChargeHeard,
            write=_hear,
            failed=lambda fact, reason: ChargeNotStored(fact.id, reason),
            redo=lambda fact: fact,
            subject=lambda fact: fact.id,
        ),
    ),
    publishes=(Published(OpenCharges, _open),),
    settle=_settle,
)
