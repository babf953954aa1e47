"""A hash chain: each entry has a digest over itself and all entries before it. Pure: no clock, file or database.

The digest of an entry is SHA-256 over ``DOMAIN``, the digest of the entry before, and ``canonical`` of the sequence and
the entry. Whoever changes, removes, inserts or reorders entries changes every digest after that place; whoever computes
all of them anew is found by a head (sequence and digest of the newest entry) that was kept elsewhere before.

Used by the hub's trail; made for every record that must show that nobody touched it.
"""

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from itertools import islice

import msgspec

DOMAIN = b"townhall-kiosk chain 1\n"
"""So that no other use of SHA-256 gives one of our digests; the number is the version of ``canonical``."""
SIZE = 32
"""Bytes of a digest."""
Field = str | int | bytes | None
Fields = Sequence[Field]
_HEAD = re.compile(r"([0-9]{1,18}):([0-9a-f]{64})\Z", re.ASCII)


class Head(msgspec.Struct, frozen=True):
    """The newest entry there is, or the last one that was cut off (then it is the anchor of what follows)."""

    seq: int
    digest: bytes

    def __str__(self) -> str:
        """As people copy it: ``SEQ:HASH``."""
        return f"{self.seq}:{self.digest.hex()}"


BEGINNING = Head(0, bytes(SIZE))
"""The anchor of a chain that was never cut; its first entry has the sequence 1."""


class Link(msgspec.Struct, frozen=True):
    """An entry of the chain with its place and its digest."""

    seq: int
    fields: tuple[Field, ...]
    digest: bytes

    @property
    def head(self) -> Head:
        """The chain up to here."""
        return Head(self.seq, self.digest)


class Flaw(StrEnum):
    """What is wrong at a place of the chain."""

    MISSING = "missing"
    """The entry of this sequence is not there, or not in its place."""
    CHANGED = "changed"
    """The entry, or what was before it, is another than when it was written."""
    REWRITTEN = "rewritten"
    """The digests fit together, but not with a head that was kept elsewhere: all of it was computed anew."""
    SHORTENED = "shortened"
    """The chain ends before a head that was kept elsewhere."""
    CUT_EARLY = "cut_early"
    """Entries at the beginning are gone although their time was not over; whoever keeps the time finds it."""


class Broken(msgspec.Struct, frozen=True):
    """The first place that is wrong; everything before it is as it was written."""

    seq: int
    flaw: Flaw


def canonical(fields: Fields) -> bytes:
    """The bytes of an entry: for each field a letter for its kind, its length in bytes, a colon, and its bytes.

    ``s`` is a text in UTF-8, ``b`` bytes, ``i`` a whole number in decimal digits, ``n`` nothing. ``("Anna", 7, None)``
    is ``s4:Annai1:7n0:``. No two different entries have the same bytes. Raises ValueError for half a surrogate pair.
    """
    return b"".join(map(_field, fields))


def append(head: Head, fields: Fields) -> Link:
    """The link that follows ``head``."""
    seq = head.seq + 1
    return Link(seq, tuple(fields), _digest(head.digest, seq, fields))


def verify(anchor: Head, links: Iterable[Link], heads: Mapping[int, bytes] | None = None) -> Head | Broken:
    """Follow the chain behind ``anchor`` to its end: the head it has, or the first place that is wrong.

    ``heads``: digests by sequence that were kept elsewhere. Those before the anchor cannot be looked at any more; one
    of the anchor itself can.
    May be called with one portion after another, each behind the head of the portion before; ``heads`` beyond the end
    are a flaw of a whole chain only, which ``shortened`` looks for.
    """
    if heads is not None and heads.get(anchor.seq, anchor.digest) != anchor.digest:
        return Broken(anchor.seq, Flaw.REWRITTEN)
    head = anchor
    for link in links:
        if link.seq != head.seq + 1:
            return Broken(head.seq + 1, Flaw.MISSING)
        if link.digest != _digest(head.digest, link.seq, link.fields):
            return Broken(link.seq, Flaw.CHANGED)
        if heads is not None and heads.get(link.seq, link.digest) != link.digest:
            return Broken(link.seq, Flaw.REWRITTEN)
        head = link.head
    return head


def shortened(end: Head, heads: Mapping[int, bytes]) -> Broken | None:
    """Whether a head that was kept elsewhere lies beyond the end of the chain."""
    return Broken(end.seq + 1, Flaw.SHORTENED) if any(seq > end.seq for seq in heads) else None


def cut(anchor: Head, links: Sequence[Link], upto: int) -> tuple[Head, Sequence[Link]]:
    """Leave out the entries up to a sequence: the anchor from now on, and what is left. The chain goes on unbroken."""
    count = sum(1 for link in links if link.seq <= upto)
    return (links[count - 1].head if count else anchor), tuple(islice(links, count, None))


def parse_head(text: str) -> Head | None:
    """A head as ``str`` wrote it; None when it is none."""
    found = _HEAD.match(text.strip().lower())
    return Head(int(found[1]), bytes.fromhex(found[2])) if found else None


def _digest(before: bytes, seq: int, fields: Fields) -> bytes:
    return hashlib.sha256(DOMAIN + before + canonical((seq, *fields))).digest()


def _field(value: Field) -> bytes:
    match value:
        case None:
            return b"n0:"
        case str():
            kind, body = b"s", value.encode()
        case bytes():
            kind, body = b"b", value
        case _:
            kind, body = b"i", b"%d" % value
    return b"%s%d:%s" % (kind, len(body), body)
