"""The first storey."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Do the step."""
    op.create_table(
        "applied",
        sa.Column("site_id", sa.Text(), nullable=False),
        sa.Column("op", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("fingerprint", sa.Text(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("at_ms", sa.Integer(), nullable=False),
        sa.CheckConstraint("json_valid(answer)", name="answer_json"),
        sa.PrimaryKeyConstraint("site_id", "op"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "event",
        sa.Column("site_id", sa.Text(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("at_ms", sa.Integer(), nullable=False),
        sa.CheckConstraint("json_valid(body)", name="body_json"),
        sa.PrimaryKeyConstraint("site_id", "seq"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_index("calls", "event", ["site_id", "seq"], sqlite_where=sa.text("kind IN ('call', 'recall')"))

    op.create_table(
        "setup_token",
        sa.Column("token_hash", sa.Text(), nullable=False),
        sa.Column("created_ms", sa.Integer(), nullable=False),
        sa.Column("used_ms", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("token_hash"),
        sqlite_strict=True,
    )
    op.create_table(
        "site",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("town", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("timezone", sa.Text(), server_default="Europe/Berlin", nullable=False),
        sa.Column("base_url", sa.Text(), server_default="", nullable=False),
        sa.Column("created_ms", sa.Integer(), nullable=False),
        sa.CheckConstraint("length(town) BETWEEN 1 AND 200 AND length(name) BETWEEN 1 AND 200", name="named"),
        sa.PrimaryKeyConstraint("id"),
        sqlite_strict=True,
    )
    op.create_table(
        "business_day",
        sa.Column("site_id", sa.Text(), nullable=False),
        sa.Column("day", sa.Text(), nullable=False),
        sa.Column("opened_ms", sa.Integer(), nullable=False),
        sa.Column("closed_ms", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"]),
        sa.PrimaryKeyConstraint("site_id", "day"),
        sqlite_strict=True,
    )
    op.create_index("one_open_day", "business_day", ["site_id"], unique=True, sqlite_where=sa.text("closed_ms IS NULL"))

    op.create_table(
        "catalogue",
        sa.Column("site_id", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("etag", sa.Text(), nullable=False),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("published_ms", sa.Integer(), nullable=False),
        sa.CheckConstraint("version >= 1", name="version_counts"),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"]),
        sa.PrimaryKeyConstraint("site_id", "version"),
        sqlite_strict=True,
    )
    op.create_table(
        "counter",
        sa.Column("site_id", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("place", sa.Text(), server_default="", nullable=False),
        sa.Column("position", sa.Integer(), server_default="0", nullable=False),
        sa.Column("closed_ms", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"]),
        sa.PrimaryKeyConstraint("site_id", "id"),
        sqlite_strict=True,
    )
    op.create_index(
        "counter_name_once", "counter", ["site_id", "name"], unique=True, sqlite_where=sa.text("closed_ms IS NULL")
    )

    op.create_table(
        "queue",
        sa.Column("site_id", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("series", sa.Text(), nullable=False),
        sa.Column("names", sa.Text(), nullable=False),
        sa.Column("places", sa.Text(), server_default="{}", nullable=False),
        sa.Column("office", sa.Text(), nullable=True),
        sa.Column("first_n", sa.Integer(), server_default="1", nullable=False),
        sa.Column("last_n", sa.Integer(), server_default="999", nullable=False),
        sa.Column("open", sa.Integer(), server_default="1", nullable=False),
        sa.Column("position", sa.Integer(), server_default="0", nullable=False),
        sa.Column("waiting", sa.Integer(), server_default="0", nullable=False),
        sa.Column("removed_ms", sa.Integer(), nullable=True),
        sa.CheckConstraint("first_n BETWEEN 1 AND last_n AND last_n <= 9999", name="range"),
        sa.CheckConstraint("json_valid(names) AND json_valid(places)", name="texts_json"),
        sa.CheckConstraint("length(series) BETWEEN 1 AND 2", name="series_short"),
        sa.CheckConstraint("open IN (0, 1)", name="open_flag"),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"]),
        sa.PrimaryKeyConstraint("site_id", "id"),
        sqlite_strict=True,
    )
    op.create_index(
        "series_once", "queue", ["site_id", "series"], unique=True, sqlite_where=sa.text("removed_ms IS NULL")
    )

    op.create_table(
        "terminal",
        sa.Column("site_id", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("place", sa.Text(), server_default="", nullable=False),
        sa.Column("key_hash", sa.Text(), nullable=True),
        sa.Column("created_ms", sa.Integer(), nullable=False),
        sa.Column("enrolled_ms", sa.Integer(), nullable=True),
        sa.Column("revoked_ms", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"]),
        sa.PrimaryKeyConstraint("site_id", "id"),
        sa.UniqueConstraint("key_hash"),
        sqlite_strict=True,
    )
    op.create_index(
        "terminal_name_once", "terminal", ["site_id", "name"], unique=True, sqlite_where=sa.text("revoked_ms IS NULL")
    )

    op.create_table(
        "tombstone",
        sa.Column("site_id", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("at_ms", sa.Integer(), nullable=False),
        sa.CheckConstraint("length(id) = 36", name="uuid"),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"]),
        sa.PrimaryKeyConstraint("site_id", "id"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "sign_in_try",
        sa.Column("site_id", sa.Text(), nullable=False),
        sa.Column("whose", sa.Text(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("last_ms", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["site_id"],
            ["site.id"],
        ),
        sa.PrimaryKeyConstraint("site_id", "whose"),
        sqlite_strict=True,
    )
    op.create_table(
        "user",
        sa.Column("site_id", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("login", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=False),
        sa.Column("created_ms", sa.Integer(), nullable=False),
        sa.Column("disabled_ms", sa.Integer(), nullable=True),
        sa.CheckConstraint("password_hash LIKE '$argon2id$%'", name="argon2id"),
        sa.CheckConstraint(
            "role IN ('clerk', 'supervisor', 'cash_office', 'editor', 'technician', 'administrator')", name="role_known"
        ),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"]),
        sa.PrimaryKeyConstraint("site_id", "id"),
        sa.UniqueConstraint("site_id", "login"),
        sqlite_strict=True,
    )
    op.create_table(
        "counter_queue",
        sa.Column("site_id", sa.Text(), nullable=False),
        sa.Column("counter_id", sa.Text(), nullable=False),
        sa.Column("queue_id", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["site_id", "counter_id"], ["counter.site_id", "counter.id"]),
        sa.ForeignKeyConstraint(["site_id", "queue_id"], ["queue.site_id", "queue.id"]),
        sa.PrimaryKeyConstraint("site_id", "counter_id", "queue_id"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "counter_seq",
        sa.Column("site_id", sa.Text(), nullable=False),
        sa.Column("day", sa.Text(), nullable=False),
        sa.Column("series", sa.Text(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["site_id", "day"], ["business_day.site_id", "business_day.day"]),
        sa.PrimaryKeyConstraint("site_id", "day", "series"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "enrolment",
        sa.Column("site_id", sa.Text(), nullable=False),
        sa.Column("code_hash", sa.Text(), nullable=False),
        sa.Column("terminal_id", sa.Text(), nullable=False),
        sa.Column("created_ms", sa.Integer(), nullable=False),
        sa.Column("expires_ms", sa.Integer(), nullable=False),
        sa.Column("used_ms", sa.Integer(), nullable=True),
        sa.Column("revoked_ms", sa.Integer(), nullable=True),
        sa.Column("machine", sa.Text(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(["site_id", "terminal_id"], ["terminal.site_id", "terminal.id"]),
        sa.PrimaryKeyConstraint("site_id", "code_hash"),
        sa.UniqueConstraint("code_hash"),
        sqlite_strict=True,
    )
    op.create_table(
        "help_call",
        sa.Column("site_id", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("terminal_id", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("lang", sa.Text(), nullable=False),
        sa.Column("label", sa.Text(), server_default="", nullable=False),
        sa.Column("opened_ms", sa.Integer(), nullable=False),
        sa.Column("acknowledged_ms", sa.Integer(), nullable=True),
        sa.Column("acknowledged_by", sa.Text(), nullable=True),
        sa.CheckConstraint("reason IN ('asked', 'no_paper', 'no_number', 'flood', 'device')", name="reason_known"),
        sa.ForeignKeyConstraint(["site_id", "acknowledged_by"], ["user.site_id", "user.id"]),
        sa.ForeignKeyConstraint(["site_id", "terminal_id"], ["terminal.site_id", "terminal.id"]),
        sa.PrimaryKeyConstraint("site_id", "id"),
        sqlite_strict=True,
    )
    op.create_index(
        "open_help",
        "help_call",
        ["site_id", "opened_ms"],
        unique=False,
        sqlite_where=sa.text("acknowledged_ms IS NULL"),
    )

    op.create_table(
        "service_queue",
        sa.Column("site_id", sa.Text(), nullable=False),
        sa.Column("service_id", sa.Text(), nullable=False),
        sa.Column("queue_id", sa.Text(), nullable=False),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.CheckConstraint("origin IN ('catalogue', 'override')", name="origin_known"),
        sa.ForeignKeyConstraint(["site_id", "queue_id"], ["queue.site_id", "queue.id"]),
        sa.PrimaryKeyConstraint("site_id", "service_id"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "session",
        sa.Column("site_id", sa.Text(), nullable=False),
        sa.Column("token_hash", sa.Text(), nullable=False),
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("counter_id", sa.Text(), nullable=True),
        sa.Column("csrf", sa.Text(), nullable=False),
        sa.Column("created_ms", sa.Integer(), nullable=False),
        sa.Column("seen_ms", sa.Integer(), nullable=False),
        sa.Column("expires_ms", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["site_id", "counter_id"], ["counter.site_id", "counter.id"]),
        sa.ForeignKeyConstraint(["site_id", "user_id"], ["user.site_id", "user.id"]),
        sa.PrimaryKeyConstraint("site_id", "token_hash"),
        sa.UniqueConstraint("token_hash"),
        sqlite_strict=True,
    )
    op.create_table(
        "terminal_status",
        sa.Column("site_id", sa.Text(), nullable=False),
        sa.Column("terminal_id", sa.Text(), nullable=False),
        sa.Column("seen_ms", sa.Integer(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("catalogue_version", sa.Integer(), nullable=False),
        sa.Column("devices", sa.Text(), server_default="[]", nullable=False),
        sa.Column("notes", sa.Text(), server_default="[]", nullable=False),
        sa.CheckConstraint("json_valid(devices) AND json_valid(notes)", name="status_json"),
        sa.ForeignKeyConstraint(["site_id", "terminal_id"], ["terminal.site_id", "terminal.id"]),
        sa.PrimaryKeyConstraint("site_id", "terminal_id"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "ticket",
        sa.Column("site_id", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("day", sa.Text(), nullable=False),
        sa.Column("series", sa.Text(), nullable=False),
        sa.Column("slot", sa.Integer(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("queue_id", sa.Text(), nullable=False),
        sa.Column("service_id", sa.Text(), nullable=False),
        sa.Column("terminal_id", sa.Text(), nullable=True),
        sa.Column("lang", sa.Text(), nullable=False),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("ahead", sa.Integer(), nullable=False),
        sa.Column("arrival_ms", sa.Integer(), nullable=False),
        sa.Column("issued_ms", sa.Integer(), nullable=False),
        sa.Column("tapped_at", sa.Text(), nullable=False),
        sa.Column("counter_id", sa.Text(), nullable=True),
        sa.Column("calls", sa.Integer(), server_default="0", nullable=False),
        sa.Column("called_ms", sa.Integer(), nullable=True),
        sa.Column("ended_ms", sa.Integer(), nullable=True),
        sa.Column("paper", sa.Text(), server_default="asked", nullable=False),
        sa.Column("paper_problem", sa.Text(), server_default="", nullable=False),
        sa.Column("token", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "paper IN ('asked', 'printed', 'not_printed', 'unconfirmed', 'screen_only')", name="paper_known"
        ),
        sa.CheckConstraint(
            "state IN ('issued', 'waiting', 'called', 'in_service', 'done', 'no_show', 'parked', 'transferred', "
            "'pending_pickup', 'cancelled', 'expired', 'void')",
            name="state_known",
        ),
        sa.CheckConstraint("state NOT IN ('called', 'in_service') OR counter_id IS NOT NULL", name="called_to_counter"),
        sa.CheckConstraint("length(id) = 36", name="uuid"),
        sa.CheckConstraint("n >= 1 AND slot >= 0 AND round >= 0", name="number_counts"),
        sa.ForeignKeyConstraint(["site_id", "counter_id"], ["counter.site_id", "counter.id"]),
        sa.ForeignKeyConstraint(["site_id", "day"], ["business_day.site_id", "business_day.day"]),
        sa.ForeignKeyConstraint(["site_id", "queue_id"], ["queue.site_id", "queue.id"]),
        sa.ForeignKeyConstraint(["site_id", "terminal_id"], ["terminal.site_id", "terminal.id"]),
        sa.PrimaryKeyConstraint("site_id", "id"),
        sa.UniqueConstraint("site_id", "day", "series", "slot", "round", "n"),
        sa.UniqueConstraint("token"),
        sqlite_strict=True,
    )
    op.create_index(
        "never_given_while_it_waits",
        "ticket",
        ["site_id", "series", "slot", "n"],
        unique=True,
        sqlite_where=sa.text("state IN ('issued', 'waiting', 'called', 'in_service', 'parked', 'pending_pickup')"),
    )
    op.create_index(
        "one_customer_per_counter",
        "ticket",
        ["site_id", "counter_id"],
        unique=True,
        sqlite_where=sa.text("state IN ('called', 'in_service')"),
    )
    op.create_index(
        "waiting_in_order",
        "ticket",
        ["site_id", "queue_id", "priority", "arrival_ms", "slot", "n"],
        unique=False,
        sqlite_where=sa.text("state = 'waiting'"),
    )

    op.create_table(
        "interval",
        sa.Column("site_id", sa.Text(), nullable=False),
        sa.Column("ticket_id", sa.Text(), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("queue_id", sa.Text(), nullable=False),
        sa.Column("counter_id", sa.Text(), nullable=True),
        sa.Column("started_ms", sa.Integer(), nullable=False),
        sa.Column("ended_ms", sa.Integer(), nullable=True),
        sa.CheckConstraint("kind IN ('wait', 'way', 'service', 'pause')", name="kind_known"),
        sa.CheckConstraint("ended_ms IS NULL OR ended_ms >= started_ms", name="forward"),
        sa.ForeignKeyConstraint(["site_id", "ticket_id"], ["ticket.site_id", "ticket.id"]),
        sa.PrimaryKeyConstraint("site_id", "ticket_id", "step"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_index(
        "one_open_interval", "interval", ["site_id", "ticket_id"], unique=True, sqlite_where=sa.text("ended_ms IS NULL")
    )
