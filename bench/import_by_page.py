"""Numbers while an editor imports a large XZuFi delivery by the page, beside the same hub with nothing going on.

    python bench/import_by_page.py [--services 10000] [--languages 13] [--seed 1] [--json FILE]

An enrolled terminal asks for a number every 20 ms, whether or not the last one was answered: what had to wait is
counted from the moment at which it was due. The delivery comes over one connection; a process of its own reads it.
"""

import argparse
import asyncio
import secrets
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import requests
import uvloop
from figures import Figure, report, spread
from hub_hall import QUEUES, SITE, Client, enrolled, found, new_id, running_hub

from hub.auth import people
from hub.auth.passwords import Passwords
from hub.store.engine import Store
from hub.store.enums import Role

EVERY_S = 0.02
QUIET_S = 20.0
PASSWORD = secrets.token_urlsafe(12)
SERVICES = list(QUEUES)
GENERATOR = Path(__file__).with_name("xzufi_generator.py")


class Editor:
    """Signs in, sends the file and waits until it is in force, in a thread of its own."""

    def __init__(self, url: str, source: Path) -> None:
        self.url, self.source = url, source
        self.sent_s = self.read_s = 0.0
        self.done = threading.Event()
        self.in_force = False

    def run(self) -> None:
        with requests.Session() as http:
            page = http.get(f"{self.url}/signin", timeout=60).text
            form = {"csrf": _csrf(page), "login": "dora", "password": PASSWORD}
            http.post(f"{self.url}/signin", data=form, headers={"Origin": self.url}, timeout=60)
            head = {"Origin": self.url, "X-CSRF-Token": _csrf(http.get(f"{self.url}/catalogue", timeout=60).text)}
            begin = time.perf_counter()
            with self.source.open("rb") as body:
                answer = http.post(f"{self.url}/catalogue/import", data=body, headers=head, timeout=600)
            self.sent_s = time.perf_counter() - begin
            assert answer.status_code == 202, answer.text
            while http.get(f"{self.url}/catalogue/import", timeout=60).json()["stage"] != "ended":
                time.sleep(0.2)
            self.read_s = time.perf_counter() - begin - self.sent_s
            self.in_force = 'class="notice go"' in http.get(f"{self.url}/catalogue", timeout=60).text
        self.done.set()


def _csrf(page: str) -> str:
    return page.partition('name="csrf" value="')[2].partition('"')[0]


async def ask(clients: list[Client], until: threading.Event, most_s: float) -> list[float]:
    """Ask every 20 ms, by the client that is free; returns ms from the moment each was due."""
    begin, took = time.perf_counter(), list[float]()
    free: asyncio.Queue[Client] = asyncio.Queue()
    for client in clients:
        free.put_nowait(client)

    async def one(due: float, number: int) -> None:
        client = await free.get()
        body = {"id": new_id(), "service": SERVICES[number % len(SERVICES)]}
        status, answer = await client.ask("POST", "/api/v1/tickets", body)
        assert status == 200 or b"unknown_service" in answer, answer  # the delivery knows none of the bench's services
        took.append((time.perf_counter() - due) * 1000)
        free.put_nowait(client)

    async with asyncio.TaskGroup() as group:
        for number in range(10**6):
            due = begin + number * EVERY_S
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
            if until.is_set() or time.perf_counter() - begin > most_s:
                break
            group.create_task(one(due, number))
    return took


async def measured(host: str, port: int, codes: list[str], source: Path) -> tuple[list[float], list[float], Editor]:
    clients = await enrolled(host, port, codes)
    quiet = await ask(clients, threading.Event(), QUIET_S)
    editor = Editor(f"http://{host}:{port}", source)
    thread = threading.Thread(target=editor.run)
    thread.start()
    busy = await ask(clients, editor.done, 900.0)
    thread.join()
    for client in clients:
        client.close()
    return quiet, busy, editor


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--services", default="10000")
    parser.add_argument("--languages", default="13")
    parser.add_argument("--seed", default="1")
    parser.add_argument("--json", type=Path)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        source, data = Path(folder) / "delivery.xml", Path(folder) / "hub"
        size = ["--services", args.services, "--languages", args.languages, "--seed", args.seed]
        subprocess.run([sys.executable, str(GENERATOR), str(source), *size], check=True)
        store = Store(data / "hub.db")
        codes, kept = found(store, 8), asyncio.run(Passwords().hash(PASSWORD))
        store.write_now(lambda c: people.add(c, SITE, "u1", "dora", "Dora", Role.EDITOR, kept, 0))
        store.close()
        with running_hub(data) as (host, port):
            quiet, busy, editor = uvloop.run(measured(host, port, codes, source))
        megabytes = source.stat().st_size / 1e6
    assert editor.in_force, "the delivery was not put in force"
    print(f"seed {args.seed}: {args.services} services x {args.languages} languages, {megabytes:.0f} MB;")
    print(f"sent in {editor.sent_s:.1f} s, in force {editor.read_s:.1f} s later; {len(busy)} numbers meanwhile")
    slow = sum(ms > 400 for ms in busy)
    print(f"over 400 ms: {slow} of {len(busy)}; longest {max(busy):.0f} ms (nothing going on: {max(quiet):.0f} ms)")
    before, during = spread(quiet), spread(busy)
    return report(
        "Numbers during an import by the page",
        "nothing going on",
        [
            Figure("a number, p50", during.p50, "ms", before.p50),
            Figure("a number, p95", during.p95, "ms", before.p95, limit=100.0),
            Figure("a number, p99", during.p99, "ms", before.p99),
        ],
        args.json,
    )


if __name__ == "__main__":
    raise SystemExit(main())
