"""Terminal and hub over TLS: enrolled by fingerprint, pinned from then on, and no clock asked."""

import contextlib
import socket
import threading
import time
import warnings
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest

from hub.tls.cli import run_renew
from kiosk import config, wire
from kiosk.config import TerminalConfig
from kiosk.vocabulary.enrolment import LETTERS
from offline_cache.http.answers import Answer, Away, AwayReason
from offline_cache.http.clients import client_maker
from offline_cache.http.hub_client import HubClient, Timeouts
from offline_cache.http.trust import blind, fingerprint_of, only_certificate, pinned
from offline_cache.sync.enrolment import EnrolFault, EnrolTrouble, enrol, run_enrol
from tests.unit.offline_cache.peers import answer
from tests.unit.offline_cache.tls_hubs import NAMES, HubProcess, pair, server_context, tls_peer

SECRET = "K7MQ2XPD"
PATIENT = Timeouts(60.0, 60.0, 60.0)


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HubProcess]:
    one = HubProcess(tmp_path_factory.mktemp("hub"), codes=6)
    yield one
    one.stop()


def enrolled(hub: HubProcess, path: Path) -> TerminalConfig:
    done = enrol(path, f"127.0.0.1:{hub.port}", hub.code().lower())
    assert isinstance(done, TerminalConfig), done
    return done


def asks(settings: TerminalConfig) -> object:
    client = client_maker(settings.hub, 60.0, 60.0, 60.0)()
    with contextlib.closing(client):
        return client.queues()


def trouble(result: TerminalConfig | EnrolFault) -> EnrolTrouble:
    assert isinstance(result, EnrolFault), result
    return result.trouble


def hub_of(ca: bytes, enrolment: bytes = b"{}") -> Callable[[socket.socket, bytes, int], None]:
    def play(connection: socket.socket, request: bytes, number: int) -> None:
        if b"GET /api/v1/ca" in request:
            connection.sendall(answer("200 OK", msgspec.json.encode(wire.Authority(pem=ca.decode()))))
        else:
            connection.sendall(answer("200 OK", enrolment))

    return play


def test_a_code_with_its_fingerprint_enrols_and_pins(hub: HubProcess, tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    done = enrolled(hub, path)
    assert done.hub.url == hub.url
    assert done.hub.ca == only_certificate(hub.ca) != ""
    loaded = config.load(path)
    assert isinstance(loaded, config.Loaded)
    assert loaded.config == done, "the certificate survives being written and read"
    assert isinstance(asks(done), Answer)


def test_a_wrong_fingerprint_is_refused_before_the_secret_leaves(hub: HubProcess, tmp_path: Path) -> None:
    code = hub.code()
    other = LETTERS[(LETTERS.index(code[-1]) + 1) % len(LETTERS)]
    assert trouble(enrol(tmp_path / "c.toml", hub.url, code[:-1] + other)) is EnrolTrouble.WRONG_FINGERPRINT
    assert not (tmp_path / "c.toml").exists()
    ca, server = pair()
    with tls_peer(hub_of(ca.certificate), server_context(server, tmp_path)) as stranger:
        assert trouble(enrol(tmp_path / "c.toml", stranger.url, code)) is EnrolTrouble.WRONG_FINGERPRINT
        assert [one.split()[1] for one in stranger.requests] == [b"/api/v1/ca"]
    assert isinstance(enrol(tmp_path / "c.toml", hub.url, code), TerminalConfig), "the code was not used up"


def test_who_repeats_the_right_authority_without_its_key_hears_no_secret(tmp_path: Path) -> None:
    ours, _ = pair()
    _, strange = pair()
    code = SECRET + fingerprint_of(ours.certificate.decode())
    with tls_peer(hub_of(ours.certificate), server_context(strange, tmp_path)) as stranger:
        assert trouble(enrol(tmp_path / "c.toml", stranger.url, code)) is EnrolTrouble.WRONG_CERTIFICATE
        assert not [one for one in stranger.requests if SECRET.encode() in one]


def test_a_second_authority_behind_the_first_is_not_believed(tmp_path: Path) -> None:
    ours, _ = pair()
    theirs, strange = pair()
    code = SECRET + fingerprint_of(ours.certificate.decode())
    with tls_peer(hub_of(ours.certificate + theirs.certificate), server_context(strange, tmp_path)) as stranger:
        assert trouble(enrol(tmp_path / "c.toml", stranger.url, code)) is EnrolTrouble.WRONG_CERTIFICATE
        assert len(stranger.requests) == 1


def test_another_authority_later_is_refused_and_hears_no_key(tmp_path: Path) -> None:
    ours, _ = pair()
    _, strange = pair()
    with tls_peer(hub_of(b""), server_context(strange, tmp_path)) as stranger:
        link = config.Hub(url=stranger.url, key="k" * 40, ca=ours.certificate.decode())
        client = client_maker(link, 60.0, 60.0, 60.0)()
        result = client.queues()
        client.close()
        assert isinstance(result, Away)
        assert result.reason is AwayReason.WRONG_CERTIFICATE
        assert "self" in result.detail or "issuer" in result.detail, result.detail
        assert stranger.requests == []


@pytest.mark.parametrize("ca", ["", "no certificate", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"])
def test_without_an_authority_nobody_is_believed(hub: HubProcess, ca: str) -> None:
    client = HubClient(hub.url, "key", PATIENT, trust=pinned(ca))
    result = client.queues()
    client.close()
    assert isinstance(result, Away)
    assert result.reason is AwayReason.WRONG_CERTIFICATE


@pytest.mark.parametrize("at", [datetime(2001, 1, 1, tzinfo=UTC), datetime(2090, 1, 1, tzinfo=UTC)])
def test_a_wrong_clock_locks_no_terminal_out(tmp_path: Path, at: datetime) -> None:
    """To a clock that stands in 2001 today's certificate has not begun; to one in 2090 it has long ended."""
    ca, server = pair(NAMES, at)
    body = msgspec.json.encode(wire.QueueStates(at="", business_day="2026-11-23"))
    with tls_peer(hub_of(ca.certificate, body), server_context(server, tmp_path)) as other:
        client = HubClient(other.url, "key", PATIENT, trust=pinned(ca.certificate.decode()))
        assert isinstance(client.queues(), Answer)
        client.close()


def test_a_clock_far_off_makes_no_noise(hub: HubProcess, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import datetime as dates

    class Long(dates.date):
        @classmethod
        def today(cls) -> "Long":
            return cls(1970, 1, 1)

    monkeypatch.setattr("urllib3.connection.datetime.date", Long)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        client = HubClient(hub.url, "", PATIENT, trust=pinned(hub.ca))
        assert isinstance(client.ca(), Answer)
        client.close()


def test_another_name_is_refused_with_its_own_remedy(tmp_path: Path) -> None:
    ca, server = pair(("hub.rathaus.example",))
    code = SECRET + fingerprint_of(ca.certificate.decode())
    with tls_peer(hub_of(ca.certificate), server_context(server, tmp_path)) as other:
        assert trouble(enrol(tmp_path / "c.toml", other.url, code)) is EnrolTrouble.WRONG_NAME
        assert len(other.requests) == 1


def test_renewal_needs_no_enrolment(hub: HubProcess, tmp_path: Path) -> None:
    done = enrolled(hub, tmp_path / "config.toml")
    before = (hub.data / "tls" / "server.pem").read_bytes()
    assert run_renew(hub.data, ()) == 0
    assert (hub.data / "tls" / "server.pem").read_bytes() != before
    hub.stop()
    hub.start()
    assert isinstance(asks(done), Answer)


@pytest.mark.parametrize(
    ("url", "code", "what"),
    [
        ("192.0.2.10:8080", SECRET, EnrolTrouble.PLAIN_HUB),
        ("http://hub.example", SECRET, EnrolTrouble.PLAIN_HUB),
        ("https://127.0.0.1:1", SECRET, EnrolTrouble.BAD_CODE),
        ("127.0.0.1:1", "K7MQ", EnrolTrouble.BAD_CODE),
        ("127.0.0.1:1", SECRET + "H5AM", EnrolTrouble.BAD_CODE),
        ("127.0.0.1:1", SECRET * 4, EnrolTrouble.BAD_CODE),
        ("127.0.0.1:1", "", EnrolTrouble.BAD_CODE),
    ],
)
def test_what_must_not_be_said_in_the_open_is_not_said(tmp_path: Path, url: str, code: str, what: EnrolTrouble) -> None:
    assert trouble(enrol(tmp_path / "c.toml", url, code)) is what


def test_a_plain_hub_elsewhere_is_refused_unless_the_configuration_says_so() -> None:
    for url in ("http://192.0.2.10:8080", "http://hub.invalid", "HTTP://HUB.INVALID", " http://10.0.0.1/"):
        client = HubClient(url, "key", PATIENT)
        result = client.queues()
        assert isinstance(result, Away)
        assert result.reason is AwayReason.PLAIN_REFUSED
        assert "hub.plain = true" in result.detail
        client.close()
    client = HubClient("http://hub.invalid:9", "key", PATIENT, plain=True)
    result = client.queues()
    client.close()
    assert isinstance(result, Away)
    assert result.reason is AwayReason.NOT_CONNECTED


def test_a_handshake_that_never_ends_is_given_up(tmp_path: Path) -> None:
    """A byte now and then keeps every socket timeout happy; the deadline over the whole exchange is not."""
    done = threading.Event()
    listener = socket.create_server(("127.0.0.1", 0))

    def drip() -> None:
        connection, _ = listener.accept()
        with connection, contextlib.suppress(OSError):
            for byte in b"\x16\x03\x03\x10\x00" + bytes(4096):
                connection.sendall(bytes((byte,)))
                if done.wait(0.05):
                    return

    thread = threading.Thread(target=drip, daemon=True)
    thread.start()
    client = HubClient(f"https://127.0.0.1:{listener.getsockname()[1]}", "", Timeouts(20.0, 20.0, 0.6), trust=blind())
    begun = time.monotonic()
    result = client.queues()
    assert isinstance(result, Away)
    assert time.monotonic() - begun < 60.0, "the whole drip takes two hundred seconds"
    done.set()
    client.close()
    thread.join(5)
    listener.close()


def test_the_command_says_what_came_of_it(
    hub: HubProcess, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LANG", "en_GB.UTF-8")
    assert run_enrol(tmp_path / "c.toml", hub.url, SECRET) == 2
    assert "Enter all groups of four." in capsys.readouterr().err
    assert run_enrol(tmp_path / "c.toml", hub.url, hub.code()) == 0
    assert "All set" in capsys.readouterr().out
