"""Every route x every caller: nobody gets in who may not, and nothing is shut that is allowed."""

from collections.abc import Iterator
from typing import Any

import msgspec
import pytest
from litestar import Router, get

from hub.api.routes import Route, table
from hub.app import HubApp
from hub.auth import people, sessions
from hub.fleet import terminals
from hub.store.enums import Role
from tests.asgi import ORIGIN, Answer, Asgi, asking
from tests.hub_apps import app_for
from tests.unit.hub.conftest import SITE, House, uuid
from tests.unit.hub.rights_table import ANYBODY, MAY, NOBODY, STAFF, TERMINAL, TERMINALS

FILLED = {"{site_id}": SITE, "{file_path}": "css/look.css", "{token}": "0" * 32, "{n}": "1", "{tag}": "en"}
"""What stands in the path; for others ``x``, which is nobody's."""
BODIES = {
    "/api/v1/enrol": {"code": "ABCD2345"},
    "/api/v1/heartbeat": {"version": "1", "catalogue_version": 0},
    "/api/v1/help": {"id": uuid(1)},
    "/api/v1/slot": {"generation": "0" * 32, "machine": "m"},
    "/api/v1/standing": {"token": "0" * 32},
    "/api/v1/sync": {"generation": "0" * 32, "ops": []},
    "/api/v1/tickets": {"id": uuid(2), "service": "ausweis"},
}
KEY, REVOKED = "key-of-the-terminal", "key-that-was-revoked"
FILES = {"/catalogue/import", "/catalogue/face/arms", "/catalogue/face/picture"}
"""Routes whose body is a file: the token of the form is in a header."""


class Door:
    """The app, and what each caller sends."""

    def __init__(self, hall: House, app: HubApp, asgi: Asgi) -> None:
        self.hall, self.app, self._asgi, self._asked = hall, app, asgi, 0
        for n, role in enumerate(Role):
            hall.do(people.add, SITE, f"u{n}", f"user{n}", f"User {n}", role, "$argon2id$x", hall.clock())
        hall.do(people.add, SITE, "gone", "gone", "Gone", Role.ADMINISTRATOR, "$argon2id$x", hall.clock())
        hall.do(people.disable, SITE, "gone", hall.clock())
        self._users = {str(role): f"u{n}" for n, role in enumerate(Role)} | {"disabled": "gone"}
        hall.do(terminals.add_terminal, SITE, "t2", "Terminal 2", hall.clock())
        for terminal, key, code in (("t1", KEY, "ABCDEFGH"), ("t2", REVOKED, "HGFEDCBA")):
            hall.do(terminals.add_code, SITE, terminal, code, hall.clock())
            hall.do(terminals.enrol, code, terminals.secret_hash(key), "m", hall.clock.forward(1))
        hall.do(terminals.revoke, SITE, "t2", hall.clock())
        self._sessions: dict[str, tuple[str, str]] = {}

    def ask(self, route: Route, caller: str, *, token: bool = True, origin: str = ORIGIN) -> Answer:
        """The route as this caller; ``token`` = with the token of a form of ours."""
        self._asked += 1
        self._asgi.address = f"10.0.{self._asked // 250}.{self._asked % 250}"  # whoever guesses codes must wait
        path = route.path
        for part in [each for each in path.split("/") if each.startswith("{")]:
            path = path.replace(part, FILLED.get(part, "x"))
        headers, csrf = self._shown(caller)
        if route.method == "GET":
            path += "?after=0&epoch=x" if path.endswith("changes") else ""
        if route.method != "POST":
            return self._asgi.ask(route.method, path, **headers)
        if path in BODIES:
            return self._asgi.ask("POST", path, msgspec.json.encode(BODIES[path]), **headers)
        fields = {"login": f"x{self._asked}"} | ({"csrf": csrf} if token else {})
        if token and path in FILES:
            headers["x_csrf_token"] = csrf
        return self._asgi.ask("POST", path, fields, origin=origin, **headers)

    def _shown(self, caller: str) -> tuple[dict[str, str], str]:
        keys = {TERMINAL: KEY, "revoked key": REVOKED, "junk key": "x" * 43}
        if caller in keys:
            return {"authorization": f"Bearer {keys[caller]}", "cookie": "hub_form=f"}, "f"
        if caller in self._users:
            token, csrf = self._session(caller)
            return {"cookie": f"hub_session={token}; hub_form={csrf}"}, csrf
        return {"cookie": "hub_session=junk; hub_form=f" if caller == "junk cookie" else "hub_form=f"}, "f"

    def _session(self, caller: str) -> tuple[str, str]:
        """The caller's session, a new one after the last was ended."""
        known = self._sessions.get(caller)
        alive = known is not None and self.hall.see(sessions.find, known[0], self.hall.clock()) is not None
        if known is None or not (alive or caller == "disabled"):
            token = self.hall.do(sessions.begin, SITE, self._users[caller], self.hall.clock())
            found = self.hall.see(sessions.find, token, self.hall.clock())
            known = self._sessions[caller] = (token, found.csrf if found else "f")
        return known


@pytest.fixture
def door(hall: House) -> Iterator[Door]:
    with app_for(hall.store, hall.clock, 5.0) as (app, _), asking(app) as asgi:
        yield Door(hall, app, asgi)


def named(route: Route) -> str:
    return f"{route.method} {route.path}"


def refused(route: Route, answer: Answer) -> bool:
    """Whether a guard has turned this caller away. Who may use the desk and sits at no counter is led
    to the choice; whose session is ended by signing out was let in before."""
    if answer.headers.get("hx-redirect") == "/desk" or "hub_session" in answer.headers.get("set-cookie", ""):
        return False
    if MAY[named(route)] == ANYBODY:
        return answer.status == 401 or answer.headers.get("location") == "/signin"
    return answer.status in (401, 403) or answer.headers.get("location") == "/signin"


def faults(door: Door, routes: list[Route], callers: frozenset[str]) -> Iterator[str]:
    """What is not as the table says."""
    for route in routes:
        seen = dict[str, int]()
        for caller in sorted(callers):
            answer = door.ask(route, caller)
            seen[caller] = answer.status
            may = caller in MAY[named(route)]
            if answer.status >= 500:
                yield f"{named(route)}: {caller} meets a bug ({answer.status})"
            elif may is refused(route, answer):
                yield f"{named(route)}: {caller} {'may and is refused' if may else 'gets in'} ({answer.status})"
        if MAY[named(route)] == ANYBODY and len(set(seen.values())) > 1:
            yield f"{named(route)}: anybody may ask, and not everybody has the same answer: {seen}"


def test_every_route_has_a_line_in_the_table_and_every_line_a_route(door: Door) -> None:
    routes = {named(route) for route in table(door.app)}
    assert routes - set(MAY) == set(), "who may ask these? Add them to rights_table.py"
    assert set(MAY) - routes == set(), "there are no such routes"
    assert "POST /api/v1/tickets" in routes, "the lane stands in the table too"


def test_every_route_lets_in_who_may_and_nobody_else(door: Door) -> None:
    assert list(faults(door, list(table(door.app)), NOBODY | STAFF | TERMINALS)) == []


def test_no_form_is_taken_without_its_token_or_from_another_page(door: Door) -> None:
    wrong = []
    for route in table(door.app):
        if route.method == "POST" and route.described is None:
            for caller in (Role.ADMINISTRATOR, "nobody"):
                without = door.ask(route, caller, token=False)
                foreign = door.ask(route, caller, origin="http://evil.example")
                other_scheme = door.ask(route, caller, origin=ORIGIN.replace("http:", "https:"))
                for answer in (without, foreign, other_scheme):
                    if answer.status != 403 and answer.headers.get("location") != "/signin":
                        wrong.append((named(route), caller, answer.status))
    assert wrong == []


def test_a_guard_that_lets_everybody_in_is_found(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    some = [route for route in table(door.app) if route.path in ("/people", "/site", "/desk")]
    assert list(faults(door, some, frozenset({Role.CLERK}))) == []
    monkeypatch.setattr("hub.web.common.auth_hooks.may", lambda *_: True)
    found = list(faults(door, some, frozenset({Role.CLERK})))
    assert [each.partition(":")[0] for each in found] == ["GET /people", "POST /people", "GET /site", "POST /site"]


@get("/forgotten", sync_to_thread=False)
def forgotten() -> None:
    """A route that somebody added in a hurry."""


def test_a_route_that_nobody_thought_of_is_named(door: Door) -> None:
    app: Any = HubApp([Router("/", route_handlers=[forgotten])], openapi_config=None)
    assert {named(route) for route in table(app)} - set(MAY) == {"GET /forgotten"}
