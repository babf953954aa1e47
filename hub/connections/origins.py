"""From which address a request comes, and what a reverse proxy that was named says of it."""

import ipaddress
from collections.abc import Sequence
from functools import lru_cache
from ipaddress import IPv4Network, IPv6Network

import msgspec

Network = IPv4Network | IPv6Network


@lru_cache(4096)
def origin_of(address: str) -> str:
    """Who counts as one: an IPv4 address, or the network of an IPv6 address (one customer has 2^64 of them)."""
    found = _address(address)
    if isinstance(found, ipaddress.IPv6Address):
        return str(ipaddress.ip_network((found, 64), strict=False))
    return address if found is None else str(found)


class Forwarded(msgspec.Struct, frozen=True):
    """Whom a proxy speaks for: the address, and the scheme of the browser's request ("" = it does not say)."""

    address: str
    scheme: str


class Proxies:
    """The reverse proxies that were named; nobody else is believed."""

    def __init__(self, networks: Sequence[Network] = ()) -> None:
        self._networks = tuple(networks)

    @property
    def names(self) -> tuple[str, ...]:
        """As an operator writes them: an address without the length of its network."""
        full = ("/32", "/128")
        return tuple(str(each).removesuffix(full[each.version == 6]) for each in self._networks)

    def __contains__(self, address: object) -> bool:
        found = _address(address) if self._networks and isinstance(address, str) else None
        return found is not None and any(found in network for network in self._networks)

    def forwarded(self, peer: str, headers: Sequence[tuple[bytes, bytes]]) -> Forwarded:
        """What the proxy at ``peer`` says: the last address of X-Forwarded-For that is no proxy of ours. Each proxy
        adds the one that it saw at the end, so all before that may be invented by whoever asks. What is no address
        ends the search."""
        hops = ",".join(_all(headers, b"x-forwarded-for")).split(",")
        found = peer
        for hop in reversed([hop.strip() for hop in hops]):
            address = _address(hop)
            if address is None:
                break
            found = str(address)
            if found not in self:
                break
        scheme = ",".join(_all(headers, b"x-forwarded-proto")).rpartition(",")[2].strip().lower()
        return Forwarded(found, scheme if scheme in ("http", "https") else "")


def read_networks(texts: Sequence[str]) -> tuple[Network, ...] | str:
    """Addresses or networks as an operator writes them; the first that is none, as it was written."""
    found: list[Network] = []
    for text in texts:
        try:
            found.append(ipaddress.ip_network(text, strict=False))
        except ValueError:
            return text
    return tuple(found)


def _all(headers: Sequence[tuple[bytes, bytes]], wanted: bytes) -> list[str]:
    return [value.decode("latin-1") for name, value in headers if name == wanted]


@lru_cache(4096)
def _address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """An address with or without a zone, brackets or a port (as proxies write them); a mapped IPv4 one as IPv4."""
    plain = text.partition("]")[0].removeprefix("[").partition("%")[0]
    if plain.count(":") == 1:
        plain = plain.partition(":")[0]
    try:
        found = ipaddress.ip_address(plain)
    except ValueError:
        return None
    mapped = found.ipv4_mapped if isinstance(found, ipaddress.IPv6Address) else None
    return mapped or found
