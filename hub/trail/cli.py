"""``kiosk hub trail verify``: whether the trail is as it was written, beside a running hub or without."""

import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from hub.sites import sites
from hub.store.command import on_store
from hub.store.engine import Store
from hub.trail.checking import Intact, check_now
from kiosk.hash_chain import Broken, Flaw, Head, parse_head

SAID = {
    Flaw.MISSING: "entry {seq} is missing, or not in its place",
    Flaw.CHANGED: "entry {seq}, or what was before it, is another than when it was written",
    Flaw.REWRITTEN: "entry {seq} is another than when the head was kept: the trail was computed anew since",
    Flaw.SHORTENED: "it ends before entry {seq}, and the head that was kept is of a later one",
}


def run_verify(data: Path, given: Sequence[str]) -> int:
    """Follow the chain of every site, and compare it with the heads (``SEQ:HASH``) that were kept elsewhere.

    0 = whole, 1 = broken, 2 = it cannot be looked at.
    """
    heads = [parse_head(text) for text in given]
    known = [head for head in heads if head is not None]
    if len(known) < len(heads):
        return _refuse("A head is SEQ:HASH: see a terminal's hub-trail-heads.txt, or the last line of an export.")
    return on_store(data, partial(_verify, known=known), _refuse)


def _verify(store: Store, known: Sequence[Head]) -> int:
    broken, digests = False, {head.seq: head.digest for head in known}
    other = next((head for head in known if head.digest != digests[head.seq]), None)
    for site in store.read_now(sites):
        found = Broken(other.seq, Flaw.REWRITTEN) if other else check_now(store, site.id, digests)
        broken = broken or isinstance(found, Broken)
        sys.stdout.write(f"{site.name}: {_sentence(found, known)}\n")
    return int(broken)


def _sentence(found: Intact | Broken, known: Sequence[Head]) -> str:
    if isinstance(found, Broken):
        why = SAID[found.flaw].format(seq=found.seq)
        return f"the trail is broken: {why}. What was before it is as it was written."
    gone = [str(head.seq) for head in known if head.seq < found.anchor.seq]
    old = f" Too old to compare with, their days were cut off: {', '.join(gone)}." if gone else ""
    fits = f", and it fits {len(known) - len(gone)} of {len(known)} heads" if known else ""
    return f"the trail is whole from entry {found.anchor.seq + 1} to its head {found.head}{fits}.{old}"


def _refuse(sentence: str) -> int:
    sys.stderr.write(f"{sentence}\n")
    return 2
