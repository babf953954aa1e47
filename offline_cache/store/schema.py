"""The tables of ``terminal.db``, step by step. A step that has been delivered is never changed.

A participant that is new brings its tables itself (``Participant.tables``).
"""

from collections.abc import Iterable

from offline_cache.store.database import Layout
from offline_cache.store.participant import Participant
from offline_cache.store.participants import PARTICIPANTS
from offline_cache.store.schema_parts import Part

_STEP_1 = """
CREATE TABLE instance(
  one INTEGER PRIMARY KEY CHECK(one = 1),
  generation BLOB NOT NULL CHECK(length(generation) = 16),
  starts INTEGER NOT NULL DEFAULT 0
) STRICT;
INSERT INTO instance(one, generation) VALUES (1, randomblob(16));

CREATE TABLE ticket(
  id TEXT PRIMARY KEY CHECK(length(id) = 36),
  state TEXT NOT NULL CHECK(state IN ('intent', 'numbered', 'cancelled')),
  service TEXT NOT NULL,
  lang TEXT NOT NULL,
  tapped_at TEXT NOT NULL,
  series TEXT, slot INTEGER CHECK(slot >= 0), n INTEGER CHECK(n >= 1),
  queue TEXT, business_day TEXT, issued_at TEXT, ahead INTEGER, slip_code TEXT, url TEXT,
  paper TEXT NOT NULL DEFAULT 'none'
    CHECK(paper IN ('none', 'asked', 'printed', 'not_printed', 'unconfirmed', 'screen_only')),
  problem TEXT NOT NULL DEFAULT '',
  jobs INTEGER NOT NULL DEFAULT 0,
  CHECK(state <> 'numbered' OR (series IS NOT NULL AND slot IS NOT NULL AND n IS NOT NULL))
) STRICT, WITHOUT ROWID;
CREATE INDEX ticket_open ON ticket(state) WHERE state = 'intent';
CREATE INDEX ticket_paper ON ticket(paper) WHERE paper = 'asked';
CREATE INDEX ticket_day ON ticket(business_day);
CREATE UNIQUE INDEX ticket_own_number ON ticket(business_day, series, slot, n) WHERE slot > 0;

CREATE TABLE owed(
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  ticket TEXT NOT NULL,
  kind TEXT NOT NULL CHECK(kind IN ('cancel', 'paper')),
  body TEXT NOT NULL CHECK(json_valid(body)),
  refused TEXT NOT NULL DEFAULT '',
  UNIQUE(ticket, kind)
) STRICT;
"""

_RANDOM_UUID = (
    "lower(hex(randomblob(4))) || '-' || lower(hex(randomblob(2))) || '-4' || substr(lower(hex(randomblob(2))), 2)"
    " || '-8' || substr(lower(hex(randomblob(2))), 2) || '-' || lower(hex(randomblob(6)))"
)

_STEP_2 = f"""
ALTER TABLE instance ADD COLUMN slot INTEGER CHECK(slot BETWEEN 1 AND 99);
ALTER TABLE instance ADD COLUMN slip_key BLOB CHECK(length(slip_key) = 32);
ALTER TABLE instance ADD COLUMN machine TEXT NOT NULL DEFAULT '';
ALTER TABLE instance ADD COLUMN business_day TEXT NOT NULL DEFAULT '';
ALTER TABLE instance ADD COLUMN hub_generation TEXT NOT NULL DEFAULT '';
ALTER TABLE instance ADD COLUMN closed INTEGER NOT NULL DEFAULT 0 CHECK(closed IN (0, 1));
ALTER TABLE instance ADD COLUMN closed_message TEXT NOT NULL DEFAULT '';
ALTER TABLE instance ADD COLUMN boot_id TEXT NOT NULL DEFAULT '';
ALTER TABLE instance ADD COLUMN clock_offset_ms INTEGER NOT NULL DEFAULT 0;
UPDATE instance SET business_day = coalesce((SELECT max(business_day) FROM ticket
  WHERE business_day GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]'), '');

CREATE TABLE slot_counter(series TEXT PRIMARY KEY, n INTEGER NOT NULL CHECK(n >= 1)) STRICT, WITHOUT ROWID;

ALTER TABLE ticket ADD COLUMN arrival_ms INTEGER NOT NULL DEFAULT 0 CHECK(arrival_ms >= 0);
ALTER TABLE ticket ADD COLUMN arrival_sure INTEGER NOT NULL DEFAULT 0 CHECK(arrival_sure IN (0, 1));
UPDATE ticket SET arrival_ms = max(0, coalesce(unixepoch(tapped_at), 0)) * 1000;
CREATE INDEX ticket_arrival ON ticket(arrival_sure, arrival_ms);

CREATE TABLE outbox(
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  op TEXT NOT NULL UNIQUE CHECK(length(op) = 36),
  lane TEXT NOT NULL CHECK(length(lane) = 36),
  kind TEXT NOT NULL,
  body TEXT NOT NULL CHECK(json_valid(body)),
  state TEXT NOT NULL DEFAULT 'new' CHECK(state IN ('new', 'quarantine')),
  attempts INTEGER NOT NULL DEFAULT 0,
  next_at INTEGER NOT NULL DEFAULT 0,
  last_error TEXT NOT NULL DEFAULT '',
  made_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX outbox_lane ON outbox(lane);
CREATE INDEX outbox_due ON outbox(state, next_at, seq);
CREATE INDEX outbox_kind ON outbox(kind, lane);
CREATE INDEX outbox_age ON outbox(state, made_ms);
INSERT INTO outbox(op, lane, kind, body, last_error, made_ms)
  SELECT {_RANDOM_UUID}, ticket, kind, json_patch(body, json_object('id', ticket)), refused, unixepoch() * 1000
  FROM owed WHERE length(ticket) = 36 ORDER BY seq;
DROP TABLE owed;

CREATE TABLE applied_order(
  id TEXT PRIMARY KEY CHECK(length(id) = 36),
  made_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX applied_order_made ON applied_order(made_ms);
"""

_STEP_3 = """
ALTER TABLE instance ADD COLUMN closed_day TEXT NOT NULL DEFAULT '';
ALTER TABLE instance ADD COLUMN closed_n INTEGER NOT NULL DEFAULT 0;
"""
"""A business day that the hub closed because its clock had been wrong, and the highest count given under it."""


def layout_of(participants: Iterable[Participant]) -> Layout:
    """The tables that all share (application id "KIOS"), and those that these participants bring."""
    parts = tuple(Part(each.name, each.tables) for each in participants if each.tables)
    return Layout(application_id=0x4B494F53, steps=(_STEP_1, _STEP_2, _STEP_3), parts=parts)


LAYOUT = layout_of(PARTICIPANTS)
