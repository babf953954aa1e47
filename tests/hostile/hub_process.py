"""One real hub with the demo town, and raw sockets to it."""

import contextlib
import http.client
import secrets
import signal
import socket
import subprocess
import sys
import uuid
from collections.abc import Iterator
from pathlib import Path

import msgspec
import psutil
import pysqlite3
import requests
from lobby.patience import PATIENCE_S, until
from sqlalchemy import Connection

from hub.auth import sessions
from hub.clock import system_ms
from hub.demo_town import fill
from hub.fleet import terminals
from hub.sites import sites
from hub.store.engine import Store
from kiosk import wire
from tests.hostile.corpus.model import AUTH, HOST

SEALED = ("x-content-type-options", "content-security-policy", "cache-control")
ADMINISTRATOR = "SELECT id FROM user WHERE role = 'administrator' AND disabled_ms IS NULL ORDER BY login DESC"
ROOT = Path(__file__).resolve().parents[2]


class Said(msgspec.Struct, frozen=True):
    """What came back to one request; status 0 = the connection was closed without a word."""

    status: int
    location: str = ""
    body: bytes = b""
    lacks: tuple[str, ...] = ()
    """Of the headers that every answer has."""


class SignedIn(msgspec.Struct, frozen=True):
    """A session of a person."""

    token: str
    csrf: str


class AttackedHub:
    """``kiosk hub`` in a process of its own; its log in a file. Ends with ``stop``."""

    def __init__(self, folder: Path) -> None:
        self.data, self.log_file = folder / "hub", folder / "hub.log"
        code = fill(self.data, "http://127.0.0.1:1").code
        self.key = ""
        self._log = self.log_file.open("wb")
        command = [sys.executable, "-m", "kiosk.cli", "hub", "--port", "0", "--data", str(self.data)]
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=self._log, text=True, cwd=ROOT)
        assert self._process.stdout is not None
        self.url = self._process.stdout.readline().rpartition(" ")[2].strip()
        self.host = self.url.partition("://")[2].encode()
        self.port = int(self.url.rpartition(":")[2])
        self.seen = psutil.Process(self._process.pid)
        self._enrol(code)
        self._me = self.sign_in()
        key = {"authorization": f"Bearer {self.key}"}
        until(lambda: requests.get(f"{self.url}{wire.MANIFEST}", headers=key, timeout=PATIENCE_S).ok, "the catalogue")

    def _enrol(self, code: str) -> None:
        """From an address of its own: whoever guesses codes must wait."""
        line = http.client.HTTPConnection("127.0.0.1", self.port, PATIENCE_S, source_address=("127.0.0.2", 0))
        with contextlib.closing(line):
            line.request("POST", wire.ENROL, msgspec.json.encode({"code": code}))
            answer = line.getresponse()
            told = answer.read()
            assert answer.status == 200, told
            self.key = msgspec.json.decode(told)["key"]

    def enrol_again(self) -> None:
        """A further terminal, after the last one's key was revoked."""
        store, ident, code = Store(self.data / "hub.db"), str(uuid.uuid4()), terminals.make_code(secrets.randbelow)
        now_ms = system_ms()

        def add(connection: Connection) -> None:
            site = sites(connection)[0].id
            assert terminals.add_terminal(connection, site, ident, f"Terminal {ident}", now_ms) is None
            assert terminals.add_code(connection, site, ident, code, now_ms) is None

        try:
            store.write_now(add)
        finally:
            store.close()
        self._enrol(code)

    def sign_in(self) -> SignedIn:
        """A new session of an administrator, written as the hub writes it (signing in costs a password)."""
        store = Store(self.data / "hub.db")
        try:
            site = store.read_now(sites)[0].id
            with contextlib.closing(pysqlite3.connect(str(self.data / "hub.db"))) as raw:
                (user,) = raw.execute(ADMINISTRATOR).fetchone()
            token = store.write_now(lambda c: sessions.begin(c, site, user, system_ms()))
            found = store.read_now(lambda c: sessions.find(c, token, system_ms()))
        finally:
            store.close()
        assert found is not None
        return SignedIn(token, found.csrf)

    def me(self) -> SignedIn:
        """The administrator's session; a new one when somebody has signed out, or is none any more."""
        cookies = {"hub_session": self._me.token}
        page = requests.get(f"{self.url}/people", cookies=cookies, allow_redirects=False, timeout=PATIENCE_S)
        if page.status_code != 200:
            self._me = self.sign_in()
        return self._me

    def ask(self, raw: bytes, me: SignedIn | None = None) -> Said:
        """Send this, and read one answer. ``me``: with the session and the terminal's key."""
        auth = b""
        if me is not None:
            auth = b"cookie: hub_session=%s\r\nx-csrf-token: %s\r\n" % (me.token.encode(), me.csrf.encode())
            auth += b"authorization: Bearer %s\r\n" % self.key.encode()
        raw = raw.replace(AUTH, auth).replace(HOST, self.host)
        with socket.create_connection(("127.0.0.1", self.port), timeout=PATIENCE_S) as line:
            with contextlib.suppress(ConnectionError):
                line.sendall(raw)
            return _answer(line, raw.partition(b" ")[0].decode("latin-1"))

    def read_bytes(self) -> int:
        """Bytes that the process has read, from sockets and files."""
        return int(self.seen.io_counters().read_chars)

    def open_files(self) -> int:
        return int(self.seen.num_fds())

    def memory(self) -> int:
        return int(self.seen.memory_info().rss)

    def log(self) -> str:
        return self.log_file.read_text("utf-8", "replace")

    def stop(self) -> None:
        self._process.send_signal(signal.SIGTERM)
        try:
            assert self._process.wait(PATIENCE_S) == 0
        finally:
            self._log.close()
            assert self._process.stdout is not None
            self._process.stdout.close()


def _answer(line: socket.socket, method: str) -> Said:
    """The head of the last answer that is no 1xx, and its body unless it is a stream."""
    answer = http.client.HTTPResponse(line, method=method)
    try:
        answer.begin()
        lacks = tuple(name for name in SEALED if answer.getheader(name) is None)
        if answer.getheader("content-type", "").startswith("text/event-stream"):
            return Said(answer.status, lacks=lacks)
        return Said(answer.status, answer.getheader("location", ""), answer.read(), lacks)
    except (ConnectionError, http.client.HTTPException):
        return Said(0)
    finally:
        answer.close()


@contextlib.contextmanager
def attacked(folder: Path) -> Iterator[AttackedHub]:
    """The hub, until the end."""
    hub = AttackedHub(folder)
    try:
        yield hub
    finally:
        hub.stop()
