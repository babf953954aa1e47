"""Which addresses lead to this machine: only there may terminal and hub speak without encryption."""

import ipaddress
from urllib.parse import urlsplit


def is_this_machine(host: str) -> bool:
    """Whether a host can only be this machine: a loopback address or ``localhost`` (RFC 6761, section 6.3)."""
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host.rstrip(".").lower() == "localhost"


def is_open_line(url: str) -> bool:
    """Whether this address would be spoken to without encryption over a network."""
    try:
        parts = urlsplit(url.strip())
    except ValueError:
        return False
    host = parts.hostname or ""
    return parts.scheme.lower() == "http" and host != "" and not is_this_machine(host)
