"""Behind a reverse proxy: what it says is believed where it was named, and nowhere else."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

import pytest
import requests

from hub.auth.throttle import PER_ADDRESS
from hub.connections.limits import Limits
from hub.connections.origins import Forwarded, Proxies, read_networks
from hub.serve import HubServer, serve
from tests.hub_apps import app_for

PATIENCE_S = 120.0
TOWN = "https://hub.rathaus.internal"


def proxies(*texts: str) -> Proxies:
    named = read_networks(texts)
    assert not isinstance(named, str)
    return Proxies(named)


@pytest.mark.parametrize(
    ("headers", "said"),
    [
        ([], Forwarded("10.0.0.1", "")),
        ([("x-forwarded-for", "192.0.2.7"), ("x-forwarded-proto", "https")], Forwarded("192.0.2.7", "https")),
        ([("x-forwarded-for", "127.0.0.1, 198.51.100.1, 192.0.2.7")], Forwarded("192.0.2.7", "")),
        ([("x-forwarded-for", "192.0.2.7, 10.0.0.2")], Forwarded("192.0.2.7", "")),
        ([("x-forwarded-for", "192.0.2.9"), ("x-forwarded-for", "192.0.2.7, 10.0.0.2")], Forwarded("192.0.2.7", "")),
        ([("x-forwarded-for", "192.0.2.7, nonsense")], Forwarded("10.0.0.1", "")),
        ([("x-forwarded-for", "nonsense, 192.0.2.7")], Forwarded("192.0.2.7", "")),
        ([("x-forwarded-for", "192.0.2.7:50123")], Forwarded("192.0.2.7", "")),
        ([("x-forwarded-for", "[2001:db8::7]:443")], Forwarded("2001:db8::7", "")),
        ([("x-forwarded-for", "2001:db8::7")], Forwarded("2001:db8::7", "")),
        ([("x-forwarded-for", "::ffff:192.0.2.7")], Forwarded("192.0.2.7", "")),
        ([("x-forwarded-for", "10.0.0.3, 10.0.0.2")], Forwarded("10.0.0.3", "")),
        ([("x-forwarded-for", ", ,")], Forwarded("10.0.0.1", "")),
        ([("x-forwarded-proto", "javascript")], Forwarded("10.0.0.1", "")),
        ([("x-forwarded-proto", "https, http")], Forwarded("10.0.0.1", "http")),
        ([("x-forwarded-proto", "http"), ("x-forwarded-proto", "HTTPS")], Forwarded("10.0.0.1", "https")),
    ],
)
def test_the_last_address_that_is_no_proxy_of_ours_counts(headers: list[tuple[str, str]], said: Forwarded) -> None:
    raw = [(name.encode(), value.encode()) for name, value in headers]
    assert proxies("10.0.0.0/24").forwarded("10.0.0.1", raw) == said


def test_a_proxy_is_known_by_address_and_by_network() -> None:
    named = proxies("10.0.0.1", "2001:db8::/32", "192.0.2.77/24")
    assert [each in named for each in ("10.0.0.1", "::ffff:10.0.0.1", "2001:db8::5", "192.0.2.1")] == [True] * 4
    assert [each in named for each in ("10.0.0.2", "", "nonsense", "2001:db9::5")] == [False] * 4
    assert "127.0.0.1" not in Proxies()


def test_a_proxy_that_is_no_address_is_refused_with_the_reason(tmp_path, caplog: pytest.LogCaptureFixture) -> None:
    assert serve("127.0.0.1", 0, tmp_path, proxies=("10.0.0.1", "the proxy")) == 2
    assert "--proxy the proxy is no address" in caplog.text


@contextmanager
def hub_behind(hall, named: Proxies, limits: Limits | None = None) -> Iterator[tuple[str, HubServer]]:
    with app_for(hall.store, hall.clock, 5.0) as (app, _):
        listener = socket.create_server(("127.0.0.1", 0))
        up = threading.Event()
        server = HubServer(app, listener, lambda _url: up.set(), limits=limits, proxies=named)
        thread = threading.Thread(target=partial(server.run, [listener]))
        thread.start()
        assert up.wait(PATIENCE_S)
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}", server
        finally:
            server.should_exit = True
            thread.join(PATIENCE_S)
            listener.close()


def sign_in(url: str, forwarded: str, login: str = "anna") -> requests.Response:
    """As a browser at ``forwarded`` does it, through a proxy that speaks https with it."""
    headers = {"host": TOWN.removeprefix("https://"), "x-forwarded-proto": "https", "x-forwarded-for": forwarded}
    with requests.Session() as session:
        page = session.get(f"{url}/signin", headers=headers, timeout=PATIENCE_S)
        token = page.text.partition('name="csrf" value="')[2].partition('"')[0]
        kept = page.headers["set-cookie"].partition(";")[0]
        form = {"csrf": token, "login": login, "password": "wrong"}
        answer = session.post(
            f"{url}/signin", form, headers=headers | {"origin": TOWN, "cookie": kept}, timeout=PATIENCE_S
        )
        answer.headers["x-kept"] = page.headers["set-cookie"]
        return answer


def test_named_proxy_passes_forms_and_cookies_are_https_only(hall) -> None:
    with hub_behind(hall, proxies("127.0.0.1")) as (url, _):
        answer = sign_in(url, "192.0.2.7")
        assert answer.status_code == 403
        assert "signin" in answer.text
        assert 'name="password"' in answer.text, "the form again: its origin was right, the password was not"
        assert "; Secure" in answer.headers["x-kept"]


def test_a_header_that_anybody_may_send_is_not_believed(hall, caplog: pytest.LogCaptureFixture) -> None:
    """Without a named proxy the scheme is the connection's, and the log says which proxy is not named."""
    with hub_behind(hall, Proxies()) as (url, server):
        answer = sign_in(url, "192.0.2.7")
        assert answer.status_code == 403
        assert 'name="password"' not in answer.text, "refused before the password was looked at"
        assert "; Secure" not in answer.headers["x-kept"]
        assert server.turned_away() == {"unnamed_proxy": 1}
    assert "unnamed_proxy, last from 127.0.0.1" in caplog.text


def test_wrong_passwords_count_for_the_address_behind_the_proxy(hall) -> None:
    """One of many who share the proxy is slowed down, the others are not; who invents addresses changes nothing."""
    with hub_behind(hall, proxies("127.0.0.1")) as (url, _):
        for n in range(PER_ADDRESS.free):
            assert sign_in(url, f"203.0.113.{n}, 192.0.2.7", f"nobody{n}").status_code == 403
        assert sign_in(url, "203.0.113.99, 192.0.2.7", "somebody").status_code == 429
        assert sign_in(url, "192.0.2.8", "somebody else").status_code == 403


def test_wrong_passwords_count_for_the_peer_without_a_named_proxy(hall) -> None:
    with hub_behind(hall, Proxies(), Limits(stranger_requests=1000)) as (url, _):
        codes = set()
        for n in range(PER_ADDRESS.free + 1):
            with requests.Session() as session:
                page = session.get(f"{url}/signin", headers={"x-forwarded-for": f"192.0.2.{n}"}, timeout=PATIENCE_S)
                token = page.text.partition('name="csrf" value="')[2].partition('"')[0]
                form = {"csrf": token, "login": f"nobody{n}", "password": "wrong"}
                headers = {"origin": url, "x-forwarded-for": f"192.0.2.{n}"}
                codes.add(session.post(f"{url}/signin", form, headers=headers, timeout=PATIENCE_S).status_code)
        assert codes == {403, 429}


def test_streams_are_counted_for_the_address_behind_the_proxy(hall) -> None:
    with hub_behind(hall, proxies("127.0.0.1"), Limits(streams_per_stranger=1)) as (url, _):
        asked = []
        for address in ("192.0.2.7", "192.0.2.7", "192.0.2.8"):
            headers = {"x-forwarded-for": address}
            asked.append(requests.get(f"{url}/board/rathaus/stream", headers=headers, stream=True, timeout=PATIENCE_S))
        assert [answer.status_code for answer in asked] == [200, 503, 200]
        for answer in asked:
            answer.close()
