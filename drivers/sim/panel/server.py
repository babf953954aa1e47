"""The simulators' web panel: pictures of paper, sign and pole, a switch for every fault, the terminal. Loopback only.

JSON for programs: ``GET /state``; ``POST /fault`` {"device", "fault", "on"} or {..., "value": n}; ``POST /tear``;
``POST /act`` {"device", "act", ...}; ``POST /well``; ``POST /tap`` {"x", "y"}. Pictures and bytes: ``/paper.png .bin
.txt``; of every other device ``/NAME.png .txt .json``; ``/terminal.jpg``. ``/phone`` leads to the visitor's page.
"""

import http.server
import threading
from http import HTTPStatus
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import parse_qs, urlsplit

import msgspec

from drivers.sim.bench import COUNTED, SimDesk, usual_count
from drivers.sim.panel.page import LANGUAGES, Page
from drivers.sim.panel.terminal import TerminalView
from kiosk.i18n.texts import Texts
from kiosk.live_view import LiveTerminal, NotThere, Picture
from kiosk.vocabulary.depth import shallow

_FILES = Path(__file__).parent / "files"
_STATIC = {"/panel.css": "text/css; charset=utf-8", "/panel.js": "text/javascript; charset=utf-8"}
_BODY_LIMIT = 4096
_HEADERS = {
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'self'; img-src 'self' blob:; frame-ancestors 'none'",
}


MOST = 1_000_000_000
"""Of lines, bytes or ms: more than any test waits for."""


class Turn(msgspec.Struct, frozen=True, kw_only=True):
    """The body of ``POST /fault``. ``value``: the count of a switch that counts; it wins over ``on``."""

    device: str
    fault: str
    on: bool = True
    value: Annotated[int, msgspec.Meta(ge=0, le=MOST)] | None = None


class Held(msgspec.Struct, frozen=True):
    """The body of ``POST /scan``: the code to hold before the scanner; "" = the QR of the newest slip."""

    code: str = ""


class Panel:
    """The panel's server in its own thread."""

    def __init__(self, desk: SimDesk, texts: Texts, port: int = 0, terminal: LiveTerminal | None = None) -> None:
        self._server = _Server(("127.0.0.1", port), _Handler)
        self._server.desk, self._server.texts = desk, texts
        self._server.terminal = TerminalView(terminal) if terminal is not None else None
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.1,), name="sim panel", daemon=True)

    def start(self) -> str:
        """Serve; the panel's address."""
        self._thread.start()
        return self.url

    @property
    def url(self) -> str:
        """The panel's address."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def stop(self) -> None:
        """Stop serving."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(5)


class _Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    allow_reuse_address = True
    desk: SimDesk
    texts: Texts
    terminal: TerminalView | None


class _Handler(http.server.BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.1"
    timeout = 30

    def do_GET(self) -> None:
        """Pages, pictures, bytes, state."""
        path, query = urlsplit(self.path).path, parse_qs(urlsplit(self.path).query)
        if not self._is_ours():
            return
        if path == "/":
            asked = query.get("lang", [self._lang()])[0]
            lang = asked if asked in LANGUAGES else LANGUAGES[0]
            page = Page(self.server.texts, lang, with_terminal=self.server.terminal is not None)
            self._send(page.html(self.server.desk.shown()).encode(), "text/html; charset=utf-8", asked)
        elif path in _STATIC:
            self._send((_FILES / path[1:]).read_bytes(), _STATIC[path])
        elif path == "/state":
            self._send(msgspec.json.encode({"devices": self.server.desk.shown()}), "application/json")
        elif path == "/terminal.jpg" and self.server.terminal is not None:
            self._picture(self.server.terminal, query.get("after", [""])[0])
        elif path == "/phone":
            self._phone()
        elif path == "/favicon.ico":
            self._reply(HTTPStatus.NO_CONTENT, {}, b"")
        elif (found := _thing(self.server.desk, path)) is not None:
            self._send(*found)
        else:
            self._refuse(HTTPStatus.NOT_FOUND, f"nothing at {path}")

    def do_POST(self) -> None:
        """Switches, from forms and from programs."""
        if not self._is_ours():
            return
        try:
            self._act(urlsplit(self.path).path, self._body())
        except (ValueError, msgspec.MsgspecError) as fault:
            self._refuse(HTTPStatus.BAD_REQUEST, str(fault))
            return
        if self._wants_json():
            self._send(msgspec.json.encode({"devices": self.server.desk.shown()}), "application/json")
        else:
            self._reply(HTTPStatus.SEE_OTHER, {"Location": "/"}, b"")

    def _picture(self, terminal: TerminalView, after: str) -> None:
        """The terminal's picture as soon as it is another one; 204 when it stays the same, 503 when none runs."""
        match terminal.look(after):
            case Picture(version, jpeg):
                self._reply(HTTPStatus.OK, {"Content-Type": "image/jpeg", "X-Picture": str(version)}, jpeg)
            case NotThere():
                self._refuse(HTTPStatus.SERVICE_UNAVAILABLE, "no terminal answers; it starts, or has ended")
            case None:
                self._reply(HTTPStatus.NO_CONTENT, {}, b"")

    def _phone(self) -> None:
        """What a telephone opens that reads the newest slip's code; until there is one, a page that waits for it."""
        address = self.server.desk.phone_page()
        if address:
            self._reply(HTTPStatus.SEE_OTHER, {"Location": address}, b"")
        else:
            page = Page(self.server.texts, self._lang()).waiting("sim.no_slip").encode()
            self._reply(HTTPStatus.NOT_FOUND, {"Content-Type": "text/html; charset=utf-8"}, page)

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing: a panel that is asked twice a second would drown everything else."""

    def _act(self, path: str, body: dict[str, Any]) -> None:
        desk = self.server.desk
        if path == "/fault":
            turn = msgspec.convert(body, Turn)
            desk.switch(turn.device, turn.fault, _value(turn))
        elif path == "/act":
            desk.act(str(body.get("device", "")), {key: value for key, value in body.items() if key != "device"})
        elif path == "/tear" and desk.printer is not None:
            desk.printer.tear_off()
        elif path == "/well":
            desk.all_well()
        elif path == "/scan":
            desk.scan(msgspec.convert(body, Held).code)
        elif path == "/tap" and self.server.terminal is not None:
            self.server.terminal.tap(body)
        else:
            raise ValueError(f"nothing to do at {path}; there are /fault, /act, /tear, /well, /scan and /tap")

    def _body(self) -> dict[str, Any]:
        size = int(self.headers.get("Content-Length") or 0)
        if not 0 <= size <= _BODY_LIMIT:
            self.close_connection = True
            raise ValueError(f"a body has at most {_BODY_LIMIT} bytes")
        raw = self.rfile.read(size)
        if self._wants_json():
            return msgspec.json.decode(shallow(raw or b"{}"), type=dict[str, Any])
        form = {name: values[0] for name, values in parse_qs(raw.decode("utf-8", "replace")).items()}
        if "on" in form:
            on = form.pop("on") == "1"
            count = form.pop("count", "")
            return form | ({"on": on, "value": int(count)} if on and count else {"on": on})
        return dict(form)

    def _wants_json(self) -> bool:
        return self.headers.get("Content-Type", "").startswith("application/json")

    def _lang(self) -> str:
        cookie = self.headers.get("Cookie", "")
        return next((lang for lang in LANGUAGES if f"sim_lang={lang}" in cookie), LANGUAGES[0])

    def _is_ours(self) -> bool:
        """Only pages of this panel may switch, no other site open in a browser here (forms, DNS rebinding)."""
        port = self.server.server_address[1]
        hosts = {f"127.0.0.1:{port}", f"localhost:{port}"}
        origin = self.headers.get("Origin")
        if self.headers.get("Host") in hosts and (origin is None or urlsplit(origin).netloc in hosts):
            return True
        self.close_connection = True
        self._refuse(HTTPStatus.FORBIDDEN, "this panel answers on 127.0.0.1 and localhost only")
        return False

    def _send(self, body: bytes, kind: str, lang: str = "") -> None:
        cookie = {"Set-Cookie": f"sim_lang={lang}; SameSite=Strict; Path=/"} if lang in LANGUAGES else {}
        self._reply(HTTPStatus.OK, {"Content-Type": kind, **cookie}, body)

    def _refuse(self, status: HTTPStatus, reason: str) -> None:
        self._reply(status, {"Content-Type": "application/json"}, msgspec.json.encode({"message": reason}))

    def _reply(self, status: HTTPStatus, headers: dict[str, str], body: bytes) -> None:
        self.send_response(status)
        for name, value in {**_HEADERS, **headers, "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)


def _value(turn: Turn) -> bool | int | None:
    if turn.value is not None and not turn.fault.endswith(COUNTED):
        raise ValueError(f'{turn.fault} takes no number; send "on"')
    if turn.value is not None:
        return turn.value
    if turn.fault.endswith(COUNTED):
        return usual_count(turn.fault, 1) if turn.on else None
    return turn.on


def _thing(desk: SimDesk, path: str) -> tuple[bytes, str] | None:
    """A picture, bytes or a text of a device that is on the desk."""
    name, _, form = path[1:].partition(".")
    text, png = "text/plain; charset=utf-8", "image/png"
    if name == "paper" and desk.printer is not None:
        slip = desk.slip()
        match form:
            case "png":
                return desk.printer.png(), png
            case "bin":
                return slip.raw if slip else b"", "application/octet-stream"
            case "txt":
                return (slip.text if slip else "").encode(), text
    peer = desk.peers.get(name)
    if peer is None or name == "printer":
        return None
    if form == "txt":
        return peer.seen().text.encode(), text
    if form == "json" and (report := peer.report()) is not None:
        return msgspec.json.encode(report), "application/json"
    picture = peer.png() if form == "png" else None
    return None if picture is None else (picture, png)
