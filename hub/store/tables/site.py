"""The site: itself, people, counters, queues, catalogue, terminals."""

from sqlalchemy import (
    CheckConstraint,
    Column,
    Index,
    Integer,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from hub.store.enums import KEPT_DAYS, KEPT_DAYS_USUAL, ROLES
from hub.store.tables.base import (
    belongs,
    ident,
    json_words,
    maybe_moment,
    metadata,
    moment,
    number,
    of_site,
    one_of,
    words,
)

site = Table(
    "site",
    metadata,
    ident("id"),
    words("town"),
    words("name"),
    words("timezone", "Europe/Berlin"),
    words("base_url", ""),
    moment("created_ms"),
    Column(
        "kept_days",
        Integer,
        CheckConstraint(f"kept_days BETWEEN {KEPT_DAYS[0]} AND {KEPT_DAYS[1]}"),
        nullable=False,
        server_default=str(KEPT_DAYS_USUAL),
    ),
    PrimaryKeyConstraint("id"),
    CheckConstraint("length(town) BETWEEN 1 AND 200 AND length(name) BETWEEN 1 AND 200", name="named"),
    sqlite_strict=True,
)
"""``kept_days``: how long a visit is kept after its end (``hub.retention.periods``)."""

setup_token = Table(
    "setup_token",
    metadata,
    words("token_hash"),
    moment("created_ms"),
    maybe_moment("used_ms"),
    PrimaryKeyConstraint("token_hash"),
    sqlite_strict=True,
)
"""The one-time set-up link, before there is a site."""

user = Table(
    "user",
    metadata,
    ident("site_id"),
    ident("id"),
    words("login"),
    words("name"),
    words("role"),
    words("password_hash"),
    moment("created_ms"),
    maybe_moment("disabled_ms"),
    number("handed_out", 0),
    PrimaryKeyConstraint("site_id", "id"),
    UniqueConstraint("site_id", "login"),
    of_site(),
    one_of("role", ROLES),
    CheckConstraint("password_hash LIKE '$argon2id$%'", name="argon2id"),
    sqlite_strict=True,
)
"""A person of the staff; ``handed_out`` 1 = somebody else set the password: it is changed at the first sign-in."""

counter = Table(
    "counter",
    metadata,
    ident("site_id"),
    ident("id"),
    words("name"),
    words("place", ""),
    number("position", 0),
    maybe_moment("closed_ms"),
    words("short", ""),
    PrimaryKeyConstraint("site_id", "id"),
    of_site(),
    Index("counter_name_once", "site_id", "name", unique=True, sqlite_where=text("closed_ms IS NULL")),
    sqlite_strict=True,
)
"""A desk that calls people (Schalter, Platz); ``name`` is what the board shows, ``short`` where that has no room ("" =
``kiosk.vocabulary.short_names`` shortens the name). ``closed_ms`` set = taken away."""

session = Table(
    "session",
    metadata,
    ident("site_id"),
    words("token_hash"),
    ident("user_id"),
    ident("counter_id", optional=True),
    words("csrf"),
    moment("created_ms"),
    moment("seen_ms"),
    moment("expires_ms"),
    PrimaryKeyConstraint("site_id", "token_hash"),
    UniqueConstraint("token_hash"),
    belongs("user", "user_id"),
    belongs("counter", "counter_id"),
    sqlite_strict=True,
)
"""Who is signed in. Its times are of the steady clock (``hub.clock``), which nobody can set."""

device = Table(
    "device",
    metadata,
    ident("site_id"),
    words("token_hash"),
    ident("user_id"),
    moment("seen_ms"),
    PrimaryKeyConstraint("site_id", "token_hash"),
    belongs("user", "user_id"),
    Index("device_of_user", "site_id", "user_id"),
    sqlite_strict=True,
    sqlite_with_rowid=False,
)
"""A browser in which a person once gave the right password; ``seen_ms`` (steady clock) is when they last did."""

sign_in_try = Table(
    "sign_in_try",
    metadata,
    ident("site_id"),
    words("whose"),
    number("failures"),
    moment("last_ms"),
    PrimaryKeyConstraint("site_id", "whose"),
    of_site(),
    sqlite_strict=True,
)
"""Wrong passwords by name and address (as hashes), whether or not anybody has that name, and by known device;
``last_ms`` is of the steady clock."""

queue = Table(
    "queue",
    metadata,
    ident("site_id"),
    ident("id"),
    words("series"),
    words("names"),
    words("places", "{}"),
    ident("office", optional=True),
    number("first_n", 1),
    number("last_n", 999),
    number("open", 1),
    number("position", 0),
    number("waiting", 0),
    maybe_moment("removed_ms"),
    PrimaryKeyConstraint("site_id", "id"),
    of_site(),
    Index("series_once", "site_id", "series", unique=True, sqlite_where=text("removed_ms IS NULL")),
    CheckConstraint("length(series) BETWEEN 1 AND 2", name="series_short"),
    CheckConstraint("first_n BETWEEN 1 AND last_n AND last_n <= 9999", name="range"),
    CheckConstraint("open IN (0, 1)", name="open_flag"),
    CheckConstraint("json_valid(names) AND json_valid(places)", name="texts_json"),
    sqlite_strict=True,
)
"""A waiting circle with its series letter; ``names`` and ``places`` are ``{language: text}`` as JSON.

``waiting`` is how many wait now, so that a number costs the same however many do;
only ``hub.tickets.states`` writes it.
"""

counter_queue = Table(
    "counter_queue",
    metadata,
    ident("site_id"),
    ident("counter_id"),
    ident("queue_id"),
    PrimaryKeyConstraint("site_id", "counter_id", "queue_id"),
    belongs("counter", "counter_id"),
    belongs("queue", "queue_id"),
    sqlite_strict=True,
    sqlite_with_rowid=False,
)
"""Which queues a counter serves; a counter without rows serves all of them."""

service_queue = Table(
    "service_queue",
    metadata,
    ident("site_id"),
    ident("service_id"),
    ident("queue_id"),
    words("origin"),
    PrimaryKeyConstraint("site_id", "service_id"),
    belongs("queue", "queue_id"),
    one_of("origin", ("catalogue", "override")),
    sqlite_strict=True,
    sqlite_with_rowid=False,
)
"""Where a service's people wait: from the catalogue when it is published, unless staff set an override."""

terminal = Table(
    "terminal",
    metadata,
    ident("site_id"),
    ident("id"),
    words("name"),
    words("place", ""),
    Column("key_hash", Text, nullable=True),
    moment("created_ms"),
    maybe_moment("enrolled_ms"),
    maybe_moment("revoked_ms"),
    PrimaryKeyConstraint("site_id", "id"),
    UniqueConstraint("key_hash"),
    of_site(),
    Index("terminal_name_once", "site_id", "name", unique=True, sqlite_where=text("revoked_ms IS NULL")),
    sqlite_strict=True,
)
"""A terminal of the town hall; ``key_hash`` is the SHA-256 of its key, set when it is enrolled, cleared when
revoked."""

enrolment = Table(
    "enrolment",
    metadata,
    ident("site_id"),
    words("code_hash"),
    ident("terminal_id"),
    moment("created_ms"),
    moment("expires_ms"),
    maybe_moment("used_ms"),
    maybe_moment("revoked_ms"),
    words("machine", ""),
    PrimaryKeyConstraint("site_id", "code_hash"),
    UniqueConstraint("code_hash"),
    belongs("terminal", "terminal_id"),
    sqlite_strict=True,
)
"""One-time codes, as SHA-256; a code works once, until it expires or is revoked."""

terminal_status = Table(
    "terminal_status",
    metadata,
    ident("site_id"),
    ident("terminal_id"),
    moment("seen_ms"),
    words("version"),
    number("catalogue_version"),
    words("devices", "[]"),
    words("notes", "[]"),
    words("generation", ""),
    number("slot", 0),
    maybe_moment("clock_skew_ms"),
    number("manifest_seq", 0),
    json_words("outbox", "{}"),
    words("catalogue_fault", ""),
    PrimaryKeyConstraint("site_id", "terminal_id"),
    belongs("terminal", "terminal_id"),
    CheckConstraint("json_valid(devices) AND json_valid(notes)", name="status_json"),
    sqlite_strict=True,
    sqlite_with_rowid=False,
)
"""What a terminal told of itself last; ``clock_skew_ms`` is its wall clock minus ours, ``outbox`` what we miss,
``catalogue_fault`` why it does not take the newest catalogue."""
