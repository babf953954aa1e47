"""What visitors bring for a service, as the catalogue says."""

from collections.abc import Sequence

import msgspec
from sqlalchemy import Connection

from hub.store.sql import run


class Papers(msgspec.Struct, frozen=True):
    """The papers in one language; none = the catalogue names none."""

    lang: str = ""
    names: tuple[str, ...] = ()


NONE = Papers()


class _Texts(msgspec.Struct):
    """What of a service's texts in one language is looked at."""

    bring: tuple[str, ...] = ()


def papers(connection: Connection, site: str, service: str, wanted: Sequence[str]) -> Papers:
    """The papers for a service in the first of these languages that has some."""
    rows = run(
        connection,
        "SELECT lang, body FROM catalogue_record"
        " WHERE site_id = ? AND kind = 'service' AND id = ? AND lang != '' AND deleted_ms IS NULL",
        site,
        service,
    )
    found = {str(lang): msgspec.json.decode(bytes(body), type=_Texts).bring for lang, body in rows if body}
    return next((Papers(lang, found[lang]) for lang in wanted if found.get(lang)), NONE)
