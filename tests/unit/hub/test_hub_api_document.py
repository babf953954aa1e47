"""The API's OpenAPI document: made from routes and structs, whole, and shown on a page that loads nothing else."""

import random
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import msgspec
import pytest

from hub.api.document import document
from hub.api.routes import table
from hub.app import HubApp, app_over
from hub.auth import people, sessions
from hub.fleet import terminals
from hub.store.enums import Role
from kiosk import wire
from tests.asgi import Asgi, asking
from tests.hostile.values import Values
from tests.hub_apps import app_for


@pytest.fixture(scope="module")
def app() -> HubApp:
    return app_over(None)


@pytest.fixture(scope="module")
def written(app: HubApp) -> dict[str, Any]:
    found: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(document(table(app))))
    return found


def references(part: Any) -> Iterator[str]:
    if isinstance(part, dict):
        yield from (value for key, value in part.items() if key == "$ref")
        yield from (found for value in part.values() for found in references(value))
    elif isinstance(part, list):
        yield from (found for value in part for found in references(value))


def test_every_route_of_the_api_is_in_it_and_says_what_it_takes(app: HubApp, written: dict[str, Any]) -> None:
    ours = {(route.path, route.method.lower()) for route in table(app) if route.path.startswith("/api/v")}
    assert {(path, method) for path, found in written["paths"].items() for method in found} == ours
    assert (wire.TICKETS, "post") in ours, "the lane too"
    for path, method in ours:
        operation = written["paths"][path][method]
        assert operation["summary"], path
        assert ("requestBody" in operation) is (method == "post"), path
        assert {"400", "503"} <= set(operation["responses"]), path
        assert ("security" in operation) is ("401" in operation["responses"]), path


def test_a_route_of_the_api_that_is_not_described_is_found(app: HubApp) -> None:
    """What the test before is for: each handler of the API carries its description."""
    silent = [route.path for route in table(app) if route.path.startswith("/api/v") and route.described is None]
    assert silent == []


def test_every_type_that_is_named_is_there(written: dict[str, Any]) -> None:
    named = set(references(written))
    assert len(named) > 15
    assert {f"#/components/schemas/{name}" for name in written["components"]["schemas"]} >= named


def test_patterns_are_those_of_json_schema(written: dict[str, Any]) -> None:
    """There ``$`` is the end of the text and nothing else."""
    patterns = re.findall(r'"pattern":"([^"]*)"', msgspec.json.encode(written).decode())
    assert len(patterns) > 5
    assert not [each for each in patterns if "Z" in each.replace("A-Z", "")]
    assert all(each.endswith("$") for each in patterns)


def test_limits_come_from_the_structs(written: dict[str, Any]) -> None:
    beat = written["components"]["schemas"]["Heartbeat"]["properties"]
    assert beat["catalogue_fault"]["maxLength"] == wire.CATALOGUE_FAULT_MAX
    assert beat["missed"]["maxItems"] == wire.MISSES_TOLD
    assert written["info"]["version"] == wire.VERSION


@pytest.fixture
def asgi(hall: Any) -> Iterator[Asgi]:
    with app_for(hall.store, hall.clock, 5.0) as (app, _), asking(app) as asgi:
        yield asgi


def session(hall: Any, role: Role) -> str:
    hall.do(people.add, hall.site, role, role, role, role, "$argon2id$x", hall.clock())
    return f"hub_session={hall.do(sessions.begin, hall.site, role, hall.clock())}"


@pytest.mark.parametrize("lang", ["de", "en"])
def test_the_page_shows_every_route_and_loads_nothing_from_elsewhere(hall: Any, asgi: Asgi, lang: str) -> None:
    cookie = f"{session(hall, Role.ADMINISTRATOR)}; hub_lang={lang}"
    page = asgi.ask("GET", "/api-document", cookie=cookie)
    written = msgspec.json.decode(asgi.ask("GET", "/api-document/openapi.json", cookie=cookie).body)
    assert page.status == 200
    assert written["openapi"] == "3.1.0"
    for path in written["paths"]:
        assert f">{path}</code>" in page.text, path
    for name in written["components"]["schemas"]:
        assert f'id="{name}"' in page.text, name
    assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son[a-z]+=", page.text)
    for address in re.findall(r'(?:src|href|action)="([^"]*)"', page.text):
        assert not urlsplit(address).netloc, address
    for anchor in re.findall(r'href="#([^"]+)"', page.text):
        assert f'id="{anchor}"' in page.text, anchor


def test_only_administrators_read_it(hall: Any, asgi: Asgi) -> None:
    for role in Role:
        cookie, wanted = session(hall, role), 200 if role is Role.ADMINISTRATOR else 403
        for path in ("/api-document", "/api-document/openapi.json"):
            assert asgi.ask("GET", path, cookie=cookie).status == wanted, (role, path)


def test_each_handler_reads_the_struct_that_stands_beside_it(hall: Any, asgi: Asgi, app: HubApp) -> None:
    """A field that the struct needs is missed by name; a whole body is not refused for its shape."""
    hall.do(terminals.add_code, hall.site, "t1", "ABCDEFGH", hall.clock())
    hall.do(terminals.enrol, "ABCDEFGH", terminals.secret_hash("k"), "m", hall.clock.forward(1))
    values, asked = Values(random.Random(1)), 0
    for route in table(app):
        if route.described is None or (takes := route.described.takes) is None:
            continue
        whole = values.of(takes)
        answer = asgi.ask("POST", route.path, msgspec.json.encode(whole), authorization="Bearer k")
        shown = msgspec.json.decode(answer.body) if answer.body else {}
        assert "bad_" not in shown.get("code", "") or shown["place"] == "$", (route.path, shown)
        for field in [each for each in msgspec.structs.fields(takes) if each.required]:
            without = {name: value for name, value in whole.items() if name != field.encode_name}
            answer = asgi.ask("POST", route.path, msgspec.json.encode(without), authorization="Bearer k")
            assert answer.status == 400, (route.path, field.name)
            assert f"`{field.encode_name}`" in msgspec.json.decode(answer.body)["message"]
            asked += 1
    assert asked >= 8
