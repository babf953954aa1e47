"""Issuing numbers: a real hub process under 8 and 20 enrolled clients, beside the bare store in the same run.

    python bench/hub_issue.py [--tickets N] [--json FILE]

A client is one keep-alive connection that asks for the next number as soon as it has one. The bare store is the same
issue function on the same kind of file through the same writer thread, without HTTP: 1, 8 and 20 callers. Targets: p95
at most 10 ms with 8 clients, at least 2,000 numbers a second with 20.
"""

import argparse
import asyncio
import json
import secrets
import sys
import tempfile
import time
from pathlib import Path

import uvloop
from hub_hall import QUEUES, SITE, Client, enrolled, found, new_id, row, running_hub, table

from hub.store.engine import Store
from hub.tickets.issue import Ask, Issued, issue

SERVICES = list(QUEUES)
P95_MS, RATE = 10.0, 2000.0


async def draw_by_http(clients: list[Client], tickets: int) -> tuple[list[float], float]:
    """Draw ``tickets`` numbers with all clients at once; returns each one's seconds, and the wall's."""
    left = iter(range(tickets))
    seconds: list[float] = []

    async def visitor(client: Client) -> None:
        for number in left:
            body = {"id": new_id(), "service": SERVICES[number % len(SERVICES)]}
            begin = time.perf_counter()
            status, answer = await client.ask("POST", "/api/v1/tickets", body)
            seconds.append(time.perf_counter() - begin)
            assert status == 200, answer

    begin = time.perf_counter()
    await asyncio.gather(*(visitor(client) for client in clients))
    return seconds, time.perf_counter() - begin


async def draw_from_store(store: Store, callers: int, tickets: int) -> tuple[list[float], float]:
    """The same without HTTP."""
    left = iter(range(tickets))
    seconds: list[float] = []

    async def caller() -> None:
        for number in left:
            ask = Ask(
                site=SITE,
                id=new_id(),
                service=SERVICES[number % len(SERVICES)],
                token=secrets.token_hex(16),
                now_ms=time.time_ns() // 1_000_000,
            )
            begin = time.perf_counter()
            found = await store.write(lambda c, ask=ask: issue(c, ask))  # type: ignore[misc]
            seconds.append(time.perf_counter() - begin)
            assert isinstance(found, Issued), found

    begin = time.perf_counter()
    await asyncio.gather(*(caller() for _ in range(callers)))
    return seconds, time.perf_counter() - begin


def bare(callers: int, tickets: int) -> dict[str, object]:
    with tempfile.TemporaryDirectory() as folder:
        store = Store(Path(folder) / "hub.db")
        found(store, 0)
        try:
            return row(f"bare store, {callers} callers", *uvloop.run(draw_from_store(store, callers, tickets)))
        finally:
            store.close()


def hub(clients: int, tickets: int) -> dict[str, object]:
    with tempfile.TemporaryDirectory() as folder:
        store = Store(Path(folder) / "hub.db")
        codes = found(store, clients)
        store.close()
        with running_hub(Path(folder)) as (host, port):
            return row(f"hub, {clients} clients", *uvloop.run(_visit(host, port, codes, tickets)))


async def _visit(host: str, port: int, codes: list[str], tickets: int) -> tuple[list[float], float]:
    clients = await enrolled(host, port, codes)
    await draw_by_http(clients, 200)
    measured = await draw_by_http(clients, tickets)
    for client in clients:
        client.close()
    return measured


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tickets", type=int, default=10_000, help="numbers drawn per line of the table")
    parser.add_argument("--json", type=Path, help="write the table here too")
    options = parser.parse_args()
    rows = [bare(callers, options.tickets) for callers in (1, 8, 20)]
    rows += [hub(clients, options.tickets) for clients in (8, 20)]
    print(table(rows))
    if options.json:
        options.json.write_text(json.dumps({"bench": "hub_issue", "rows": rows}, indent=1))
    eight, twenty = rows[-2:]
    missed = []
    if float(eight["p95_ms"]) > P95_MS:
        missed.append(f"8 clients, p95: {eight['p95_ms']} ms instead of {P95_MS}")
    if float(twenty["per_s"]) < RATE:
        missed.append(f"20 clients: {twenty['per_s']} numbers a second instead of {RATE}")
    print("\n".join(f"MISSED {each}" for each in missed) or "limits hold")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
