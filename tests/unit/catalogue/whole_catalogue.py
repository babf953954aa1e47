"""A catalogue from its records, as tests compare it; a terminal joins them by ``offline_cache.catalogue.join``."""

from kiosk.catalogue.model import Catalogue
from kiosk.catalogue.records import HEAD, LISTS, Key, Records, in_order, join


def put_together(records: Records, version: int, languages: frozenset[str] | None = None) -> Catalogue:
    """The catalogue of these records, with the texts of these languages only (None = all).

    Raises msgspec.ValidationError when they are no catalogue. Kinds that are not known are left out.
    """
    texts: dict[tuple[str, str], dict[str, bytes]] = {}
    for key, body in records.items():
        if key.lang and (languages is None or key.lang in languages):
            texts.setdefault((key.kind, key.id), {})[key.lang] = body
    joined = (
        join(key.kind, key.id, body, texts.get((key.kind, key.id), {}))
        for key, body in records.items()
        if key.lang == "" and key.kind in LISTS
    )
    return in_order(records.get(Key(HEAD, HEAD), b"{}"), joined, version)
