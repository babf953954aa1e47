"""Forms: too many fields, other encodings, multipart, and values that a page must not swallow."""

from collections.abc import Iterator

from tests.hostile.corpus.model import FORM, Hostile, Wanted, form, post

BOUNDARY = "multipart/form-data; boundary=x"
PART = b'--x\r\ncontent-disposition: form-data; name="login"\r\n\r\nfrida\r\n'
BODIES: dict[str, bytes] = {
    "501 fields": b"&".join(b"a=1" for _ in range(501)),
    "16,000 fields": b"a=1&" * 16_000,
    "60,000 separators": b"&" * 60_000,
    "60,000 percents": b"%" * 60_000,
    "60,000 equals": b"=" * 60_000,
    "an empty body": b"",
    "broken escapes": b"login=%&password=%z1&csrf=%2",
    "NUL": b"login=%00&password=%00",
    "no UTF-8": b"login=%ff%fe&password=\xff",
    "a surrogate": b"login=%ed%a0%80&password=x",
    "UTF-16": "login=x&password=y".encode("utf-16"),
    "semicolons": b"login=a;password=b;csrf=c",
    "lists": b"login[]=a&login[b]=c&password[]=d",
    "a name of 50,000 letters": b"login=" + b"a" * 50_000 + b"&password=x",
    "a password of 60,000 letters": b"login=a&password=" + b"p" * 60_000,
    "a name with a line end": b"login=frida%0a&password=x",
    "a name with a line end before it": b"login=%0d%0afrida&password=x",
    "every field twice": b"login=a&login=b&password=c&password=d&csrf=e&csrf=f",
    "JSON": b'{"login": "a", "password": "b"}',
}
MULTIPART: dict[str, tuple[str, bytes]] = {
    "whole": (BOUNDARY, PART + b"--x--\r\n"),
    "without an end": (BOUNDARY, PART),
    "without a boundary": ("multipart/form-data", PART),
    "with an empty boundary": ("multipart/form-data; boundary=", PART),
    "with a boundary of 5,000 letters": ("multipart/form-data; boundary=" + "x" * 5000, PART),
    "with quotes": ('multipart/form-data; boundary="x\\"', PART),
    "of 1,000 parts": (BOUNDARY, PART * 700 + b"--x--\r\n"),
    "with a file out of its folder": (
        BOUNDARY,
        b'--x\r\ncontent-disposition: form-data; name="f"; filename="../../hub.db"\r\n\r\nx\r\n--x--\r\n',
    ),
    "with a header without end": (BOUNDARY, b"--x\r\ncontent-disposition: " + b"a" * 50_000),
    "in another": (
        BOUNDARY,
        b"--x\r\ncontent-type: multipart/mixed; boundary=y\r\n\r\n--y\r\n\r\nz\r\n--y--\r\n--x--\r\n",
    ),
}
KINDS = (
    "text/plain",
    "application/json",
    "text/html",
    "application/xml",
    "application/octet-stream",
    "",
    "x",
    "/",
    "application/x-www-form-urlencoded-not",
    "multipart/x-www-form-urlencoded",
)
ODD_KINDS = (
    FORM + "; charset=utf-7",
    FORM + "; charset=utf-16",
    FORM + "; charset=" + "x" * 3000,
    FORM.upper(),
    f" {FORM} ",
)
BASE_URLS = (
    'http://x"onload=',
    "https://x/<script>",
    "http://x:99999999",
    "http://x:0",
    "http://[",
    "http://[::1",
    "ftp://x",
    "javascript:alert(1)",
    "http://u:p@x",
    "http://x?y",
    "http://x#y",
    "http://x y",
    "http://\u00e4",
    "http://x:\u0668\u0660",
    "http://" + "a" * 300,
    "//x",
    "http:///x",
    "http://x/..%2f",
    "http://-x",
)
ZONES = ("../../etc/passwd", "/etc/localtime", "europe/berlin", "\x00", "UTC+1", "", "A" * 5000)
TIMES = ("\u0660\u0668:00", "99:99", "24:00", "8:5", "-1:00", "8h", "\u00b2:00", "0" * 5000)
NAMES: dict[str, str] = {
    "markup": "<script>alert(1)</script>",
    "a control": "a\x07b",
    "a NUL": "a\x00b",
    "a turn of direction": "a\u202eb",
    "an isolate": "a\u2066b",
    "a private letter": "a\ue000b",
    "no letter at all": "\U0010ffff",
    "an emoji": "🙂",
    "a surrogate": "\ud800",
    "500 letters": "x" * 500,
    "40,000 accents": "a" + "\u0301" * 15_000,
    "nothing": "",
    "zero-width signs only": "\u200b\u2060",
}
FORMS: dict[str, tuple[str, str]] = {
    "counter": ("/counters", "name"),
    "queue": ("/queues", "name_de"),
    "terminal": ("/terminals", "name"),
    "person": ("/people", "name"),
}
ACTS: dict[str, tuple[str, dict[str, str]]] = {
    "call without an id": ("/desk/do/next", {}),
    "call with an id of 60,000 letters": ("/desk/do/next", {"op": "x" * 60_000}),
    "call nobody": ("/desk/do/finish", {"op": "12345678", "ticket": "x\n", "here": "yes"}),
    "undo nothing": ("/desk/undo", {"op": "12345678", "of": "\x00"}),
    "pause with a word": ("/desk/pause", {"op": "12345678", "on": "\u0661"}),
    "sit at no counter": ("/desk/counter", {"counter": "x\n", "over": "\x00"}),
    "bring Arabic digits": ("/desk/bring", {"op": "12345678", "text": "A \u0661\u0662\u0663"}),
    "bring a superscript": ("/desk/bring", {"op": "12345678", "text": "A \u00b2"}),
    "bring 400 letters": ("/desk/bring", {"op": "12345678", "text": "A" * 400}),
    "bring a page": ("/desk/bring", {"op": "12345678", "text": "http://x/t/" + "\u0660" * 32}),
    "bring a slip": ("/desk/bring", {"op": "12345678", "text": "TK2;;;;;;;;;;" + "\x1d" * 20}),
    "bring a NUL": ("/desk/bring", {"op": "12345678", "text": "\x00"}),
    "bring the expected": ("/desk/bring", {"op": "12345678", "text": "Z 99-99", "expected": "1"}),
    "change no counter": ("/counters/nothing", {"name": "Schalter 99", "queues": "buergerservice"}),
    "an alarm of no kind": ("/desk/alarm", {"kind": "\x00", "subject": "x" * 5000}),
    "the clock in a word": ("/desk/clock/right", {"date": "\u0662\u0660\u0662\u0666-01-01"}),
    "the clock closed": ("/desk/clock/close", {"date": "9999-99-99"}),
    "a role of no kind": ("/people/x/role", {"role": "god"}),
    "a queue of two letters": ("/queues", {"series": "AA\n", "name_de": "x"}),
    "a queue in Cyrillic": ("/queues", {"series": "\u0410", "name_de": "x"}),
    "a route to nowhere": ("/services/route", {"service": "x\n", "queue": "y"}),
    "a tile of no service": ("/catalogue/tiles", {"service": "\x00" * 100}),
    "an import of no number": ("/catalogue/accept", {"n": "\u0661"}),
    "an import of many digits": ("/catalogue/accept", {"n": "9" * 5000}),
    "an order of no kind": ("/terminals/x/order", {"kind": "burn", "order": "x"}),
    "an order with a line end": (
        "/terminals/x/order",
        {"kind": "close", "order": "0193aaaa-0000-7000-8000-000000000001\n"},
    ),
    "an order of 10,000 letters": ("/terminals/x/order", {"kind": "close", "message": "x" * 10_000}),
    "counters in Arabic digits": ("/setup", {"token": "x", "counters": "\u0663"}),
}


def requests() -> Iterator[Hostile]:
    for name, body in BODIES.items():
        yield Hostile(f"form: {name}", form("/signin", body))
        yield Hostile(f"form: {name}, signed in", form("/counters/x", body))
    for name, (kind, body) in MULTIPART.items():
        yield Hostile(f"multipart: {name}", form("/signin", body, kind))
    for kind in KINDS:
        yield Hostile(f"kind: {kind or 'none'}", form("/signin", b"login=a&password=b", kind))
    for kind in ODD_KINDS:
        yield Hostile(f"kind: {kind[:60]}", form("/signin", b"login=a&password=b", kind))
    for url in BASE_URLS:
        yield Hostile(
            f"base url: {url[:40]!r}", form("/site", {"town": "T", "name": "N", "timezone": "UTC", "base_url": url})
        )
    for zone in ZONES:
        yield Hostile(f"zone: {zone[:40]!r}", form("/site", {"town": "T", "name": "N", "timezone": zone}))
    for time in TIMES:
        fields = {"town": "T", "name": "N", "timezone": "UTC", "opens-0-0": time, "closes-0-0": "16:00"}
        yield Hostile(f"time: {time[:40]!r}", form("/site", fields))
    for what, (target, field) in FORMS.items():
        for name, text in NAMES.items():
            yield Hostile(f"name of a {what}: {name}", form(target, {field: text, "series": "Z", "role": "clerk"}))
    for name, (target, fields) in ACTS.items():
        yield Hostile(f"act: {name}", form(target, fields), Wanted.ANSWERED)
    yield Hostile("form: 100,000 fields", form("/signin", b"a=1&" * 100_000), over=True)
    yield Hostile("form: 9 MB", post("/signin", b"a=1&" * 2_250_000, FORM), over=True)
    yield Hostile("form: a password of 1 MB", form("/signin", b"password=" + b"p" * 1_000_000), over=True)
