"""The tables of payments. What must never happen is forbidden here, not by care."""

STEP_1 = """
CREATE TABLE payment_state(
  one INTEGER PRIMARY KEY CHECK(one = 1),
  receipt_no INTEGER NOT NULL DEFAULT 0,
  sure INTEGER NOT NULL DEFAULT 0 CHECK(sure IN (0, 1)),
  ledger_seq INTEGER NOT NULL DEFAULT 0,
  ledger_digest BLOB NOT NULL DEFAULT (zeroblob(32)) CHECK(length(ledger_digest) = 32),
  forked INTEGER NOT NULL DEFAULT 0 CHECK(forked IN (0, 1)),
  terminal_id TEXT NOT NULL DEFAULT '',
  ghost TEXT CHECK(ghost IS NULL OR json_valid(ghost)),
  last_day TEXT NOT NULL DEFAULT ''
) STRICT;
INSERT INTO payment_state(one) VALUES (1);

CREATE TABLE payment_attempt(
  id TEXT PRIMARY KEY CHECK(length(id) = 36),
  begun INTEGER NOT NULL,
  charge TEXT NOT NULL,
  state TEXT NOT NULL CHECK(state IN ('intent', 'authorised', 'unknown', 'void_wanted', 'manual',
    'paid', 'declined', 'not_charged', 'voided')),
  cents INTEGER NOT NULL CHECK(cents >= 0),
  approvals INTEGER NOT NULL DEFAULT 0,
  body TEXT NOT NULL CHECK(json_valid(body)),
  receipt_no INTEGER UNIQUE,
  void_no INTEGER UNIQUE,
  day TEXT
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX payment_one_open ON payment_attempt((1))
  WHERE state IN ('intent', 'authorised', 'unknown', 'void_wanted', 'manual');
CREATE UNIQUE INDEX payment_paid_once ON payment_attempt(charge) WHERE state = 'paid' AND charge <> '';
CREATE UNIQUE INDEX payment_begun ON payment_attempt(begun);
CREATE INDEX payment_of_day ON payment_attempt(state) WHERE day IS NULL;

CREATE TABLE payment_event(
  seq INTEGER PRIMARY KEY,
  entry TEXT UNIQUE,
  about TEXT NOT NULL,
  kind TEXT NOT NULL,
  body TEXT NOT NULL CHECK(json_valid(body)),
  made_ms INTEGER NOT NULL,
  digest BLOB NOT NULL CHECK(length(digest) = 32)
) STRICT;
CREATE INDEX payment_event_about ON payment_event(about, kind);
CREATE TRIGGER payment_event_stays BEFORE UPDATE ON payment_event
  BEGIN SELECT RAISE(ABORT, 'entries of the payment journal are never changed'); END;
CREATE TRIGGER payment_event_is_kept BEFORE DELETE ON payment_event
  BEGIN SELECT RAISE(ABORT, 'entries of the payment journal are never deleted'); END;

CREATE TABLE payment_day(
  id TEXT PRIMARY KEY CHECK(length(id) = 36),
  begun INTEGER NOT NULL,
  state TEXT NOT NULL CHECK(state IN ('begun', 'closed', 'seen_closed', 'failed', 'unsure')),
  local_date TEXT NOT NULL,
  expected_cents INTEGER,
  told_cents INTEGER
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX payment_one_day_open ON payment_day((1)) WHERE state = 'begun';

CREATE TABLE payment_ledger(
  seq INTEGER PRIMARY KEY,
  body TEXT NOT NULL CHECK(json_valid(body)),
  digest BLOB NOT NULL CHECK(length(digest) = 32)
) STRICT;
CREATE TRIGGER payment_ledger_stays BEFORE UPDATE ON payment_ledger
  BEGIN SELECT RAISE(ABORT, 'entries of the ledger are never changed'); END;
CREATE TRIGGER payment_ledger_is_kept BEFORE DELETE ON payment_ledger
  BEGIN SELECT RAISE(ABORT, 'entries of the ledger are never deleted'); END;

CREATE TABLE payment_order(
  id TEXT PRIMARY KEY CHECK(length(id) = 36),
  made INTEGER NOT NULL,
  body TEXT NOT NULL CHECK(json_valid(body)),
  done TEXT NOT NULL DEFAULT ''
) STRICT, WITHOUT ROWID;
CREATE INDEX payment_order_open ON payment_order(made) WHERE done = '';
"""
"""The partial unique index over a constant is the rule "one open attempt at a time"; that over the charge is "paid
once". ``begun`` and ``made`` are the sequence numbers of the journal: clocks are hints only."""
