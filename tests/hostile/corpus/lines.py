"""Request lines: methods, targets and versions that are none, or that nobody here answers to."""

from collections.abc import Iterator

from tests.hostile.corpus.model import AUTH, HOST, Hostile, Wanted, get, head, named

LINES: dict[str, bytes] = {
    "garbage": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03 what is this",
    "no method": b" / HTTP/1.1",
    "no target": b"GET HTTP/1.1",
    "no version but a space": b"GET / ",
    "small letters": b"get / HTTP/1.1",
    "unknown method": b"BREW /pot HTTP/1.1",
    "method with NUL": b"GE\x00T / HTTP/1.1",
    "method of 10,000 letters": b"G" * 10_000 + b" / HTTP/1.1",
    "CONNECT to another host": b"CONNECT evil.example:443 HTTP/1.1",
    "CONNECT to a path": b"CONNECT / HTTP/1.1",
    "preface of HTTP/2": b"PRI * HTTP/2.0",
    "tabs": b"GET\t/\tHTTP/1.1",
    "version 2.0": b"GET / HTTP/2.0",
    "version 9.9": b"GET / HTTP/9.9",
    "version in words": b"GET / HTTP/one",
    "something behind the version": b"GET / HTTP/1.1 please",
    "version in small letters": b"GET / http/1.1",
    "NUL in the target": b"GET /\x00 HTTP/1.1",
    "space in the target": b"GET /a b HTTP/1.1",
    "delete in the target": b"GET /\x7f HTTP/1.1",
    "a carriage return alone": b"GET /\rX: y HTTP/1.1",
    "target without a slash": b"GET signin HTTP/1.1",
    "target of a question mark": b"GET ?q HTTP/1.1",
    "absolute, no host": b"GET http:// HTTP/1.1",
    "absolute, bad port": b"GET http://x:99999999/ HTTP/1.1",
    "absolute, bracket": b"GET http://[/ HTTP/1.1",
    "absolute, foreign scheme": b"GET file:///etc/passwd HTTP/1.1",
    "target of 3,000 letters": b"GET /" + b"a" * 3000 + b" HTTP/1.1",
    "query of 9,000 letters": b"GET /signin?" + b"q" * 9000 + b" HTTP/1.1",
}
ANSWERED: dict[str, bytes] = {
    "another protocol": b"GET / RTSP/1.0",
    "two spaces": b"GET  / HTTP/1.1",
    "TRACE": b"TRACE / HTTP/1.1",
    "OPTIONS for all": b"OPTIONS * HTTP/1.1",
    "PROPFIND": b"PROPFIND / HTTP/1.1",
    "PATCH of a page": b"PATCH /people HTTP/1.1",
    "DELETE of a person": b"DELETE /people/u1 HTTP/1.1",
    "PUT of a number": b"PUT /api/v1/tickets HTTP/1.1",
    "GET of a number": b"GET /api/v1/tickets HTTP/1.1",
    "HEAD of a page": b"HEAD /signin HTTP/1.1",
    "absolute, another host": b"GET http://evil.example/signin HTTP/1.1",
    "absolute, with a name": b"GET http://user:word@evil.example/signin HTTP/1.1",
    "absolute, encrypted": b"GET https://127.0.0.1/signin HTTP/1.1",
    "two slashes": b"GET //signin HTTP/1.1",
    "two slashes and a host": b"GET //evil.example/signin HTTP/1.1",
    "a backslash": b"GET /\\evil.example HTTP/1.1",
    "a fragment": b"GET /signin#x HTTP/1.1",
    "raw letters beyond ASCII": b"GET /\xc3\xa4 HTTP/1.1",
    "raw bytes that are no UTF-8": b"GET /\xff\xfe HTTP/1.1",
    "a semicolon": b"GET /signin;jsessionid=1 HTTP/1.1",
    "the end of a path as a dot": b"GET /signin/. HTTP/1.1",
    "up and down": b"GET /desk/../signin HTTP/1.1",
}


def requests() -> Iterator[Hostile]:
    yield from named("line", ((name, head(line)) for name, line in LINES.items()))
    yield from named("line", ((name, head(line)) for name, line in ANSWERED.items()), Wanted.ANSWERED)
    yield from whole()


def whole() -> Iterator[Hostile]:
    """Where the ends of lines matter, so that nothing can be written by ``head``."""
    host = b"host: " + HOST
    yield Hostile("line: nothing but line ends", b"\r\n" * 2000 + b"x\r\n\r\n")
    yield Hostile("line: HTTP/0.9", b"GET /signin\r\n\r\n")
    yield Hostile("line: line feeds alone", b"GET /signin HTTP/1.1\n" + host + b"\n\n", Wanted.ANSWERED)
    yield Hostile("line: carriage returns alone", b"GET /signin HTTP/1.1\r" + host + b"\r\r\n\r\n")
    yield Hostile("line: HTTP/1.0 without a host", b"GET /signin HTTP/1.0\r\n" + AUTH + b"\r\n", Wanted.ANSWERED)
    yield Hostile("line: HTTP/1.1 without a host", get("/signin", host=b""))
    yield Hostile("line: empty lines before it", b"\r\n\r\n" + get("/signin"), Wanted.ANSWERED)
    yield Hostile("line: a mark of UTF-8 before it", b"\xef\xbb\xbf" + get("/signin"))
    yield Hostile("line: the address without end", b"GET /" + b"a" * 80_000, over=True)
    yield Hostile("line: a hundred requests at once", get("/healthz") * 100, Wanted.ANSWERED)
    yield Hostile("line: requests without end", get("/signin") + get("/healthz") * 12_000, Wanted.EITHER, over=True)
    yield Hostile("line: line ends without end", b"\r\n" * 300_000, over=True)
    yield Hostile(
        "line: a request behind one that closes",
        get("/healthz", [("connection", "close")]) + get("/desk"),
        Wanted.ANSWERED,
    )
