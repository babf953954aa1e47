"""Heads and fields of hostile requests: refused with 4xx, without a traceback."""

import socket

import msgspec
import pytest
import requests

import kiosk.wire
from hub.connections.heads import PATH_MAX, is_host
from hub.web.common.fields import MOST
from hub.web.common.forms import Form

PATIENCE_S = 60.0


@pytest.mark.parametrize(
    "host", [b"hub", b"hub.rathaus.local:8080", b"192.0.2.7", b"[::1]:8080", b"[2001:db8::7]", b"a_b.example", b"x:1"]
)
def test_hosts_that_are_some(host: bytes) -> None:
    assert is_host(host)


@pytest.mark.parametrize(
    "host",
    [
        b"",
        b"a:b",
        b"a:99999",
        b"a:0",
        b"[",
        b"[::1",
        b"::1",
        b"[zz]",
        b"a b",
        b"a/b",
        b"a@b",
        b"a\x00",
        b"a" * 300,
        b"-a",
        b"a:1:2",
    ],
)
def test_hosts_that_are_none(host: bytes) -> None:
    assert not is_host(host)


def status(live, head: bytes) -> int:
    """What the hub answers to these bytes."""
    _, _, port = live.url.rpartition(":")
    with socket.create_connection(("127.0.0.1", int(port)), timeout=PATIENCE_S) as line:
        line.sendall(head)
        said = line.recv(65536)
    return int(said.split(b" ")[1])


@pytest.mark.parametrize("host", [b"a:99999", b"a:b", b"[", b"a\xff"])
@pytest.mark.parametrize("method", [b"GET", b"POST"])
def test_bad_hosts_write_one_short_line_a_minute_into_the_log(live, host: bytes, method: bytes, caplog) -> None:
    for path in (b"/signin", b"/nowhere", b"/desk", b"/static/css/look.css", b"/api/v1/queues"):
        head = method + b" " + path + b" HTTP/1.1\r\nhost: " + host + b"\r\ncontent-length: 0\r\n\r\n"
        assert status(live, head) == 400
    (line,) = [record for record in caplog.records if record.name == "hub.connections"]
    assert line.getMessage() == "turned away: head_wrong, last from 127.0.0.1, 0 more in the minute before"
    assert line.exc_info is None


@pytest.mark.parametrize(
    ("path", "wanted"),
    [(b"/static/" + b"a" * 5000, 414), (b"/static/a%00b", 400), (b"/%0a", 400), (b"/?" + b"q" * 9000, 414)],
)
def test_paths_that_lead_nowhere(live, path: bytes, wanted: int) -> None:
    assert len(b"/" + b"a" * (PATH_MAX - 1)) <= PATH_MAX
    assert status(live, b"GET " + path + b" HTTP/1.1\r\nhost: x\r\n\r\n") == wanted


@pytest.mark.parametrize("origin", ["http://[", "null", "http://127.0.0.1.evil.example", "https://127.0.0.1", "\u00e4"])
def test_bad_origin_is_refused_before_the_body_is_parsed(live, origin: str, monkeypatch) -> None:
    async def parsed(*_args: object) -> None:
        raise AssertionError("the body was parsed")

    monkeypatch.setattr("hub.web.common.auth_hooks.fields_of", parsed)
    headers = {"origin": origin.encode(), "content-type": "application/x-www-form-urlencoded"}
    answer = requests.post(f"{live.url}/signin", data=b"a=1&" * 5000, headers=headers, timeout=PATIENCE_S)
    assert answer.status_code == 403


def test_more_fields_than_a_form_has_are_refused(live) -> None:
    body = b"&".join(b"a=1" for _ in range(MOST + 1))
    kind = {"content-type": "application/x-www-form-urlencoded", "origin": live.url}
    assert requests.post(f"{live.url}/signin", data=body, headers=kind, timeout=PATIENCE_S).status_code == 400
    json = {"content-type": "application/json", "origin": live.url}
    assert requests.post(f"{live.url}/signin", data=b"{}", headers=json, timeout=PATIENCE_S).status_code == 415


@pytest.mark.parametrize(
    "url",
    [
        "http://[",
        'http://x"onload=',
        "https://x/<script>",
        "http://x:99999999",
        "ftp://x",
        "http://u@x",
        "http://x?y",
        "http://ä",
    ],
)
def test_base_urls_that_are_none(url: str) -> None:
    form = Form(base_url=url)
    assert form.base_url("base_url") == ""
    assert form.faults


@pytest.mark.parametrize("url", ["", "http://192.0.2.7:8080", "https://wartemarke.musterstadt.de", "https://x/halle"])
def test_base_urls_that_are_some(url: str) -> None:
    form = Form(base_url=url + "/" if url else "")
    assert form.base_url("base_url") == url
    assert form.ok


def test_no_pattern_of_the_wire_takes_a_line_end_or_foreign_digits() -> None:
    """``$`` matches before a line end, and backslash-d takes the digits of every script."""
    structs = [each for name in kiosk.wire.__all__ if isinstance(each := getattr(kiosk.wire, name), type)]
    patterns = {found for each in structs if issubclass(each, msgspec.Struct) for found in patterns_of(each)}
    assert len(patterns) > 5
    assert not [each for each in patterns if "$" in each or "\\d" in each]


def patterns_of(kind: type) -> set[str]:
    """Every pattern of a struct and of what it holds."""
    found, open_ = set[str](), [msgspec.inspect.type_info(kind)]
    while open_:
        part = open_.pop()
        if isinstance(part, msgspec.inspect.StrType) and part.pattern:
            found.add(part.pattern)
        for value in (getattr(part, name) for name in part.__struct_fields__):
            inner = value if isinstance(value, tuple) else (value,)
            open_ += [each for each in inner if isinstance(each, msgspec.inspect.Type | msgspec.inspect.Field)]
    return found
