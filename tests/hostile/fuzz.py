"""A fuzzer over every route of the table: valid shapes, and the same with something wrong, from a seed."""

import http.client
import json
import random
import re
from base64 import urlsafe_b64decode
from collections import Counter
from collections.abc import Iterator
from urllib.parse import quote, urlencode

import msgspec
from lobby.patience import PATIENCE_S

from hub.api.http import BODY_MAX
from hub.api.routes import Route, table
from hub.app import app_over
from hub.web.desk.desk_page import DO
from kiosk import wire
from tests.hostile.hub_process import AttackedHub, SignedIn
from tests.hostile.shapes import Shape, read, words
from tests.hostile.values import TEXTS, Values, as_json

PAGES = (
    "/desk",
    "/desk/choose",
    "/people",
    "/counters",
    "/queues",
    "/services",
    "/catalogue",
    "/catalogue/face",
    "/catalogue/tiles",
    "/terminals",
    "/site",
    "/welcome",
)
DESK = {
    "op": ["0193aaaa-0000-7000-8000-00000000c0de"],
    "ticket": [""],
    "here": ["yes", "no", ""],
    "of": [""],
    "on": ["0", "1"],
    "date": [""],
}
"""Fields that the desk's script writes."""
VALID = 0.45
"""Share of requests that are left as they are."""
PASSWORDS = 0.15
"""Share of forms with a password that has its price (argon2id)."""
LEARN_EVERY = 260
OPEN = frozenset({"POST /signin", "GET /setup", "POST /setup", "POST /signout", "POST /api/v1/enrol"})
"""Routes whose own answer is a refusal, or the way out."""


class Sent(msgspec.Struct, frozen=True):
    """A request."""

    route: Route
    path: str
    body: bytes
    headers: dict[str, str]

    def __str__(self) -> str:
        return f"{self.route.method} {self.path[:300]} {self.body[:600]!r} {self.headers.get('content-type', '')}"


class Score:
    """What became of all requests."""

    def __init__(self) -> None:
        self.statuses: Counter[int] = Counter()
        self.at_the_gate = 0
        self.asked: Counter[str] = Counter()
        self.taken: Counter[str] = Counter()
        self.wrong: list[str] = []

    @property
    def never(self) -> list[str]:
        """Routes that never answered with 2xx or 3xx."""
        return sorted(name for name in self.asked if not self.taken[name])

    @property
    def sent(self) -> int:
        return sum(self.statuses.values())


class Fuzzer:
    """Sends as an administrator at a counter, and as a terminal."""

    def __init__(self, hub: AttackedHub, seed: int) -> None:
        self.hub, self.chance, self.score = hub, random.Random(seed), Score()
        self.routes = table(app_over(None))
        self._values = Values(self.chance)
        self._shapes: list[Shape] = []
        self._line = http.client.HTTPConnection("127.0.0.1", hub.port, timeout=PATIENCE_S)
        self._me = hub.me()
        self._rounds = 0

    def run(self, requests: int) -> None:
        """Each route in turn, in another order each round, until so many requests were sent; in the first round as it
        should be asked."""
        sent = 0
        while sent < requests:
            self._rounds += 1
            for route in self.chance.sample(self.routes, len(self.routes)):
                if sent % LEARN_EVERY == 0:
                    self.learn()
                self.send(self.made(route))
                sent += 1

    def learn(self) -> None:
        """Sit down, draw a number, and read the pages as they are now."""
        self._me = self.hub.me()
        self._sit_down()
        shapes, links = list[Shape](), list[str]()
        for path in PAGES:
            found = read(self._page(path))
            shapes += found.shapes
            links += found.links
        self._shapes = [shape for shape in shapes if shape.path != "/signout"]
        self._values.known = [each for each in dict.fromkeys(words(shapes, links)) if each]
        self._values.named |= {
            "site_id": [link.split("/")[2] for link in links if link.startswith("/board/")],
            "service": [each for shape in shapes for each in shape.fields.get("service", ())][:20],
            "tag": ["de", "en"],
            "word": [*DO, "right", "wrong", "close"],
            "after": ["0"],
            "token": self._values.named.get("token", []),
        }
        self._learn_of_terminals()

    def _sit_down(self) -> None:
        for shape in read(self._page("/desk/choose")).shapes:
            if shape.path == "/desk/counter":
                fields = {name: values[-1] for name, values in shape.fields.items()}
                self._sent("POST", "/desk/counter", urlencode(fields).encode(), self._staff())
                return

    def _learn_of_terminals(self) -> None:
        """The catalogue that is in force, and the page of a number."""
        key = {"authorization": f"Bearer {self.hub.key}"}
        told = self._sent("GET", wire.MANIFEST, b"", key)[2].split(b".")
        if len(told) == 3:
            known = json.loads(urlsafe_b64decode(told[1] + b"=" * (-len(told[1]) % 4)))["catalogue"]
            named = {"epoch": [known["epoch"]], "name": [known["snapshot"]["path"].rpartition("/")[2]]}
            self._values.named |= named
        ident = f"0193aaaa-0000-7000-8000-{self.chance.getrandbits(48):012x}"
        ask = {"id": ident, "service": self._values.word("service")}
        status, _, body = self._sent("POST", wire.TICKETS, as_json(ask), key)
        if status == 200:
            self._values.named["token"] = [json.loads(body)["url"].rpartition("/")[2]]

    def made(self, route: Route) -> Sent:
        """A request to this route."""
        valid = self._rounds == 1 or self.chance.random() < VALID
        if route.described is not None:
            return self._to_api(route, valid)
        staff = self._staff()
        if route.method != "POST":
            return Sent(route, self._address(route, valid), b"", staff)
        path, fields = self._form(route, valid)
        body = urlencode(fields, doseq=True, errors="surrogatepass").encode()
        if not valid and self.chance.random() < 0.2:
            body = self._values.spoilt(body)
        return Sent(route, path, body, staff)

    def _to_api(self, route: Route, valid: bool) -> Sent:
        assert route.described is not None
        headers = {"authorization": f"Bearer {self.hub.key}", "content-type": "application/json"}
        if route.described.takes is None:
            return Sent(route, self._address(route, valid), b"", headers)
        value = self._values.of(route.described.takes)
        body = as_json(value if valid else self._values.mutated(value))
        return Sent(
            route, route.path, self._values.spoilt(body) if not valid and self.chance.random() < 0.2 else body, headers
        )

    def _form(self, route: Route, valid: bool) -> tuple[str, dict[str, list[str]]]:
        """A form of this route as a page shows it; where none does, one that might be."""
        known = [shape for shape in self._shapes if _fits(route, shape.path)]
        shape = self.chance.choice(known) if known else Shape(self._address(route, valid), {}, set())
        fields = {name: [self._filled(shape, name, values)] for name, values in (DESK | shape.fields).items()}
        if "password" in fields:
            good = self._rounds == 1 or self.chance.random() < PASSWORDS
            word = f"Kastanie {self.chance.getrandbits(40)}" if good else "kurz"
            fields |= {"password": [word], "again": [word]}
        if valid:
            return shape.path, fields
        if self.chance.random() < 0.2:
            return self._address(route, valid), fields
        name = self.chance.choice(list(fields))
        changed = (
            self.chance.choice(TEXTS) if self.chance.random() < 0.6 else str(self._values.mutated(fields[name][0]))
        )
        return shape.path, fields | {name: [changed] * self.chance.choice((1, 1, 1, 2, 300))}

    def _filled(self, shape: Shape, name: str, values: list[str]) -> str:
        chosen = self.chance.choice(values) if values else ""
        return chosen or (f"w{self.chance.randrange(10_000)}" if name in shape.needed else "")

    def _address(self, route: Route, valid: bool) -> str:
        """The path with known words for its parameters, and sometimes a query."""

        def word(found: re.Match[str]) -> str:
            if valid or self.chance.random() < 0.5:
                return quote(self._values.word(found[1]), safe="")
            return quote(self.chance.choice(TEXTS), safe="", errors="surrogatepass") or "x"

        path = (
            "/static/css/look.css"
            if route.path.startswith("/static/") and valid
            else re.sub(r"{(\w+)}", word, route.path)
        )
        asked = route.described.query if route.described else ()
        query = {one.name: self._values.named.get(one.name, ["0"])[0] for one in asked}
        if not valid:
            name = self.chance.choice(("q", "lang", "back", "token", "done", "name", "short", "after", "limit"))
            query[name] = self.chance.choice((*TEXTS, "1", "de"))
        return path + ("?" + urlencode(query, errors="surrogatepass") if query else "")

    def _staff(self) -> dict[str, str]:
        me: SignedIn = self._me
        known = {"cookie": f"hub_session={me.token}; hub_form={me.csrf}", "x-csrf-token": me.csrf}
        known |= {"origin": self.hub.url, "content-type": "application/x-www-form-urlencoded"}
        return known | ({"hx-request": "true"} if self.chance.random() < 0.3 else {})

    def send(self, sent: Sent) -> None:
        """Send it and note what became of it."""
        status, location, body = self._sent(sent.route.method, sent.path, sent.body, sent.headers)
        name, score = f"{sent.route.method} {sent.route.path}", self.score
        score.statuses[status] += 1
        score.asked[name] += 1
        score.taken[name] += 200 <= status < 400
        silent = not status and len(sent.body) < BODY_MAX  # who sends too much may not hear why the line is closed
        if silent or status >= 500 or b"Traceback" in body:
            score.wrong.append(f"{status}: {sent} {body[:600] if not status else b''!r}")
        gone = location == "/signin" and sent.route.path != "/signin"
        if gone or status in (401, 403):
            score.at_the_gate += name not in OPEN
            self._let_in_again(sent, status)

    def _let_in_again(self, sent: Sent, status: int) -> None:
        """Some requests end the session, the seat or the key: begin anew."""
        if sent.route.described is None:
            self._me = self.hub.me()
            self._sit_down()
        elif status == 401:
            self.hub.enrol_again()

    def _page(self, path: str) -> str:
        return self._sent("GET", path, b"", self._staff())[2].decode()

    def _sent(self, method: str, path: str, body: bytes, headers: dict[str, str]) -> tuple[int, str, bytes]:
        """Status, location and body; of a stream its head. A closed line is opened anew once."""
        for _ in range(2):
            try:
                self._line.request(method, path, body if method == "POST" else None, headers)
                answer = self._line.getresponse()
            except (ConnectionError, http.client.BadStatusLine):
                self._line.close()
                continue
            if answer.getheader("content-type", "").startswith("text/event-stream"):
                self._line.close()
                return answer.status, "", b""
            try:
                return answer.status, answer.getheader("location", ""), answer.read()
            except http.client.IncompleteRead as fault:
                self._line.close()
                return 0, "", f"{answer.status} {answer.headers} {fault}".encode()
        return 0, "", b""

    def close(self) -> None:
        self._line.close()


def _fits(route: Route, path: str) -> bool:
    return re.fullmatch(re.sub(r"{\w+}", "[^/]+", route.path), path) is not None


def reached(score: Score) -> Iterator[str]:
    """How it went, in lines to be printed."""
    statuses = dict(sorted(score.statuses.items()))
    yield f"{score.sent} requests, {score.at_the_gate} turned away at the gate, statuses {statuses}"
    yield f"never taken: {', '.join(score.never) or 'none'}"
