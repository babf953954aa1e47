"""A line that dies without a word: a firewall forgets, a laptop sleeps. Bytes of old connections vanish, new ones pass.

It knows nothing of HTTP: what a browser has open (streams, kept connections) is simply not answered any more.
"""

import contextlib
import socket
import threading

_PIECE = 65536


class SwallowProxy:
    """Listens on loopback and passes bytes to ``hub``. ``swallow`` silences all connections that are open now;
    ``dead`` = new ones too (nobody hangs up, nothing comes)."""

    def __init__(self, hub: tuple[str, int]) -> None:
        self._hub = hub
        self._lock = threading.Lock()
        self._lines: set[_Line] = set()
        self._stopping = False
        self.dead = False
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        threading.Thread(target=self._listen, name="swallow-proxy", daemon=True).start()

    @property
    def url(self) -> str:
        """The address for the browser."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def passing(self) -> int:
        """How many connections are open and not swallowed."""
        with self._lock:
            return sum(not line.swallowed for line in self._lines)

    def swallow(self) -> int:
        """Silence every open connection; returns how many."""
        with self._lock:
            silenced = [line for line in self._lines if not line.swallowed]
            for line in silenced:
                line.swallowed = True
            return len(silenced)

    def stop(self) -> None:
        """Hang up on everybody."""
        self._stopping = True
        self._listener.close()
        with self._lock:
            for line in tuple(self._lines):
                line.shut()

    def _listen(self) -> None:
        while not self._stopping:
            with contextlib.suppress(OSError):
                client, _ = self._listener.accept()
                line = _Line(client)
                line.swallowed = self.dead
                with self._lock:
                    self._lines.add(line)
                threading.Thread(target=self._serve, args=(line,), daemon=True).start()

    def _serve(self, line: "_Line") -> None:
        with contextlib.suppress(OSError):
            line.hub = socket.create_connection(self._hub, 30)
            line.hub.settimeout(None)
            threading.Thread(target=line.pump, args=(line.hub, line.client), daemon=True).start()
            line.pump(line.client, line.hub)
        line.shut()
        with self._lock:
            self._lines.discard(line)


class _Line:
    """One connection through the proxy."""

    def __init__(self, client: socket.socket) -> None:
        self.client = client
        self.hub: socket.socket | None = None
        self.swallowed = False

    def pump(self, source: socket.socket, target: socket.socket) -> None:
        """Pass on until one side hangs up; swallowed bytes are read and forgotten, and no end is passed on either."""
        with contextlib.suppress(OSError):
            while piece := source.recv(_PIECE):
                if not self.swallowed:
                    target.sendall(piece)
        if source is self.client or not self.swallowed:
            self.shut()

    def shut(self) -> None:
        """Hang up on both sides."""
        for each in (self.client, self.hub):
            if each is not None:
                with contextlib.suppress(OSError):
                    each.shutdown(socket.SHUT_RDWR)
                each.close()
