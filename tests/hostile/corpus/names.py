"""Hosts and origins that are none, or that are somebody else's."""

from collections.abc import Iterator

from tests.hostile.corpus.model import FORM, HOST, Hostile, Wanted, get, head

HOSTS: dict[str, bytes] = {
    "empty": b" ",
    "port in words": b"a:b",
    "port too large": b"a:99999",
    "port of zero": b"a:0",
    "port in Arabic digits": "a:\u0668\u0660".encode(),
    "port negative": b"a:-1",
    "two ports": b"a:1:2",
    "bracket open": b"[",
    "bracket not closed": b"[::1",
    "bracket empty": b"[]",
    "bracket of letters": b"[zz]",
    "a zone": b"[fe80::1%25eth0]",
    "IPv6 without brackets": b"::1",
    "a future address": b"[v1.x]",
    "with a space": b"a b",
    "with a tab": b"a\tb",
    "with a slash": b"a/b",
    "with a question mark": b"a?b",
    "with a name": b"user@a",
    "with a backslash": b"a\\b",
    "with a quote": b'a"b',
    "with markup": b"<script>",
    "with a comma": b"a, b",
    "with a percent": b"a%00b",
    "of 300 letters": b"a" * 300,
    "that begins with a dash": b"-a",
    "that begins with a dot": b".a",
    "beyond ASCII": b"\xc3\xa4.example",
    "no UTF-8": b"\xff\xfe",
    "a scheme": b"http://a",
    "an asterisk": b"*",
}
ODD_HOSTS: dict[str, bytes] = {
    "somebody else's": b"evil.example",
    "a dot at the end": b"localhost.",
    "in capitals": b"LOCALHOST",
    "with underscores": b"a_b_c",
    "a number": b"2130706433",
    "in octal": b"0177.0.0.1",
    "of the cloud": b"169.254.169.254",
    "IPv6": b"[::1]",
    "IPv4 in IPv6": b"[::ffff:127.0.0.1]",
    "in punycode": b"xn--bcher-kva.example",
}
ORIGINS: dict[str, str | bytes] = {
    "empty": "",
    "null": "null",
    "in words": "our page",
    "of a bracket": "http://[",
    "somebody else's": "http://evil.example",
    "ours as the beginning": b"http://" + HOST + b".evil.example",
    "ours as the name": b"http://" + HOST + b"@evil.example",
    "ours as the path": b"http://evil.example/" + HOST,
    "encrypted": b"https://" + HOST,
    "a socket": b"ws://" + HOST,
    "in capitals": b"HTTP://" + HOST,
    "with a slash": b"http://" + HOST + b"/",
    "with a port too many": b"http://" + HOST + b":80",
    "with a space": b"http://" + HOST + b" http://evil.example",
    "with a comma": b"http://" + HOST + b", http://evil.example",
    "with a query": b"http://" + HOST + b"?",
    "another port": "http://127.0.0.1:1",
    "a file": "file://",
    "data": "data:text/html,x",
    "a script": "javascript:alert(1)",
    "beyond ASCII": b"http://\xc3\xa4.example",
    "no UTF-8": b"\xff\xfe",
    "of 20,000 letters": "http://" + "a" * 20_000,
    "with a port in words": "http://127.0.0.1:http",
    "with a huge port": "http://127.0.0.1:99999999",
}
TARGETS = ("/signin", "/people")
BODY = b"login=a&password=b&csrf=c"


def requests() -> Iterator[Hostile]:
    for name, host in HOSTS.items():
        yield Hostile(f"host: {name}, GET", get("/signin", host=host))
        yield Hostile(f"host: {name}, POST", _posted("/signin", b"http://" + HOST, host))
    for name, host in ODD_HOSTS.items():
        yield Hostile(f"host: {name}", get("/signin", host=host), Wanted.ANSWERED)
    yield Hostile("host: twice", get("/signin", [("host", "evil.example")]))
    yield Hostile("host: twice the same", get("/signin", [("host", HOST)]))
    for target in TARGETS:
        for name, origin in ORIGINS.items():
            yield Hostile(f"origin: {name}, {target}", _posted(target, origin, HOST))
    twice = [("origin", b"http://" + HOST), ("origin", "http://evil.example")]
    yield Hostile("origin: none", _posted_with([], "/signin"))
    yield Hostile("origin: twice", _posted_with(twice[::-1], "/signin"))


def _posted(target: str, origin: str | bytes, host: bytes) -> bytes:
    return _posted_with([("origin", origin)], target, host)


def _posted_with(headers: list[tuple[str, str | bytes]], target: str, host: bytes = HOST) -> bytes:
    known: list[tuple[str, str | bytes]] = [("content-type", FORM), ("content-length", str(len(BODY)))]
    return head(f"POST {target} HTTP/1.1", [*headers, *known], host) + BODY
