"""``kiosk hub trail verify``: whether the trail is as it was written, beside a running hub or without."""

import re
import sys
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from enum import IntEnum
from functools import partial
from pathlib import Path

import msgspec

from hub.clock import system_ms
from hub.sites import Site, sites
from hub.store.command import on_store
from hub.store.engine import Store
from hub.trail import early_cuts
from hub.trail.checking import Intact, check_now
from hub.trail.entries import local_time
from hub.trail.retention import DAY_MS
from kiosk.hash_chain import Broken, Flaw, Head, parse_head

SAID = {
    Flaw.MISSING: "entry {seq} is missing, or not in its place",
    Flaw.CHANGED: "entry {seq}, or what was before it, is another than when it was written",
    Flaw.REWRITTEN: "entry {seq} is another than when the head was kept: the trail was computed anew since",
    Flaw.SHORTENED: "it ends before entry {seq}, and the head that was kept is of a later one",
    Flaw.CUT_EARLY: "entries before entry {seq} were cut off although their time was not over",
}
_DAY = re.compile(r"(2[0-9]{3}-[0-9]{2}-[0-9]{2})(?:T[0-9:]{8}Z)? +(\S+)\Z", re.ASCII)


class Result(IntEnum):
    """The command's exit codes; 2 = it cannot be looked at."""

    WHOLE = 0
    BROKEN = 1
    UNSURE = 3
    """Nothing is wrong, but a head cannot be compared or the beginning cannot be explained."""


class KeptHead(msgspec.Struct, frozen=True):
    """A head that was kept elsewhere; what follows it is younger than ``since_ms`` (None = nobody said when)."""

    head: Head
    since_ms: int | None = None


def read_head(text: str) -> KeptHead | None:
    """``SEQ:HASH``, or a line of a terminal's file, which has the time before it; None when it is none."""
    found = _DAY.match(text.strip())
    head = parse_head(found[2] if found else text)
    if head is None or found is None:
        return KeptHead(head) if head else None
    try:
        day = datetime.fromisoformat(found[1]).replace(tzinfo=UTC)
    except ValueError:
        return None
    return KeptHead(head, int(day.timestamp() * 1000) - DAY_MS)  # a day less: the two clocks may differ at midnight


def run_verify(data: Path, given: Sequence[str], now_ms: Callable[[], int] = system_ms) -> int:
    """Follow the chain of every site, and compare it with the heads that were kept elsewhere (``read_head``).

    0 = whole, 1 = broken, 2 = it cannot be looked at, 3 = whole as far as can be told.
    """
    heads = [read_head(text) for text in given]
    known = [head for head in heads if head is not None]
    if len(known) < len(heads):
        return _refuse("A head is SEQ:HASH: see a terminal's hub-trail-heads.txt, or the last line of an export.")
    return on_store(data, partial(_verify, known=known, now_ms=now_ms), _refuse)


def _verify(store: Store, known: Sequence[KeptHead], now_ms: Callable[[], int]) -> int:
    results = [Result.WHOLE]
    for site in store.read_now(sites):
        found = _checked(store, site.id, known, now_ms)
        doubt = _doubt(store, site, found, known, now_ms) if isinstance(found, Intact) else ""
        results.append(Result.BROKEN if isinstance(found, Broken) else Result.UNSURE if doubt else Result.WHOLE)
        sys.stdout.write(f"{site.name}: {_sentence(found, known)}{doubt}\n")
    return Result.BROKEN if Result.BROKEN in results else max(results)


def _checked(store: Store, site: str, known: Sequence[KeptHead], now_ms: Callable[[], int]) -> Intact | Broken:
    digests = {each.head.seq: each.head.digest for each in known}
    other = next((each.head for each in known if each.head.digest != digests[each.head.seq]), None)
    if other is not None:
        return Broken(other.seq, Flaw.REWRITTEN)
    found = check_now(store, site, digests, now_ms)
    days = {each.head.seq: each.since_ms for each in known if each.since_ms is not None}
    early = store.read_now(partial(early_cuts.against, site=site, kept=days, now_ms=now_ms()))
    return found if isinstance(found, Broken) or early is None else early


def _gone(found: Intact, known: Sequence[KeptHead]) -> list[KeptHead]:
    return [each for each in known if each.head.seq < found.anchor.seq]


def _sentence(found: Intact | Broken, known: Sequence[KeptHead]) -> str:
    if isinstance(found, Broken):
        before = "" if found.flaw is Flaw.CUT_EARLY else " What was before it is as it was written."
        return f"the trail is broken: {SAID[found.flaw].format(seq=found.seq)}.{before}"
    gone = [str(each.head.seq) for each in _gone(found, known)]
    old = f" Cannot be compared, their days were cut off: {', '.join(gone)}." if gone else ""
    fits = f", and it fits {len(known) - len(gone)} of {len(known)} heads" if known else ""
    return f"the trail is whole from entry {found.anchor.seq + 1} to its head {found.head}{fits}.{old}"


def _doubt(store: Store, site: Site, found: Intact, known: Sequence[KeptHead], now_ms: Callable[[], int]) -> str:
    """What cannot be told of a chain that is whole; "" = nothing."""
    said = ""
    late_ms = store.read_now(partial(early_cuts.late_begin_ms, site=site.id, now_ms=now_ms()))
    if late_ms is not None:
        begin = local_time(late_ms, site.timezone).date().isoformat()
        why = "nothing was written for a long time before, or entries were cut off by hand"
        said = f" It begins on {begin} although more days are kept: {why}."
    if any(each.since_ms is None for each in _gone(found, known)):
        said += " Give heads with the time before them, as they stand in the terminal's file."
    return said


def _refuse(sentence: str) -> int:
    sys.stderr.write(f"{sentence}\n")
    return 2
