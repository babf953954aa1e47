"""Headers of every answer: pages, API, files, redirects, refusals."""

from collections.abc import Iterator
from typing import Any

import pytest

from hub.context import HubContext
from hub.headers import digests
from hub.web.common.page import asset
from kiosk import wire
from tests.asgi import Asgi, asking
from tests.hub_apps import app_for

LOOK = "/static/css/look.css"


@pytest.fixture
def shown(hall: Any) -> Iterator[tuple[Asgi, HubContext]]:
    with app_for(hall.store, hall.clock, 5.0) as (app, stands), asking(app) as asgi:
        yield asgi, stands


@pytest.mark.parametrize(
    ("method", "path", "status", "kept"),
    [
        ("GET", "/signin", 200, "no-store"),
        ("GET", "/", 303, "no-store"),
        ("GET", "/desk", 303, "no-store"),
        ("GET", "/board", 303, "no-store"),
        ("GET", "/board/rathaus/calls", 200, "no-store"),
        ("GET", "/board/rathaus/stream", 200, "no-store"),
        ("GET", "/nowhere", 404, "no-store"),
        ("DELETE", "/people", 405, "no-store"),
        ("POST", "/signin", 403, "no-store"),
        ("GET", "/healthz", 200, "no-store"),
        ("GET", wire.QUEUES, 401, "no-store"),
        ("POST", wire.TICKETS, 401, "no-store"),
        ("GET", wire.TICKETS, 405, "no-store"),
        ("OPTIONS", "/board", 204, "no-store"),
        ("GET", "/" + "a" * 3000, 414, "no-store"),
        ("GET", "/static/nothing.css", 404, "no-store"),
        ("GET", LOOK, 200, "public, max-age=3600"),
        ("HEAD", LOOK, 200, "public, max-age=3600"),
        ("GET", f"{LOOK}?v=0000000000", 200, "public, max-age=3600"),
        ("GET", asset("css/look.css"), 200, "public, max-age=31536000, immutable"),
        ("GET", asset("fonts/TownhallSans-Bold.woff2"), 200, "public, max-age=31536000, immutable"),
    ],
)
def test_every_answer_is_sealed_and_says_how_long_it_is_kept(
    shown: tuple[Asgi, HubContext], method: str, path: str, status: int, kept: str
) -> None:
    answer = shown[0].ask(method, path)
    assert (answer.status, answer.headers["cache-control"]) == (status, kept)
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert "strict-transport-security" not in answer.headers


def test_a_manifest_is_kept_by_its_tag(shown: tuple[Asgi, HubContext]) -> None:
    """What an answer says itself stands."""
    answer = shown[0].ask("GET", "/t/" + "0" * 32)
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["content-security-policy"].count("default-src") == 1


@pytest.mark.parametrize("path", ["/signin", LOOK, wire.QUEUES, "/desk"])
@pytest.mark.parametrize(
    ("public", "scheme", "wanted"), [(True, "https", True), (True, "http", False), (False, "https", False)]
)
def test_only_a_certificate_that_browsers_know_forbids_to_come_without(
    shown: tuple[Asgi, HubContext], path: str, public: bool, scheme: str, wanted: bool
) -> None:
    asgi, stands = shown
    stands.public_certificate = public
    assert ("strict-transport-security" in asgi.ask("GET", path, scheme=scheme).headers) is wanted


def test_wrong_methods_name_the_right_ones(shown: tuple[Asgi, HubContext]) -> None:
    """RFC 9110, section 15.5.6."""
    for path, wanted in (("/people", {"GET", "POST"}), (wire.QUEUES, {"GET"}), (wire.TICKETS, {"POST"})):
        answer = shown[0].ask("DELETE", path)
        assert answer.status == 405
        assert wanted <= set(answer.headers["allow"].split(", "))


def test_only_our_own_files_are_looked_for(shown: tuple[Asgi, HubContext]) -> None:
    assert "css/look.css" in digests()
    for name in ("a" * 300, "../app.py", "css/../../app.py", "css", "", "%00"):
        assert shown[0].ask("GET", f"/static/{name}").status in (400, 404), name
