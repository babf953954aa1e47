"""Serves the start page on 127.0.0.1, to browsers of this machine."""

import http.server
import threading
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from kiosk.demo_page.page import LANGUAGES, StartPage

_CSS = Path(__file__).parent / "files" / "demo.css"
_HEADERS = {
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src data:; frame-ancestors 'none'",
}


class StartPageServer:
    """Answers on threads of its own, from ``start`` to ``stop``."""

    def __init__(self, page: StartPage, port: int) -> None:
        """Raises OSError when the port is taken."""
        self._server = _Server(("127.0.0.1", port), _Handler)
        self._server.page = page
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.1,), name="start page", daemon=True)

    @property
    def url(self) -> str:
        """Its address."""
        return f"http://127.0.0.1:{self._server.server_address[1]}/"

    def start(self) -> None:
        """Serve."""
        self._thread.start()

    def stop(self) -> None:
        """Serve no more."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(5)


class _Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    allow_reuse_address = True
    page: StartPage


class _Handler(http.server.BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.1"
    timeout = 30

    def do_GET(self) -> None:
        """The page and how it looks. It holds passwords: no other site may read it by a name that it lets point here
        (DNS rebinding)."""
        port = self.server.server_address[1]
        path, query = urlsplit(self.path).path, parse_qs(urlsplit(self.path).query)
        if self.headers.get("Host") not in (f"127.0.0.1:{port}", f"localhost:{port}"):
            self._reply(HTTPStatus.FORBIDDEN, "text/plain; charset=utf-8", b"this page answers on 127.0.0.1 only\n")
        elif path == "/":
            page = self.server.page.html(self._lang(query.get("lang", [""])[0]))
            self._reply(HTTPStatus.OK, "text/html; charset=utf-8", page.encode())
        elif path == "/demo.css":
            self._reply(HTTPStatus.OK, "text/css; charset=utf-8", _CSS.read_bytes())
        else:
            self._reply(HTTPStatus.NOT_FOUND, "text/plain; charset=utf-8", b"nothing here\n")

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing: the terminal's output belongs to the demo."""

    def _lang(self, asked: str) -> str:
        """The language that was asked for, else the browser's first one that there is, else German."""
        wanted = [asked, *(each.strip()[:2].lower() for each in self.headers.get("Accept-Language", "").split(","))]
        return next((lang for lang in wanted if lang in LANGUAGES), LANGUAGES[0])

    def _reply(self, status: HTTPStatus, kind: str, body: bytes) -> None:
        self.send_response(status)
        for name, value in {**_HEADERS, "Content-Type": kind, "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)
