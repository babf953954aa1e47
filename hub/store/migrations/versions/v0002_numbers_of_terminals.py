"""Numbers that terminals give themselves: slots, aliases, alarms, this life of the hub."""

import secrets
import time

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

STILL_IN_USE = "slot = 0 AND state IN ('issued', 'waiting', 'called', 'in_service', 'parked', 'pending_pickup')"
LIVE = sa.text("retired_ms IS NULL")


def upgrade() -> None:
    """Do the step. Columns are added in place: a copy of a table that others refer to would break their keys."""
    _tickets()
    _status()
    _instance()
    _slots()
    _aliases()
    _alarms()


def _tickets() -> None:
    op.execute("ALTER TABLE ticket ADD COLUMN arrival_sure INTEGER DEFAULT '1' NOT NULL")
    op.execute(
        "ALTER TABLE ticket ADD COLUMN origin TEXT DEFAULT 'hub' NOT NULL"
        " CHECK (origin IN ('hub', 'terminal', 'expected', 'typed', 'scanned'))"
    )
    op.drop_index("never_given_while_it_waits", "ticket")
    op.create_index(
        "never_given_while_it_waits",
        "ticket",
        ["site_id", "series", "slot", "n"],
        unique=True,
        sqlite_where=sa.text(STILL_IN_USE),
    )


def _status() -> None:
    for column in (
        "generation TEXT DEFAULT '' NOT NULL",
        "slot INTEGER DEFAULT '0' NOT NULL",
        "clock_skew_ms INTEGER",
        "manifest_seq INTEGER DEFAULT '0' NOT NULL",
        "outbox TEXT DEFAULT '{}' NOT NULL CHECK (json_valid(outbox))",
    ):
        op.execute(f"ALTER TABLE terminal_status ADD COLUMN {column}")


def _instance() -> None:
    op.create_table(
        "instance",
        sa.Column("site_id", sa.Text(), nullable=False),
        sa.Column("generation", sa.Text(), nullable=False),
        sa.Column("slip_key", sa.LargeBinary(), nullable=False),
        sa.Column("slot_floor", sa.Integer(), server_default="0", nullable=False),
        sa.Column("since_ms", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("site_id"),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"]),
        sa.CheckConstraint("length(generation) = 32", name="generation_128_bits"),
        sa.CheckConstraint("length(slip_key) = 32", name="slip_key_256_bits"),
        sqlite_strict=True,
    )
    bind, now_ms = op.get_bind(), time.time_ns() // 1_000_000
    for site in bind.exec_driver_sql("SELECT id FROM site").scalars().all():
        bind.exec_driver_sql(
            "INSERT INTO instance (site_id, generation, slip_key, since_ms) VALUES (?, ?, ?, ?)",
            (site, secrets.token_hex(16), secrets.token_bytes(32), now_ms),
        )


def _slots() -> None:
    op.create_table(
        "slot_grant",
        sa.Column("site_id", sa.Text(), nullable=False),
        sa.Column("generation", sa.Text(), nullable=False),
        sa.Column("slot", sa.Integer(), nullable=False),
        sa.Column("terminal_id", sa.Text(), nullable=False),
        sa.Column("machine", sa.Text(), nullable=False),
        sa.Column("granted_ms", sa.Integer(), nullable=False),
        sa.Column("granted_day", sa.Text(), nullable=False),
        sa.Column("retired_ms", sa.Integer(), nullable=True),
        sa.Column("retired_day", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("site_id", "generation", "slot"),
        sa.ForeignKeyConstraint(["site_id", "terminal_id"], ["terminal.site_id", "terminal.id"]),
        sa.CheckConstraint("slot BETWEEN 1 AND 99", name="slot_two_digits"),
        sa.CheckConstraint("length(generation) = 32", name="generation_128_bits"),
        sa.CheckConstraint("(retired_ms IS NULL) = (retired_day IS NULL)", name="retired_whole"),
        sqlite_strict=True,
    )
    for name, column in (
        ("slot_once", "slot"),
        ("one_slot_per_terminal", "terminal_id"),
        ("one_slot_per_generation", "generation"),
    ):
        op.create_index(name, "slot_grant", ["site_id", column], unique=True, sqlite_where=LIVE)


def _aliases() -> None:
    op.create_table(
        "ticket_alias",
        sa.Column("site_id", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("ticket_id", sa.Text(), nullable=False),
        sa.Column("at_ms", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("site_id", "id"),
        sa.ForeignKeyConstraint(["site_id", "ticket_id"], ["ticket.site_id", "ticket.id"]),
        sa.CheckConstraint("length(id) = 36 AND id <> ticket_id", name="another_uuid"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "label_alias",
        sa.Column("site_id", sa.Text(), nullable=False),
        sa.Column("day", sa.Text(), nullable=False),
        sa.Column("series", sa.Text(), nullable=False),
        sa.Column("slot", sa.Integer(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("ticket_id", sa.Text(), nullable=False),
        sa.Column("at_ms", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("site_id", "day", "series", "slot", "n"),
        sa.ForeignKeyConstraint(["site_id", "ticket_id"], ["ticket.site_id", "ticket.id"]),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )


def _alarms() -> None:
    op.create_table(
        "alarm",
        sa.Column("site_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("terminal_id", sa.Text(), nullable=True),
        sa.Column("detail", sa.Text(), server_default="", nullable=False),
        sa.Column("raised_ms", sa.Integer(), nullable=False),
        sa.Column("last_ms", sa.Integer(), nullable=False),
        sa.Column("noted_ms", sa.Integer(), nullable=True),
        sa.Column("noted_by", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("site_id", "kind", "subject"),
        sa.ForeignKeyConstraint(["site_id", "terminal_id"], ["terminal.site_id", "terminal.id"]),
        sa.ForeignKeyConstraint(["site_id", "noted_by"], ["user.site_id", "user.id"]),
        sa.CheckConstraint("kind IN ('cloned_disk', 'label_taken', 'no_slot')", name="kind_known"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_index("open_alarms", "alarm", ["site_id", "raised_ms"], sqlite_where=sa.text("noted_ms IS NULL"))
