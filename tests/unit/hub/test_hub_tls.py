"""The hub's certificates: made once, renewed in time, loaded while it runs; no listening without them elsewhere."""

import re
import socket
import ssl
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import requests
from cryptography import x509

from hub.app import create_app
from hub.auth import people, sessions
from hub.serve import HubServer
from hub.store.enums import Role
from hub.tls import authority, files, serving
from hub.tls.cli import run_init, run_renew
from hub.tls.files import TlsFault, folder_of
from hub.tls.serving import Files, Tls
from kiosk.vocabulary.enrolment import FINGERPRINT_LENGTH, EnrolCode, fingerprint, grouped, plain, read_code

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)


def made(data: Path, now: datetime = NOW, names: tuple[str, ...] = ("hub.rathaus.example",)) -> Files:
    folder = folder_of(data)
    files.make(folder, files.all_names(names), now)
    return serving.of_folder(folder)


def opened(found: Files, now: datetime = NOW) -> Tls:
    tls = serving.open_tls(found, lambda: now)
    assert isinstance(tls, Tls), tls
    return tls


def serial(path: Path) -> int:
    return x509.load_pem_x509_certificate(path.read_bytes()).serial_number


def kiosk(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", "kiosk.cli", *words], capture_output=True, text=True, timeout=300)


def test_init_makes_files_for_their_owner_alone_and_only_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    assert run_init(tmp_path, ("hub.rathaus.example", "192.0.2.10", "rathaus-süd.example")) == 0
    folder = folder_of(tmp_path)
    for path in (folder.ca, folder.ca_key, folder.server):
        assert path.stat().st_mode & 0o777 == 0o600, path
    said = capsys.readouterr().out
    assert "hub.rathaus.example, 192.0.2.10, xn--rathaus-sd-ieb.example, localhost, 127.0.0.1, ::1" in said
    assert opened(serving.of_folder(folder)).fingerprint == plain(said.splitlines()[1].rpartition(":")[2])
    before = folder.ca.read_bytes()
    assert run_init(tmp_path, ()) == 2
    assert "kiosk hub renew" in caplog.text
    assert folder.ca.read_bytes() == before


@pytest.mark.parametrize("name", ["", "a b", "hub/x", "*.rathaus.example", "x" * 300, "a..b", "\x00"])
def test_a_name_that_is_none_is_refused(tmp_path: Path, name: str) -> None:
    assert run_init(tmp_path, (name,)) == 2
    assert not folder_of(tmp_path).ca.exists()


def test_renew_keeps_authority_and_names_and_can_change_the_names(tmp_path: Path) -> None:
    assert run_renew(tmp_path, ()) == 2, "nothing to renew yet"
    found = made(tmp_path)
    ca, first = found.ca.read_bytes(), serial(found.certificate)
    assert run_renew(tmp_path, ()) == 0
    assert found.ca.read_bytes() == ca
    assert serial(found.certificate) != first
    assert authority.names_of(found.certificate.read_bytes())[0] == "hub.rathaus.example"
    assert run_renew(tmp_path, ("192.0.2.7",)) == 0
    assert authority.names_of(found.certificate.read_bytes()) == ("192.0.2.7", *files.ALWAYS)


def test_renew_without_the_authoritys_key_names_the_missing_file(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    found = made(tmp_path)
    before = found.certificate.read_bytes()
    folder_of(tmp_path).ca_key.unlink()
    assert run_renew(tmp_path, ()) == 2
    assert "ca.key" in caplog.text
    folder_of(tmp_path).ca_key.write_bytes(authority.new_authority(NOW).key)
    assert run_renew(tmp_path, ()) == 2
    assert "does not belong" in caplog.text
    assert found.certificate.read_bytes() == before


@pytest.mark.parametrize(("days_left", "renewed"), [(31, False), (30, False), (29, True), (-400, True), (400, True)])
def test_a_certificate_is_renewed_when_less_than_thirty_days_are_left(
    tmp_path: Path, days_left: int, renewed: bool
) -> None:
    """Also one with more days left than it may have: it was made by a clock that was ahead, and is not valid yet."""
    found = made(tmp_path)
    before = serial(found.certificate)
    late = NOW + authority.SERVER_LIVES - timedelta(days=days_left)
    opened(found, late)
    assert (serial(found.certificate) != before) is renewed
    if renewed:
        assert authority.ends(found.certificate.read_bytes()) == late + authority.SERVER_LIVES


def test_a_running_hub_renews_and_new_connections_see_it(tmp_path: Path) -> None:
    clock = [NOW]
    tls = serving.open_tls(made(tmp_path), lambda: clock[0])
    assert isinstance(tls, Tls)
    first = presented(tls)
    tls.look()
    assert presented(tls) == first, "nothing changed, nothing loaded"
    clock[0] += authority.SERVER_LIVES - timedelta(days=10)
    tls.look()
    assert presented(tls) != first


def test_operators_certificate_files_are_reread_and_never_renewed(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    ca = authority.new_authority(NOW)
    server = authority.new_server(ca, ("hub",), NOW)
    mine = Files(tmp_path / "c.pem", tmp_path / "k.pem", tmp_path / "ca.pem")
    for path, content in zip(
        (mine.certificate, mine.key, mine.ca), (server.certificate, server.key, ca.certificate), strict=True
    ):
        path.write_bytes(content)
    tls = opened(mine, NOW + timedelta(days=5000))
    assert tls.fingerprint == fingerprint(ssl.PEM_cert_to_DER_cert(ca.certificate.decode()))
    first = presented(tls)
    mine.certificate.write_bytes(b"half a fi")
    tls.look()
    assert "half" not in caplog.text
    assert "c.pem" in caplog.text
    assert presented(tls) == first, "what cannot be loaded leaves the old one in use"
    another = authority.new_server(ca, ("hub",), NOW)
    mine.key.write_bytes(another.key)
    mine.certificate.write_bytes(another.certificate)
    tls.look()
    assert presented(tls) != first


def presented(tls: Tls) -> bytes:
    """The certificate that a new connection is shown."""
    ours, theirs = socket.socketpair()
    shown: list[bytes] = []

    def look() -> None:
        context = ssl.create_default_context(cadata=tls.ca)
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        with context.wrap_socket(theirs) as client:
            shown.append(client.getpeercert(binary_form=True) or b"")

    thread = threading.Thread(target=look)
    thread.start()
    with tls.context.wrap_socket(ours, server_side=True):
        thread.join(5)
    return shown[0]


@pytest.mark.parametrize("broken", ["certificate", "key", "ca"])
def test_a_broken_file_is_named_with_the_remedy(tmp_path: Path, broken: str) -> None:
    found = made(tmp_path)
    mine = Files(found.certificate, found.certificate, found.ca)
    (tmp_path / "broken.pem").write_bytes(b"\xff\x00 not PEM")
    fault = serving.open_tls(
        Files(*(tmp_path / "broken.pem" if n == broken else getattr(mine, n) for n in ("certificate", "key", "ca")))
    )
    assert isinstance(fault, TlsFault)
    assert "broken.pem" in fault.sentence
    assert "PEM" in fault.sentence


def test_old_protocols_are_refused(tmp_path: Path) -> None:
    assert opened(made(tmp_path)).context.minimum_version is ssl.TLSVersion.TLSv1_2


@pytest.mark.parametrize("bind", ["0.0.0.0", "::", "192.0.2.1", "hub.rathaus.example"])
def test_listening_on_the_network_without_certificates_is_refused(tmp_path: Path, bind: str) -> None:
    found = kiosk("hub", "--data", str(tmp_path), "--port", "0", "--bind", bind)
    assert found.returncode == 2
    assert f"does not listen on {bind} without encryption" in found.stderr
    assert "kiosk hub init" in found.stderr


def test_own_certificates_are_given_together(tmp_path: Path) -> None:
    found = kiosk("hub", "--data", str(tmp_path), "--certificate", "c.pem")
    assert found.returncode == 2
    assert "--ca together" in found.stderr
    found = kiosk("hub", "--data", str(tmp_path), "--certificate", "c.pem", "--key", "k.pem", "--ca", "a.pem")
    assert found.returncode == 2
    assert "c.pem" in found.stderr


def test_the_data_folder_may_stand_before_or_behind_the_act(tmp_path: Path) -> None:
    assert kiosk("hub", "--data", str(tmp_path / "a"), "init", "--name", "hub.example").returncode == 0
    assert kiosk("hub", "init", "--data", str(tmp_path / "b"), "--name", "hub.example").returncode == 0
    assert (tmp_path / "a" / "tls" / "ca.pem").exists()
    assert (tmp_path / "b" / "tls" / "ca.pem").exists()


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("k7mq-2xpd", EnrolCode("K7MQ2XPD")),
        (" K7MQ 2XPD H5AM-K99X C6LP.PDMN ", EnrolCode("K7MQ2XPD", "H5AMK99XC6LPPDMN")),
        ("K7MQ-2XP", None),
        ("K7MQ-2XPD-H", None),
        ("K7MQ2XPDH5AMK99XC6LPPDMNX", None),
        ("", None),
    ],
)
def test_codes_as_people_type_them(typed: str, code: EnrolCode | None) -> None:
    assert read_code(typed) == code


def test_every_bit_of_the_fingerprint_is_in_its_letters() -> None:
    seen = {fingerprint(n.to_bytes(2, "big")) for n in range(4096)}
    assert len(seen) == 4096
    assert all(re.fullmatch(r"[2-9A-HJ-NP-Z]{16}", each) for each in seen)
    assert all(len({each[place] for each in seen}) == 32 for place in range(FINGERPRINT_LENGTH))
    assert grouped("ABCDEFGH") == "ABCD-EFGH"


@pytest.fixture
def secure(hall: Any, tmp_path: Path) -> Iterator[tuple[str, Path, Tls]]:
    """The hall's hub over TLS, with a technician whose session is known."""
    tls = opened(made(tmp_path / "hub", datetime.now(UTC)), datetime.now(UTC))
    app = create_app(hall.store, hall.clock, 0.2, tls.ca)
    listener = socket.create_server(("127.0.0.1", 0))
    up = threading.Event()
    server = HubServer(app, listener, lambda _url: up.set(), tls)
    thread = threading.Thread(target=partial(server.run, [listener]))
    thread.start()
    assert up.wait(10)
    yield f"https://127.0.0.1:{listener.getsockname()[1]}", folder_of(tmp_path / "hub").ca, tls
    server.should_exit = True
    thread.join(10)
    listener.close()


def test_pages_over_tls_have_secure_cookies_and_the_long_code(hall: Any, secure: tuple[str, Path, Tls]) -> None:
    url, ca, tls = secure
    with closing(requests.Session()) as browser:
        browser.verify, browser.trust_env = str(ca), False
        assert browser.get(f"{url}/api/v1/ca", timeout=300).json() == {"pem": tls.ca}
        signin = browser.get(f"{url}/signin", timeout=300)
        assert "Secure" in signin.headers["set-cookie"]
        assert "strict-transport-security" not in signin.headers
        token = hall.do(_technician, hall.clock())
        browser.cookies.set("hub_session", token, domain="127.0.0.1", secure=True)
        page = browser.get(f"{url}/terminals", timeout=300).text
        csrf = re.findall(r'name="csrf" value="([^"]+)"', page)[0]
        answer = browser.post(f"{url}/terminals/t1/code", data={"csrf": csrf}, headers={"origin": url}, timeout=300)
        (shown,) = re.findall(r'id="code">([^<]+)<', answer.text)
        given = read_code(shown)
        assert given is not None
        assert given.fingerprint == tls.fingerprint
        assert url in answer.text
        used = browser.post(f"{url}/api/v1/enrol", json={"code": given.secret}, timeout=300)
        assert used.status_code == 200


def _technician(connection: Any, now_ms: int) -> str:
    people.add(connection, "rathaus", "u1", "tech", "Tina", Role.TECHNICIAN, "$argon2id$x", now_ms)
    return sessions.begin(connection, "rathaus", "u1", now_ms)


def test_a_hub_that_cannot_renew_says_so_now_and_then_and_goes_on(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    clock = [NOW]
    found = made(tmp_path)
    tls = serving.open_tls(found, lambda: clock[0])
    assert isinstance(tls, Tls)
    folder_of(tmp_path).ca_key.unlink()
    first = presented(tls)
    clock[0] += authority.SERVER_LIVES
    for _ in range(60):
        clock[0] += timedelta(minutes=1)
        tls.look()
    assert caplog.text.count("cannot be renewed") == 1
    assert "ca.key" in caplog.text
    assert presented(tls) == first
