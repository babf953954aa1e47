"""What stands on the page "Operation" and in ``kiosk hub limits``: how much of each limit is taken, and the limits.

Words are keys of the hub's message catalogue: ``limit.<key>`` names a limit, ``limit_value.<kind>`` its value.
"""

import msgspec

from hub.connections.keeper import Keeper
from hub.connections.limits import KB, Limits
from hub.connections.stream_seats import Holder
from hub.connections.tally import Reason


class Use(msgspec.Struct, frozen=True):
    """How many of something there are now, of how many there may be."""

    key: str
    now: int
    most: int


class Away(msgspec.Struct, frozen=True):
    """How many were turned away for one reason."""

    reason: Reason
    last_hour: int
    since_start: int


class Limit(msgspec.Struct, frozen=True):
    """One limit: ``kind`` says how its values are written."""

    key: str
    kind: str
    values: dict[str, int]


class Figures(msgspec.Struct, frozen=True):
    """As of now."""

    uses: tuple[Use, ...]
    away: tuple[Away, ...]
    limits: tuple[Limit, ...]
    proxies: tuple[str, ...]


def figures(keeper: Keeper) -> Figures:
    """Of one hub, on the event loop's thread."""
    limits, tally = keeper.limits, keeper.tally
    return Figures(
        uses=(
            Use("connections", len(keeper.book), limits.connections),
            Use("strangers", keeper.book.strangers, limits.strangers),
            Use("own_streams", keeper.streams.count(Holder.OWN), limits.connections),
            Use("known_streams", keeper.streams.count(Holder.KNOWN), limits.known_streams),
            Use("stranger_streams", keeper.streams.count(Holder.STRANGER), limits.stranger_streams),
        ),
        away=tuple(Away(reason, tally.last_hour(reason), n) for reason in Reason if (n := tally.total.get(reason))),
        limits=rows(limits),
        proxies=keeper.proxies.names,
    )


def rows(limits: Limits) -> tuple[Limit, ...]:
    """Every limit, in the order in which a request meets it."""
    return (
        _count("connections", limits.connections),
        _count("strangers", limits.strangers),
        _count("per_stranger", limits.per_stranger),
        _count("per_known", limits.per_known),
        _rate("stranger_connects", limits.stranger_connects),
        _rate("known_connects", limits.known_connects),
        _size("head", limits.head_bytes, limits.head_s),
        _rate("stranger_requests", limits.stranger_requests),
        _rate("strangers_requests", limits.strangers_requests),
        _rate("known_requests", limits.known_requests),
        _rate("claiming_requests", limits.claiming_requests),
        _size("body", limits.body_bytes, limits.body_s),
        Limit("framing", "framing", {"kb": limits.framing_bytes // KB}),
        _size("larger_bodies", limits.largest_body, limits.body_s),
        _size("reader", limits.write_bytes, limits.write_s),
        _count("stranger_streams", limits.stranger_streams),
        _count("streams_per_stranger", limits.streams_per_stranger),
        _count("known_streams", limits.known_streams),
        _count("streams_per_known", limits.streams_per_known),
        _count("streams_per_owner", limits.streams_per_owner),
    )


def _count(key: str, n: int) -> Limit:
    return Limit(key, "count", {"n": n})


def _rate(key: str, n: int) -> Limit:
    return Limit(key, "rate", {"n": n})


def _size(key: str, size: int, seconds: float) -> Limit:
    return Limit(key, "size", {"kb": size // KB, "s": round(seconds)})
