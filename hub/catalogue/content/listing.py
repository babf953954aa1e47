"""Services as pages of the staff list them: names in the staff's languages, found by words, a page full at most."""

from collections.abc import Collection

import msgspec
from sqlalchemy import Connection

from hub.store.sql import run
from kiosk.catalogue.model import Office, Texts
from kiosk.catalogue.records import join

MOST = 200
LANGUAGES = ("de", "en")


class Listed(msgspec.Struct, frozen=True):
    """A service with its queue; one that others do (``elsewhere``) needs none."""

    id: str
    names: Texts
    queue: str | None
    elsewhere: bool = False


class Found(msgspec.Struct, frozen=True):
    """The first services that fit, in the order of the catalogue, and how many there are."""

    services: tuple[Listed, ...]
    total: int


def services(connection: Connection, site: str, wanted: str = "", most: int = MOST) -> Found:
    """The services whose names hold all words of ``wanted``."""
    known, words = names(connection, site, LANGUAGES), wanted.lower().split()
    rows = run(
        connection,
        "SELECT r.id, s.queue_id, json_extract(CAST(r.body AS TEXT), '$.elsewhere') IS NOT NULL FROM catalogue_record r"
        " LEFT JOIN service_queue s ON s.site_id = r.site_id AND s.service_id = r.id"
        " WHERE r.site_id = ? AND r.kind = 'service' AND r.lang = '' AND r.deleted_ms IS NULL"
        """ ORDER BY json_extract(CAST(r.body AS TEXT), '$."#"'), r.id""",
        site,
    )
    found = [Listed(ident, known.get(ident, {"de": ident}), queue, bool(others)) for ident, queue, others in rows]
    hits = [each for each in found if all(word in " ".join(each.names.values()).lower() for word in words)]
    return Found(tuple(hits[:most]), len(hits))


def total(connection: Connection, site: str) -> int:
    """How many services the catalogue in force has."""
    row = run(
        connection,
        "SELECT count(*) FROM catalogue_record"
        " WHERE site_id = ? AND kind = 'service' AND lang = '' AND deleted_ms IS NULL",
        site,
    ).fetchone()
    assert row is not None
    return int(row[0])


def names(
    connection: Connection, site: str, wanted: Collection[str], services: Collection[str] | None = None
) -> dict[str, Texts]:
    """The names of all services, or of ``services``, in these languages; of a service that has none of them, whatever
    there is."""
    return _names(connection, site, wanted, "deleted_ms IS NULL", services)


def names_for_tickets(
    connection: Connection, site: str, wanted: Collection[str], services: Collection[str] | None = None
) -> dict[str, Texts]:
    """The same with the last names of services that went while somebody holds a number for them."""
    gone = _names(connection, site, wanted, "deleted_ms IS NOT NULL", services)
    return gone | names(connection, site, wanted, services)


def _names(
    connection: Connection, site: str, wanted: Collection[str], which: str, services: Collection[str] | None
) -> dict[str, Texts]:
    chosen = "" if services is None else f" AND id IN ({', '.join('?' * len(services))})"
    rows = run(
        connection,
        "SELECT id, lang, json_extract(NULLIF(CAST(body AS TEXT), ''), '$.names') AS name FROM catalogue_record"
        f" WHERE site_id = ? AND kind = 'service'{chosen} AND lang != '' AND {which} AND name IS NOT NULL",
        site,
        *(services or ()),
    )
    found: dict[str, Texts] = {}
    for ident, lang, name in rows:
        texts = found.setdefault(ident, {})
        if lang in wanted or not texts:
            texts[lang] = name
    return found


def named(connection: Connection, site: str, ident: str) -> Texts | None:
    """The names of one service; None = there is no such service."""
    if run(connection, f"{_ONE} AND lang = ''", site, ident).fetchone() is None:
        return None
    rows = run(connection, f"{_ONE} AND lang != ''", site, ident)
    return {lang: name for lang, name in rows if name}


def languages(connection: Connection, site: str) -> tuple[str, ...]:
    """The languages of the catalogue in force."""
    row = run(
        connection,
        "SELECT json_extract(CAST(body AS TEXT), '$.languages') FROM catalogue_record"
        " WHERE site_id = ? AND kind = 'head' AND deleted_ms IS NULL",
        site,
    ).fetchone()
    return msgspec.json.decode(row[0], type=tuple[str, ...]) if row else ("de",)


def main_office(connection: Connection, site: str) -> Office | None:
    """The catalogue's first office: its hours are the town hall's. Its texts are left out."""
    row = run(
        connection,
        "SELECT id, body FROM catalogue_record"
        " WHERE site_id = ? AND kind = 'office' AND lang = '' AND deleted_ms IS NULL"
        """ ORDER BY json_extract(CAST(body AS TEXT), '$."#"'), id LIMIT 1""",
        site,
    ).fetchone()
    if row is None:
        return None
    found = join("office", str(row[0]), bytes(row[1]), {}).value
    return found if isinstance(found, Office) else None


_ONE = (
    "SELECT lang, json_extract(CAST(body AS TEXT), '$.names') FROM catalogue_record"
    " WHERE site_id = ? AND kind = 'service' AND id = ? AND deleted_ms IS NULL"
)
