"""Paths and queries: out of the folder, into the database, with every sign that a path may carry."""

from collections.abc import Iterator
from urllib.parse import quote

from tests.hostile.corpus.model import Hostile, Wanted, form, get

FILES = (
    "/static/../hub.db",
    "/static/../../hub.db",
    "/static/%2e%2e/hub.db",
    "/static/..%2f..%2fhub.db",
    "/static/%252e%252e/hub.db",
    "/static/..\\hub.db",
    "/static/..%5c..%5chub.db",
    "/static//etc/passwd",
    "/static/%2fetc%2fpasswd",
    "/static/css/../../app.py",
    "/static/....//....//app.py",
    "/static/css",
    "/static/css/",
    "/static/",
    "/static",
    "/static/.git/config",
    "/static/css/look.css/",
    "/static/css/look.css%00.png",
    "/static/%00",
    "/static/css/look.css%0a",
    "/static/" + "a" * 1900,
    "/static/" + "a" * 5000,
    "/static/" + "a/" * 900,
    "/static/" + "%41" * 600,
    "/static/" + quote("\u202egnp.exe"),
    "/static/" + quote("😀") * 20,
    "/static/CON",
    "/static/file:///etc/passwd",
    "/static/~root/.ssh/id_rsa",
    "/static/css/look.css::$DATA",
)
CODES = (
    "/%",
    "/%z",
    "/%zz",
    "/%e4",
    "/%c0%ae%c0%ae/",
    "/%ed%a0%80",
    "/%f8%88%80%80%80",
    "/%u002e",
    "/%00",
    "/%0a",
    "/%0d%0aset-cookie:%20a=b",
    "/%7f",
    "/%c2%80",
    "/%e2%80%ae",
    "/%ef%bb%bf",
    "/%2f%2f",
    "/" + "/" * 1000,
    "/" + "a/" * 1000,
    "/.well-known/security.txt",
    "/.git/HEAD",
    "/.env",
    "/hub.db",
    "/openapi.json",
    "/schema",
    "/docs",
    "/metrics",
    "/admin",
    "/wp-login.php",
    "/cgi-bin/.%2e/.%2e/bin/sh",
    "/api",
    "/api/",
    "/api/v1",
    "/api/v2/tickets",
    "/api/v1/tickets/",
    "/api//v1/tickets",
    "/API/V1/TICKETS",
    "/api/v1/../v1/tickets",
    "/people/../site/x",
)
IDS = (
    "%0a",
    "u1%0a",
    "u1%0d%0a",
    "%00",
    "'%20OR%201=1--",
    "%22;DROP%20TABLE%20ticket;--",
    "%2e%2e",
    "..",
    "%2f",
    "a" * 1500,
    quote("\u0661\u0662"),
    quote("\u200b"),
    quote("😀"),
    "%ff",
    "{{7*7}}",
    "$%7Bjndi%7D",
    "%25n%25s",
    "null",
    "-1",
    "__proto__",
)
UNDER = (
    "/t/{}",
    "/board/{}",
    "/board/{}/stream",
    "/desk/offer/{}",
    "/api/v1/catalogue/snapshot/{}",
    "/lang/{}",
)
NUMBERS = (
    "0",
    "-1",
    "99999999999999999999",
    "9" * 400,
    "1e5",
    "0x10",
    "1.0",
    "NaN",
    "+1",
    "1_0",
    quote("\u0661"),
    quote("\u00b2"),
    "%201",
    "1%0a",
)
BACKS = (
    "//evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "https://evil.example",
    "https:evil.example",
    "javascript:alert(1)",
    "/%0d%0aset-cookie:%20a=b",
    "%0d%0aset-cookie:%20a=b",
    "/%09/evil.example",
    "/desk%00",
    "/" + "a" * 4000,
    "%ff%fe",
    "/desk?x=%0a",
    "/\u0661".encode().decode("latin-1"),
)
TOKENS = ("F" * 32, "0" * 31, "0" * 33, "0" * 32 + "%0a", quote("\u0660" * 32), "g" * 32, "0" * 32 + "%00", "0" * 1500)
COUNTS = (
    "",
    "-1",
    "99999999999999999999",
    "9" * 5000,
    "1e5",
    "1.0",
    quote("\u0661"),
    quote("\u00b2"),
    "%201",
    "1%0a",
    "0x1",
    "NaN",
    "true",
    "%ff",
    "%00",
)
QUERIES = (
    "/signin?" + "&".join(f"a{n}=1" for n in range(1500)),
    "/signin?%ff=%fe",
    "/signin?done=%3Cscript%3E",
    "/signin?a[]=1&a[]=2&a[b]=3",
    "/signin?&&&&===;;;",
    "/setup?token=" + "t" * 5000,
    "/setup?token=%00%0a",
    "/setup?token=a&token=b",
    "/board?lang=%00",
    "/desk?done=" + "saved" * 1000,
    "/services?q=" + quote("%' OR 1=1 --"),
    "/services?q=" + "%25" * 1000,
    "/services?q=" + quote("\u0000\ud83d", errors="surrogatepass"),
    "/catalogue/tiles?q=" + "_" * 1000,
    "/catalogue/tiles?q=" + quote('"*^NEAR('),
    "/counters/preview?name=" + "a" * 5000 + "&short=" + "b" * 2000,
    "/counters/preview?name=%00%0a%3Cb%3E",
    "/counters/preview?name=" + quote("\u0301" * 200),
    "/counters/preview?name=" + quote("1" * 200 + "\u00b2"),
    "/t/" + "0" * 32 + "?lang=%00",
)


def requests() -> Iterator[Hostile]:
    for kind, targets in (("file", FILES), ("path", CODES), ("query", QUERIES)):
        yield from (_answered(kind, target) for target in targets)
    for pattern in UNDER:
        yield from (_answered("id", pattern.format(ident)) for ident in IDS)
    for number in NUMBERS:
        yield Hostile(f"number: {number[:30]}", form(f"/catalogue/{number}/again", {}), Wanted.ANSWERED)
    for back in BACKS:
        yield _answered("back", f"/lang/de?back={back}")
    for token in TOKENS:
        yield _answered("token", f"/t/{token}")
    for count in COUNTS:
        yield _answered("count", f"/api/v1/catalogue/changes?epoch=x&after={count}")
        yield _answered("count", f"/api/v1/catalogue/changes?epoch=x&after=0&limit={count}")
    for ident in IDS[::3]:
        for act in (
            "/people/{}/role",
            "/terminals/{}/revoke",
            "/desk/do/{}",
            "/queues/{}/open",
            "/catalogue/tiles/{}/move",
        ):
            yield Hostile(f"id: {act.format(ident)[:60]}", form(act.format(ident), {"op": "12345678"}), Wanted.ANSWERED)


def _answered(kind: str, target: str) -> Hostile:
    """Where a wrong address is no reason to be refused: what comes is judged by its status and what it shows."""
    return Hostile(f"{kind}: {target[:60]} ({len(target)})", get(target), Wanted.ANSWERED)
