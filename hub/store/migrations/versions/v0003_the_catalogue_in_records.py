"""The catalogue in records.

Every snapshot of before becomes an import that can be put in force again; the newest one is taken apart into records
when the hub starts (``hub.catalogue.publication.startup_migration``), which is why ``cursor`` is 0 here.
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


_ORIGIN = "CASE c.origin WHEN 'file' THEN 'own' ELSE c.origin END"


def upgrade() -> None:
    """Do the step."""
    op.create_table(
        "catalogue_state",
        sa.Column("site_id", sa.Text(), nullable=False),
        sa.Column("epoch", sa.Text(), nullable=False),
        sa.Column("cursor", sa.Integer(), server_default="0", nullable=False),
        sa.Column("floor", sa.Integer(), server_default="0", nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("seq", sa.Integer(), server_default="0", nullable=False),
        sa.Column("issued_ms", sa.Integer(), nullable=False),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("import_n", sa.Integer(), server_default="0", nullable=False),
        sa.Column("own_tiles", sa.Integer(), server_default="0", nullable=False),
        sa.Column("published_ms", sa.Integer(), nullable=False),
        sa.CheckConstraint("version >= 0 AND cursor >= floor AND floor >= 0", name="counts"),
        sa.CheckConstraint("own_tiles IN (0, 1)", name="own_tiles_flag"),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"]),
        sa.PrimaryKeyConstraint("site_id"),
        sqlite_strict=True,
    )
    op.create_table(
        "catalogue_record",
        sa.Column("site_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("lang", sa.Text(), nullable=False),
        sa.Column("rev", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("deleted_ms", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"]),
        sa.PrimaryKeyConstraint("site_id", "kind", "id", "lang"),
        sqlite_strict=True,
    )
    op.create_index("record_by_rev", "catalogue_record", ["site_id", "rev"])
    op.create_table(
        "catalogue_import",
        sa.Column("site_id", sa.Text(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("services", sa.Integer(), nullable=False),
        sa.Column("findings", sa.Text(), server_default="[]", nullable=False),
        sa.Column("report", sa.Text(), server_default="", nullable=False),
        sa.Column("files", sa.Text(), server_default="{}", nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("created_ms", sa.Integer(), nullable=False),
        sa.Column("decided_ms", sa.Integer(), nullable=True),
        sa.Column("decided_by", sa.Text(), server_default="", nullable=False),
        sa.Column("version", sa.Integer(), nullable=True),
        sa.CheckConstraint("json_valid(findings) AND json_valid(files)", name="import_json"),
        sa.CheckConstraint("state IN ('pending', 'published', 'rejected')", name="state_known"),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"]),
        sa.PrimaryKeyConstraint("site_id", "n"),
        sqlite_strict=True,
    )
    op.create_index(
        "one_pending_import",
        "catalogue_import",
        ["site_id"],
        unique=True,
        sqlite_where=sa.text("state = 'pending'"),
    )
    op.create_table(
        "tile",
        sa.Column("site_id", sa.Text(), nullable=False),
        sa.Column("service_id", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("labels", sa.Text(), server_default="{}", nullable=False),
        sa.Column("details", sa.Text(), server_default="{}", nullable=False),
        sa.CheckConstraint("json_valid(labels) AND json_valid(details)", name="tile_json"),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"]),
        sa.PrimaryKeyConstraint("site_id", "service_id"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "signing_key",
        sa.Column("site_id", sa.Text(), nullable=False),
        sa.Column("kid", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("private", sa.Text(), nullable=False),
        sa.Column("public", sa.Text(), nullable=False),
        sa.Column("created_ms", sa.Integer(), nullable=False),
        sa.CheckConstraint("state IN ('signs', 'next', 'retired')", name="state_known"),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"]),
        sa.PrimaryKeyConstraint("site_id", "kid"),
        sa.UniqueConstraint("kid"),
        sqlite_strict=True,
    )
    for name, state in (("one_signs", "signs"), ("one_comes_next", "next")):
        op.create_index(name, "signing_key", ["site_id"], unique=True, sqlite_where=sa.text(f"state = '{state}'"))
    _move()
    op.drop_table("catalogue")


def _move() -> None:
    """The newest ten snapshots, and which one is in force. ``omit_defaults`` left out an empty list of services."""
    op.execute(
        "INSERT INTO catalogue_import (site_id, n, state, origin, source, services, body, created_ms, decided_ms,"
        f" version) SELECT c.site_id, c.version, 'published', {_ORIGIN}, '',"
        " coalesce(json_array_length(CAST(c.body AS TEXT), '$.services'), 0), c.body, c.published_ms, c.published_ms,"
        " c.version FROM catalogue c"
        " WHERE c.version > (SELECT max(n.version) - 10 FROM catalogue n WHERE n.site_id = c.site_id)"
    )
    op.execute(
        "INSERT INTO catalogue_state (site_id, epoch, version, issued_ms, origin, import_n, published_ms)"
        f" SELECT site_id, lower(hex(randomblob(4))), version, published_ms, {_ORIGIN}, version, published_ms"
        " FROM catalogue c WHERE version = (SELECT max(n.version) FROM catalogue n WHERE n.site_id = c.site_id)"
    )
