"""Attackers of a hub, a process of their own for ``bench/under_attack.py``: no account, no key, as fast as they can.

    python bench/attackers.py KIND COUNT OWN_ADDRESS HOST PORT SITE [KEY]

Says "ready" when the attack has begun, goes on until it is ended. ``KEY`` is a terminal's, for the one attack (a full
queue) that nobody without a key can make.
"""

import asyncio
import contextlib
import itertools
import json
import random
import re
import resource
import secrets
import sys
import time
from collections.abc import Awaitable, Callable
from typing import NamedTuple

import uvloop

FULL = "bauen"
"""The queue that is full."""
PIECE = 64 * 1024


class Aim(NamedTuple):
    """Whom they attack, and from which address."""

    own: str
    host: str
    port: int
    site: str
    key: str

    async def open(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        return await asyncio.open_connection(self.host, self.port, local_addr=(self.own, 0))


Attack = Callable[[Aim], Awaitable[None]]


async def _send_and_read(aim: Aim, *parts: bytes) -> None:
    """Send, then read until the hub closes or has answered."""
    reader, writer = await aim.open()
    try:
        for part in parts:
            writer.write(part)
            await writer.drain()
        await reader.read(PIECE)
    finally:
        writer.close()


async def form_body(aim: Aim) -> None:
    """9 MB of form fields to the page for signing in, told in the head."""
    body = b"a=1&" * 2_250_000
    await _send_and_read(aim, _post("/signin", len(body)), *_cut(body))


async def unsized_body(aim: Aim) -> None:
    """The same in pieces whose sum the head does not tell."""
    piece = b"a=1&" * 4096
    head = f"POST /signin HTTP/1.1\r\nhost: {aim.host}\r\ntransfer-encoding: chunked\r\n\r\n".encode()
    await _send_and_read(aim, head, *[b"4000\r\n" + piece + b"\r\n"] * 550)


async def endless_trailer(aim: Aim) -> None:
    """A whole body in chunks, and a trailer behind it whose value has no end."""
    await _send_and_read(aim, _chunked(aim) + b"2\r\n{}\r\n0\r\nx: ", *[b"a" * PIECE] * 3000)


async def chunk_extension(aim: Aim) -> None:
    """A chunk whose extension has no end."""
    await _send_and_read(aim, _chunked(aim) + b"6;", *[b"a" * PIECE] * 3000)


async def pipelined_requests(aim: Aim) -> None:
    """A page, and 300 kB of further requests behind it that wait for no answer."""
    ask = f"GET /signin HTTP/1.1\r\nhost: {aim.host}\r\n\r\n".encode()
    await _send_and_read(aim, ask + b"GET / HTTP/1.1\r\nhost: a\r\n\r\n" * 11_500)


async def endless_header(aim: Aim) -> None:
    """A header value without an end."""
    head = f"GET / HTTP/1.1\r\nhost: {aim.host}\r\nx-long: ".encode()
    await _send_and_read(aim, head, *[b"a" * PIECE] * 3000)


async def endless_headers(aim: Aim) -> None:
    """Short headers without an end."""
    await _send_and_read(aim, f"GET / HTTP/1.1\r\nhost: {aim.host}\r\n".encode(), *[b"x: y\r\n" * 10_000] * 3000)


async def endless_address(aim: Aim) -> None:
    """An address without an end."""
    await _send_and_read(aim, b"GET /", *[b"a" * PIECE] * 3000)


async def silence(aim: Aim) -> None:
    """A connection that says nothing; another one when it is closed."""
    reader, writer = await aim.open()
    await reader.read(1)
    writer.close()


async def half_head(aim: Aim) -> None:
    """The same after half a head."""
    await _send_and_read(aim, f"GET / HTTP/1.1\r\nhost: {aim.host}\r\n".encode())


async def half_body(aim: Aim) -> None:
    """The same after half a body."""
    await _send_and_read(aim, _post("/signin", 100) + b"a=1&")


async def board_stream(aim: Aim) -> None:
    """A stream of the board, read as it comes."""
    reader, writer = await aim.open()
    writer.write(f"GET /board/{aim.site}/stream HTTP/1.1\r\nhost: {aim.host}\r\n\r\n".encode())
    with contextlib.closing(writer):
        while await reader.read(PIECE):
            pass


async def unread_stream(aim: Aim) -> None:
    """A stream of the board that nobody reads."""
    _, writer = await aim.open()
    writer.transport.pause_reading()  # type: ignore[attr-defined]
    writer.write(f"GET /board/{aim.site}/stream HTTP/1.1\r\nhost: {aim.host}\r\n\r\n".encode())
    with contextlib.closing(writer):
        await asyncio.sleep(3600)


async def bad_host(aim: Aim) -> None:
    """Pages asked for with a host that is none, on a kept connection where the hub lets it."""
    await _ask_again_and_again(aim, lambda: b"GET /signin HTTP/1.1\r\nhost: a:99999\r\n\r\n")


async def board_pages(aim: Aim) -> None:
    """The board's page and its calls, as fast as they come."""
    paths = itertools.cycle((f"/board/{aim.site}", f"/board/{aim.site}/calls"))
    await _ask_again_and_again(aim, lambda: f"GET {next(paths)} HTTP/1.1\r\nhost: {aim.host}\r\n\r\n".encode())


async def full_queue(aim: Aim) -> None:
    """Numbers of a queue in which 999 wait, asked with a terminal's key."""

    def ask() -> bytes:
        ident = f"{time.time_ns() // 1_000_000:012x}7{secrets.token_hex(10)}"
        ident = f"{ident[:8]}-{ident[8:12]}-7{ident[13:16]}-8{ident[17:20]}-{ident[20:32]}"
        body = json.dumps({"id": ident, "service": FULL}).encode()
        head = f"POST /api/v1/tickets HTTP/1.1\r\nhost: {aim.host}\r\nauthorization: Bearer {aim.key}\r\n"
        return f"{head}content-length: {len(body)}\r\n\r\n".encode() + body

    await _ask_again_and_again(aim, ask)


async def wrong_sign_in(aim: Aim) -> None:
    """Wrong passwords for names that are there and names that are not, as the page sends them."""
    reader, writer = await aim.open()
    with contextlib.closing(writer):
        host = f"{aim.host}:{aim.port}"
        writer.write(f"GET /signin HTTP/1.1\r\nhost: {host}\r\n\r\n".encode())
        head, page = await _answer(reader)
        cookie = re.search(rb"hub_form=([^;]+)", head)
        token = re.search(rb'name="csrf" value="([^"]+)"', page)
        assert cookie, head
        assert token, page
        while True:
            login = secrets.choice(("anna", "admin", secrets.token_hex(4)))
            body = f"csrf={token[1].decode()}&login={login}&password={secrets.token_hex(6)}".encode()
            more = f"origin: http://{host}\r\ncookie: hub_form={cookie[1].decode()}\r\n"
            writer.write(_post("/signin", len(body), host, more) + body)
            await _answer(reader)


async def _ask_again_and_again(aim: Aim, ask: Callable[[], bytes]) -> None:
    reader, writer = await aim.open()
    with contextlib.closing(writer):
        while not reader.at_eof():
            writer.write(ask())
            await _answer(reader)


async def _answer(reader: asyncio.StreamReader) -> tuple[bytes, bytes]:
    head = await reader.readuntil(b"\r\n\r\n")
    length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0] or b"0")
    return head, await reader.readexactly(length)


def _post(path: str, length: int, host: str = "hub", more: str = "") -> bytes:
    kind = "application/x-www-form-urlencoded"
    head = f"POST {path} HTTP/1.1\r\nhost: {host}\r\n{more}content-type: {kind}\r\ncontent-length: {length}\r\n\r\n"
    return head.encode()


def _chunked(aim: Aim) -> bytes:
    return f"POST /api/v1/enrol HTTP/1.1\r\nhost: {aim.host}\r\ntransfer-encoding: chunked\r\n\r\n".encode()


def _cut(body: bytes) -> list[bytes]:
    return [body[at : at + PIECE] for at in range(0, len(body), PIECE)]


ATTACKS: dict[str, Attack] = {
    each.__name__: each
    for each in (
        form_body,
        unsized_body,
        endless_trailer,
        chunk_extension,
        pipelined_requests,
        endless_header,
        endless_headers,
        endless_address,
        silence,
        half_head,
        half_body,
        board_stream,
        unread_stream,
        bad_host,
        board_pages,
        full_queue,
        wrong_sign_in,
    )
}


HELD = (silence, half_head, half_body, board_stream, unread_stream)
"""Attacks by connections that are held: whoever loses one comes back after about a second, the others at once."""
AGAIN_S = 1.0


async def attack(kind: str, count: int, aim: Aim) -> None:
    """``count`` attackers at once, each beginning anew whenever the hub ends what it did."""
    pause_s = AGAIN_S if ATTACKS[kind] in HELD else 0.0

    async def one() -> None:
        while True:
            with contextlib.suppress(OSError, EOFError, asyncio.LimitOverrunError):
                await ATTACKS[kind](aim)
            await asyncio.sleep(pause_s * random.uniform(0.5, 1.5))

    tasks = [asyncio.ensure_future(one()) for _ in range(count)]
    await asyncio.sleep(min(3.0, 0.5 + count / 1000))
    print("ready", flush=True)
    await asyncio.gather(*tasks)


def main(kind: str, count: str, own: str, host: str, port: str, site: str, key: str = "") -> None:
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    uvloop.run(attack(kind, int(count), Aim(own, host, int(port), site, key)))


if __name__ == "__main__":
    main(*sys.argv[1:])
