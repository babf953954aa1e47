"""A hub under attack: numbers and calls beside each attack, and beside the same hub without one.

    python bench/under_attack.py [--only WORD] [--seconds N] [--repeat N] [--json FILE]
    python bench/under_attack.py --only "half body x 2000, one address" --repeat 3

A real hub process. An enrolled terminal asks for a number every 20 ms (measured from the moment when it was due, one
in 25 on a new connection), a signed-in clerk calls the next visitor five times a second, each from a loopback address
of its own; the attackers are a process of their own on a third address, and once all of them share one, as behind NAT.
Attackers have a computer of their own, this bench has not: they get the processor time that nobody else wants.
Who loses a connection that is held opens another one after about a second; every other attack begins anew at once.
Each attack meets a fresh hub, which is measured without it first. Limits: p95 at most three times that without the
attack and 100 ms, nothing refused, memory grows by 64 MiB at most, open descriptors are bounded. "processor" is the
hub's own time in ms for each second: what an attack costs. A busy machine blurs it less than how long one waits.
"""

import argparse
import asyncio
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import uvloop
from attackers import FULL
from call_to_board import fill
from figures import spread
from hub_hall import QUEUES, SITE, Client, Running, enrolled, found, hub_process, new_id, table

from hub.store.engine import Store
from hub.tickets.issue import Ask, issue

TERMINAL, CLERK, ATTACKER = "127.0.0.2", "127.0.0.3", "127.0.0.66"
EVERY_S, CALL_EVERY_S = 0.02, 0.2
POOL = 4
"""Connections of the terminal."""
TIMES, MOST_MS, GROWTH_MIB = 3.0, 100.0, 64.0
SERVICES = [name for name in QUEUES if name != FULL]

PLAN: tuple[tuple[str, int, bool], ...] = (
    ("form_body", 1, False),
    ("form_body", 8, False),
    ("form_body", 8, True),
    ("unsized_body", 8, False),
    ("endless_trailer", 8, False),
    ("chunk_extension", 8, False),
    ("pipelined_requests", 64, False),
    ("pipelined_requests", 8, True),
    ("endless_header", 1, False),
    ("endless_header", 8, False),
    ("endless_headers", 8, False),
    ("endless_address", 1, False),
    ("endless_address", 8, False),
    ("endless_address", 8, True),
    ("silence", 1200, False),
    ("silence", 2000, False),
    ("silence", 2000, True),
    ("half_head", 1200, False),
    ("half_head", 2000, False),
    ("half_head", 2000, True),
    ("half_body", 1200, False),
    ("half_body", 2000, True),
    ("board_stream", 1200, False),
    ("board_stream", 2000, False),
    ("board_stream", 2000, True),
    ("unread_stream", 2000, False),
    ("bad_host", 8, False),
    ("bad_host", 8, True),
    ("board_pages", 8, False),
    ("full_queue", 4, False),
    ("wrong_sign_in", 8, False),
    ("wrong_sign_in", 8, True),
)
"""Attack, how many at once, whether all share one address."""


now_s = time.perf_counter
"""Not the loop's own clock: uvloop's has whole milliseconds, and a number takes four."""


class Measured(NamedTuple):
    """Seconds of numbers and calls, and how many were refused or not answered."""

    numbers: list[float]
    calls: list[float]
    refused: int
    processor: float = 0.0
    """Milliseconds of the hub's processor time in each second."""


class Terminal:
    """Asks for numbers on time, on whichever of its connections is free."""

    def __init__(self, hub: Running, key: str, own: str) -> None:
        self._hub, self._key, self._own = hub, key, own
        self._free: asyncio.LifoQueue[Client | None] = asyncio.LifoQueue()
        self.seconds: list[float] = []
        self.refused = 0

    async def ask_for(self, seconds: float) -> None:
        """One number every 20 ms for so long."""
        self._free = asyncio.LifoQueue()
        for _ in range(POOL):
            self._free.put_nowait(None)
        asked = []
        begin = now_s()
        for n in range(int(seconds / EVERY_S)):
            due = begin + n * EVERY_S
            await asyncio.sleep(due - now_s())
            asked.append(asyncio.ensure_future(self._one(n, due)))
        await asyncio.gather(*asked)
        while not self._free.empty():
            if (client := self._free.get_nowait()) is not None:
                client.close()

    async def _one(self, n: int, due: float) -> None:
        client = await self._free.get()
        if client is not None and n % 25 == 0:
            client.close()
            client = None
        try:
            async with asyncio.timeout(20):
                client = client or await Client.connect(self._hub.host, self._hub.port, self._own)
                client.key = self._key
                body = {"id": new_id(), "service": SERVICES[n % len(SERVICES)]}
                status, _ = await client.ask("POST", "/api/v1/tickets", body)
            self.refused += status != 200
        except (OSError, TimeoutError):
            self.refused += 1
            if client is not None:
                client.close()
            client = None
        self._free.put_nowait(client)
        self.seconds.append(now_s() - due)


class Clerk:
    """Calls the next visitor as the desk's page does."""

    def __init__(self, hub: Running, cookie: str, csrf: str, own: str) -> None:
        self._hub, self._cookie, self._csrf, self._own = hub, cookie, csrf, own
        self._client: Client | None = None
        self._here, self._n = "", 0
        self.seconds: list[float] = []
        self.refused = 0

    async def call_for(self, seconds: float) -> None:
        """Five a second for so long, each after the one before."""
        until = now_s() + seconds
        while (begin := now_s()) < until:
            try:
                async with asyncio.timeout(20):
                    await self._call()
            except (OSError, TimeoutError):
                self.refused += 1
                if self._client is not None:
                    self._client.close()
                self._client = None
            self.seconds.append(now_s() - begin)
            await asyncio.sleep(max(0.0, begin + CALL_EVERY_S - now_s()))

    async def _call(self) -> None:
        self._n += 1
        address = f"{self._hub.host}:{self._hub.port}"
        self._client = self._client or await Client.connect(self._hub.host, self._hub.port, self._own)
        body = f"op=attacked-{self._n:06d}" + (f"&ticket={self._here}&here=yes" if self._here else "")
        head = (
            f"POST /desk/do/next HTTP/1.1\r\nhost: {address}\r\norigin: http://{address}\r\n"
            f"cookie: hub_session={self._cookie}\r\nx-csrf-token: {self._csrf}\r\nsec-fetch-mode: cors\r\n"
            "content-type: application/x-www-form-urlencoded\r\n"
        )
        status, page = await self._client.send(head, body.encode())
        shown = re.search(rb'id="act-recall"[^>]*data-ticket="([0-9a-f-]+)"', page)
        self.refused += status != 200 or shown is None
        self._here = shown[1].decode() if shown else ""


class Side:
    """Terminal and clerk of one hub."""

    def __init__(self, hub: Running, key: str, cookie: tuple[str, str], *, one_address: bool) -> None:
        self._hub = hub
        self._terminal = Terminal(hub, key, ATTACKER if one_address else TERMINAL)
        self._clerk = Clerk(hub, *cookie, ATTACKER if one_address else CLERK)

    async def measure(self, seconds: float) -> Measured:
        """Both at once for so long."""
        self._terminal.seconds, self._clerk.seconds = [], []
        self._terminal.refused = self._clerk.refused = 0
        used, begin = processor_s(self._hub.pid), time.monotonic()
        await asyncio.gather(self._terminal.ask_for(seconds), self._clerk.call_for(seconds))
        processor = 1000 * (processor_s(self._hub.pid) - used) / (time.monotonic() - begin)
        refused = self._terminal.refused + self._clerk.refused
        return Measured(self._terminal.seconds, self._clerk.seconds, refused, processor)


def name_of(kind: str, count: int, *, one_address: bool) -> str:
    """An attack as the table and ``--only`` call it."""
    return f"{kind.replace('_', ' ')} x {count}" + (", one address" if one_address else "")


def run(kind: str, count: int, seconds: float, *, one_address: bool) -> dict[str, object]:
    """One line of the table."""
    with tempfile.TemporaryDirectory() as folder, (Path(folder) / "hub.log").open("wb") as log:
        codes, cookie = prepare(Path(folder))
        with hub_process(Path(folder), log) as hub:
            before, during, grown, files = uvloop.run(_scene(hub, codes, cookie, kind, count, seconds, one_address))
        told = (Path(folder) / "hub.log").stat().st_size
    return {
        "attack": name_of(kind, count, one_address=one_address),
        "number p95 without": _ms(before.numbers),
        "number p95": _ms(during.numbers),
        "call p95 without": _ms(before.calls),
        "call p95": _ms(during.calls),
        "refused": f"{during.refused} of {len(during.numbers) + len(during.calls)}",
        "processor": f"{during.processor:.0f} ({before.processor:.0f})",
        "memory MiB": round(grown, 1),
        "descriptors": files,
        "log kB": round(told / 1024, 1),
    }


async def _scene(
    hub: Running,
    codes: list[str],
    cookie: tuple[str, str],
    kind: str,
    count: int,
    seconds: float,
    one_address: bool,
) -> tuple[Measured, Measured, float, int]:
    terminals = await enrolled(hub.host, hub.port, codes)
    for each in terminals:
        each.close()
    side = Side(hub, terminals[0].key, cookie, one_address=one_address)
    await side.measure(1.0)
    before = await side.measure(seconds)
    held = memory_mib(hub.pid)
    with attackers(hub, kind, count, terminals[1].key):
        during = await side.measure(seconds)
        grown, files = memory_mib(hub.pid, peak=True) - held, len(list(Path(f"/proc/{hub.pid}/fd").iterdir()))
    return before, during, grown, files


def prepare(folder: Path) -> tuple[list[str], tuple[str, str]]:
    """A hall with two terminals, a clerk at a counter, 300 people waiting, and one queue with 999 of them."""
    store = Store(folder / "hub.db")
    codes = found(store, 2)
    cookie = fill(store, 300)

    def crowd(connection):  # type: ignore[no-untyped-def]
        now_ms = time.time_ns() // 1_000_000
        connection.exec_driver_sql("UPDATE queue SET last_n = 999 WHERE id = ?", (FULL,))
        for n in range(999):
            issue(connection, Ask(site=SITE, id=new_id(), service=FULL, token=f"{n:032x}", now_ms=now_ms))

    store.write_now(crowd)
    store.close()
    return codes, cookie


@contextmanager
def attackers(hub: Running, kind: str, count: int, key: str) -> Iterator[None]:
    """Their process, from the moment when the attack stands until the end."""
    command = [sys.executable, str(Path(__file__).with_name("attackers.py")), kind, str(count)]
    command += [ATTACKER, hub.host, str(hub.port), SITE, key]
    process = subprocess.Popen(["nice", "-n", "19", *command], stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n", "the attackers could not begin"
        yield
        assert process.poll() is None, "the attackers gave up"
    finally:
        process.kill()
        process.wait(20)


def memory_mib(pid: int, *, peak: bool = False) -> float:
    """Resident memory of a process, or the most it ever had."""
    found = re.search(rf"{'VmHWM' if peak else 'VmRSS'}:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text())
    assert found
    return int(found[1]) / 1024


def processor_s(pid: int) -> float:
    """Seconds of processor time that a process took so far (proc(5), utime and stime)."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _ms(seconds: list[float]) -> float:
    return round(spread(seconds).p95 * 1000, 1)


def missed(row: dict[str, object]) -> list[str]:
    """What of a line does not keep its limit."""
    found = []
    for what in ("number", "call"):
        ours, before = float(str(row[f"{what} p95"])), float(str(row[f"{what} p95 without"]))
        if ours > MOST_MS:
            found.append(f"{row['attack']}: {what} p95 {ours} ms instead of {MOST_MS:g}")
        elif ours > TIMES * before:
            found.append(f"{row['attack']}: {what} p95 x{ours / before:.1f} instead of x{TIMES:g}")
    if not str(row["refused"]).startswith("0 "):
        found.append(f"{row['attack']}: refused {row['refused']}")
    if float(str(row["memory MiB"])) > GROWTH_MIB:
        found.append(f"{row['attack']}: memory grew by {row['memory MiB']} MiB instead of {GROWTH_MIB:g}")
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", default="", help="attacks whose name has this word")
    parser.add_argument("--repeat", type=int, default=1, help="how often each line is measured")
    parser.add_argument("--seconds", type=float, default=8.0, help="for each half of a line")
    parser.add_argument("--json", type=Path, help="write the table here too")
    options = parser.parse_args()
    rows = []
    for kind, count, one_address in PLAN:
        for _ in range(options.repeat if options.only in name_of(kind, count, one_address=one_address) else 0):
            rows.append(run(kind, count, options.seconds, one_address=one_address))
            print(" · ".join(f"{key}: {value}" for key, value in rows[-1].items()), file=sys.stderr, flush=True)
    print(table(rows))
    print(f"\n(load average {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores)\n")
    if options.json:
        options.json.write_text(json.dumps({"bench": "under_attack", "rows": rows}, indent=1))
    faults = [fault for row in rows for fault in missed(row)]
    print("\n".join(f"MISSED {each}" for each in faults) or "limits hold")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
