"""Requests to the hub's app without a socket: cheap enough to ask every route as everybody."""

import asyncio
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from urllib.parse import unquote, urlencode

import msgspec

from hub.app import HubApp

HOST = "127.0.0.1:8080"
ORIGIN = f"http://{HOST}"
PATIENCE_S = 300


class Answer(msgspec.Struct, frozen=True):
    """What came back; of a stream its head only."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()


class Asgi:
    """One app in an event loop of its own."""

    def __init__(self, app: HubApp, runner: asyncio.Runner) -> None:
        self._app, self._runner = app, runner
        self.address = "127.0.0.1"
        """Where the next requests come from."""

    def ask(
        self,
        method: str,
        path: str,
        body: bytes | Mapping[str, Any] = b"",
        scheme: str = "http",
        **headers: str,
    ) -> Answer:
        """A request; a mapping is sent as a form. ``sec_fetch_mode`` is the header ``sec-fetch-mode``."""
        known = {"host": HOST} | {name.replace("_", "-"): value for name, value in headers.items()}
        if not isinstance(body, bytes):
            body, known["content-type"] = urlencode(body, doseq=True).encode(), "application/x-www-form-urlencoded"
        if body:
            known["content-length"] = str(len(body))
        return self._runner.run(asyncio.wait_for(self._asked(method, path, body, scheme, known), PATIENCE_S))

    def ask_together(self, times: int, path: str, body: bytes) -> list[Answer]:
        """So many POSTs at one time: none is answered before the last has begun."""

        async def together() -> list[Answer]:
            headers = {"host": HOST, "content-length": str(len(body))}
            return await asyncio.gather(*(self._asked("POST", path, body, "http", headers) for _ in range(times)))

        return self._runner.run(together())

    async def _asked(self, method: str, path: str, body: bytes, scheme: str, headers: dict[str, str]) -> Answer:
        raw, _, query = path.partition("?")
        scope = {
            "type": "http",
            "asgi": {"version": "3.0", "spec_version": "2.3"},
            "http_version": "1.1",
            "method": method,
            "scheme": scheme,
            "path": unquote(raw),
            "raw_path": raw.encode(),
            "query_string": query.encode(),
            "root_path": "",
            "headers": [(name.encode(), value.encode("latin-1")) for name, value in headers.items()],
            "client": (self.address, 50_000),
            "server": ("127.0.0.1", 8080),
            "state": {},
        }
        said: list[dict[str, Any]] = []
        begun, over, sent = asyncio.Event(), asyncio.Event(), False

        async def receive() -> dict[str, Any]:
            nonlocal sent
            if not sent:
                sent = True
                return {"type": "http.request", "body": body, "more_body": False}
            await over.wait()
            return {"type": "http.disconnect"}

        async def send(message: dict[str, Any]) -> None:
            said.append(message)
            begun.set()
            if message["type"] == "http.response.body" and not message.get("more_body"):
                over.set()

        task = asyncio.ensure_future(self._app(scope, receive, send))
        first = asyncio.ensure_future(begun.wait())
        await asyncio.wait({task, first}, return_when=asyncio.FIRST_COMPLETED)
        first.cancel()
        found = {name.decode().lower(): value.decode("latin-1") for name, value in said[0]["headers"]} if said else {}
        if found.get("content-type", "").startswith("text/event-stream"):
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
        else:
            await task
        whole = b"".join(each.get("body", b"") for each in said[1:])
        return Answer(said[0]["status"], found, whole)


@contextmanager
def asking(app: HubApp) -> Iterator[Asgi]:
    """The app with its life span, until the end."""
    with asyncio.Runner() as runner:
        up, over = asyncio.Event(), asyncio.Event()

        async def live() -> None:
            async with app.lifespan():
                up.set()
                await over.wait()

        async def begin() -> asyncio.Task[None]:
            task = asyncio.create_task(live())
            waiting = asyncio.create_task(up.wait())
            await asyncio.wait({task, waiting}, return_when=asyncio.FIRST_COMPLETED)
            return task

        async def end(task: asyncio.Task[None]) -> None:
            over.set()
            await task

        task = runner.run(begin())
        try:
            yield Asgi(app, runner)
        finally:
            runner.run(end(task))
