"""Looking whether the chain is whole, in portions: neither a number nor a reader waits for a trail of years."""

import time
from collections.abc import Mapping
from functools import partial

import msgspec
from sqlalchemy import Connection

from hub.store.engine import Store
from hub.trail import entries
from kiosk import hash_chain
from kiosk.hash_chain import Broken, Head, Link

PORTION = 500
"""Entries at a time: some milliseconds."""
PAUSE_S = 0.002
"""Between two portions: whoever serves visitors goes first."""


class Intact(msgspec.Struct, frozen=True):
    """Every entry from behind the anchor up to the head is as it was written."""

    anchor: Head
    head: Head


Checked = Intact | Broken


class _Portion(msgspec.Struct, frozen=True):
    anchor: Head
    links: tuple[Link, ...]


def check(store: Store, site: str, heads: Mapping[int, bytes] | None = None) -> Checked:
    """Follow the whole chain of a site; ``heads`` were kept elsewhere. Blocks: not for an event loop."""
    start = at = store.read_now(partial(entries.anchor, site=site))
    while True:
        portion = store.read_now(partial(_read, site=site, after=at.seq))
        if portion.anchor.seq > at.seq:  # retention has cut meanwhile: what is left begins there
            start = at = portion.anchor
            continue
        found = hash_chain.verify(at, portion.links, heads)
        if isinstance(found, Broken):
            return found
        at = found
        if len(portion.links) < PORTION:
            return hash_chain.shortened(at, heads or {}) or Intact(start, at)
        time.sleep(PAUSE_S)


def _read(connection: Connection, site: str, after: int) -> _Portion:
    return _Portion(entries.anchor(connection, site), tuple(entries.links(connection, site, after, PORTION)))
