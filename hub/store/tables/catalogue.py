"""The service catalogue: its records with their revisions, what was imported, the town hall's own tiles, signing
keys."""

from sqlalchemy import (
    CheckConstraint,
    Column,
    Index,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    Table,
    UniqueConstraint,
    text,
)

from hub.store.enums import IMPORTS, KEYS
from hub.store.tables.base import belongs, ident, maybe_moment, metadata, moment, number, of_site, one_of, words

catalogue_state = Table(
    "catalogue_state",
    metadata,
    ident("site_id"),
    words("epoch"),
    number("cursor", 0),
    number("floor", 0),
    number("version"),
    number("seq", 0),
    moment("issued_ms"),
    words("origin"),
    number("import_n", 0),
    number("own_tiles", 0),
    moment("published_ms"),
    PrimaryKeyConstraint("site_id"),
    of_site(),
    CheckConstraint("version >= 0 AND cursor >= floor AND floor >= 0", name="counts"),
    CheckConstraint("own_tiles IN (0, 1)", name="own_tiles_flag"),
    sqlite_strict=True,
)
"""Which catalogue is in force: records up to ``cursor`` within ``epoch``, told by manifest ``seq``.

``floor`` is the revision of the youngest tombstone that was forgotten: who stands below it needs a snapshot.
``import_n`` is the import it came from; ``own_tiles`` 1 = the tiles of the start screen are the town hall's own.
"""

catalogue_record = Table(
    "catalogue_record",
    metadata,
    ident("site_id"),
    words("kind"),
    words("id"),
    words("lang"),
    number("rev"),
    words("sha256"),
    Column("body", LargeBinary, nullable=False),
    maybe_moment("deleted_ms"),
    PrimaryKeyConstraint("site_id", "kind", "id", "lang"),
    of_site(),
    Index("record_by_rev", "site_id", "rev"),
    sqlite_strict=True,
)
"""The catalogue in pieces (``kiosk.catalogue.records``); ``deleted_ms`` set = a tombstone.

It keeps the last body (one of an older hub has none): tickets go on naming what they were drawn for.
"""

catalogue_import = Table(
    "catalogue_import",
    metadata,
    ident("site_id"),
    number("n"),
    words("state"),
    words("origin"),
    words("source"),
    number("services"),
    words("findings", "[]"),
    words("report", ""),
    words("files", "{}"),
    Column("body", LargeBinary, nullable=False),
    moment("created_ms"),
    maybe_moment("decided_ms"),
    words("decided_by", ""),
    Column("version", Integer, nullable=True),
    PrimaryKeyConstraint("site_id", "n"),
    of_site(),
    one_of("state", IMPORTS),
    CheckConstraint("json_valid(findings) AND json_valid(files)", name="import_json"),
    Index("one_pending_import", "site_id", unique=True, sqlite_where=text("state = 'pending'")),
    sqlite_strict=True,
)
"""What came in, as it came (``hub.catalogue.content.draft_codec``), to be accepted later or put in force again.

``files`` says which services came from which file of a directory.
"""

tile = Table(
    "tile",
    metadata,
    ident("site_id"),
    words("service_id"),
    number("position"),
    words("labels", "{}"),
    words("details", "{}"),
    PrimaryKeyConstraint("site_id", "service_id"),
    of_site(),
    CheckConstraint("json_valid(labels) AND json_valid(details)", name="tile_json"),
    sqlite_strict=True,
    sqlite_with_rowid=False,
)
"""A tile of the start screen that the town hall chose itself; it survives every import."""

search_miss = Table(
    "search_miss",
    metadata,
    ident("site_id"),
    words("day"),
    words("terminal_id"),
    words("text"),
    number("visits"),
    moment("at_ms"),
    PrimaryKeyConstraint("site_id", "day", "terminal_id", "text"),
    belongs("terminal", "terminal_id"),
    CheckConstraint("visits >= 5", name="several_visits"),
    CheckConstraint("length(text) BETWEEN 3 AND 40", name="short_text"),
    sqlite_strict=True,
    sqlite_with_rowid=False,
)
"""What visitors typed at a terminal and did not find, where at least five visits of one day agreed."""

signing_key = Table(
    "signing_key",
    metadata,
    ident("site_id"),
    words("kid"),
    words("state"),
    words("private"),
    words("public"),
    moment("created_ms"),
    PrimaryKeyConstraint("site_id", "kid"),
    UniqueConstraint("kid"),
    of_site(),
    one_of("state", KEYS),
    Index("one_signs", "site_id", unique=True, sqlite_where=text("state = 'signs'")),
    Index("one_comes_next", "site_id", unique=True, sqlite_where=text("state = 'next'")),
    sqlite_strict=True,
)
"""Ed25519 keys of the manifests: one signs, one comes next (terminals know both); ``private`` is the member d."""
