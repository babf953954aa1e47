"""A hub with fourteen months of visits beside a fresh one, and what a number waits for while they are deleted.

    python bench/growth.py [--tickets N] [--days N] [--rounds N] [--seed N] [--json FILE]

Two real hub processes: one with 300,000 tickets of 430 days, 450,000 intervals and as many events (written by SQL) and
999 people waiting in one queue, kept for 500 days; a fresh one with 50 waiting. In turns: a number, the next call, the
desk's parts, a typed number. Then the town says 30 days, the hub is started again and sweeps, while numbers are asked
every 20 ms of both; then the same in turns. Targets: at most 1.5 times the fresh hub or 3 ms more (median); no number
waits more than 100 ms for a sweep; the file shrinks. What the machine itself does to a number shows the fresh hub.
"""

import argparse
import asyncio
import contextlib
import json
import random
import re
import secrets
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import pysqlite3
import uvloop
from call_to_board import HASH
from figures import Figure, report, spread
from hub_hall import QUEUES, SERVE, SITE, Client, enrolled, found, new_id, running_hub

from hub.auth import people, seats, sessions
from hub.store import space
from hub.store.engine import Store
from hub.store.enums import Role
from hub.tickets.issue import Ask, Issued, issue
from kiosk import wire
from kiosk.vocabulary.ids import uuid7

FULL_QUEUE, FRESH_QUEUE = 999, 50
TIMES, MORE_MS = 1.5, 3.0
WAIT_MS = 100.0
EVERY_S = 0.02
QUEUE, *OTHERS = QUEUES
SERVE_SOON = f"import hub.app, hub.clock; hub.clock.SETTLED_MS, hub.app.LOOK_S = 20_000, 1.0; {SERVE}"
"""A hub sweeps when its clock has run without a doubt for ten minutes; here it does after twenty seconds."""
WHAT = ("a number", "call next", "desk parts", "typed number")


class Hall(NamedTuple):
    """A prepared data folder: the terminal's code, the clerk's cookie and form token."""

    folder: Path
    code: str
    cookie: str
    csrf: str

    @property
    def file(self) -> Path:
        return self.folder / "hub.db"


def prepare(folder: Path, waiting: int, tickets: int, days: int, dice: random.Random) -> Hall:
    """A founded hall with its history, and today's people waiting in one queue."""
    store = Store(folder / "hub.db")
    (code,) = found(store, 1)
    store.write_now(lambda c: c.exec_driver_sql("UPDATE site SET kept_days = 500"))
    store.close()
    if tickets:
        write_history(folder / "hub.db", tickets, days, dice)
    store = Store(folder / "hub.db")
    cookie, csrf = store.write_now(lambda c: _today(c, waiting))
    store.close()
    return Hall(folder, code, cookie, csrf)


def _today(connection, waiting: int) -> tuple[str, str]:  # type: ignore[no-untyped-def]
    now_ms = time.time_ns() // 1_000_000
    for _ in range(waiting):
        ask = Ask(site=SITE, id=new_id(), service=QUEUE, token=secrets.token_hex(16), now_ms=now_ms)
        assert isinstance(issue(connection, ask), Issued)
    people.add(connection, SITE, "anna", "anna", "Anna Albrecht", Role.CLERK, HASH, now_ms)
    cookie = sessions.begin(connection, SITE, "anna", now_ms)
    person = sessions.find(connection, cookie, now_ms)
    seats.sit_down(connection, person, "c1", new_id(), now_ms)
    return cookie, person.csrf


def write_history(path: Path, tickets: int, days: int, dice: random.Random) -> None:
    """Visits of the last days by SQL: half of them were served, half went away."""
    raw = pysqlite3.connect(str(path), isolation_level=None)
    raw.execute("PRAGMA synchronous = OFF")
    raw.execute("BEGIN")
    (seq,) = raw.execute("SELECT max(seq) FROM event").fetchone()
    raw.execute("UPDATE event SET seq = seq + 10000000")
    a_day = -(-tickets // days)
    left = tickets
    for back in range(days, 0, -1):
        count, left = min(a_day, left), left - min(a_day, left)
        seq = _write_day(raw, datetime.now(UTC) - timedelta(days=back), count, seq, dice)
    raw.execute("COMMIT")
    raw.close()


def _write_day(raw: pysqlite3.Connection, at: datetime, count: int, seq: int, dice: random.Random) -> int:
    day, begin_ms = at.date().isoformat(), int(at.replace(hour=7, minute=0, second=0).timestamp() * 1000)
    opened = (SITE, day, begin_ms, begin_ms + 36_000_000)
    raw.execute("INSERT INTO business_day (site_id, day, opened_ms, closed_ms) VALUES (?, ?, ?, ?)", opened)
    tickets, intervals, events, answers = [], [], [], []
    for number, came in enumerate(sorted(dice.randrange(begin_ms, begin_ms + 32_400_000) for _ in range(count))):
        queue, series = list(QUEUES.items())[number % len(QUEUES)]
        served, ident = bool(number % 2), _uuid(came, dice)
        called, ended = came + dice.randrange(60_000, 1_800_000), came + dice.randrange(1_800_000, 3_000_000)
        n, token, label = number // len(QUEUES) + 1, f"{dice.getrandbits(128):032x}", f"{series} {number:03d}"
        tickets.append(
            (SITE, ident, "done" if served else "cancelled", day, series, 0, 0, n, queue, queue, "t0", "de", 100, 0,
             came, came, "", "c1" if served else None, int(served), called if served else None,
             ended if served else called, "printed", token)
        )  # fmt: skip
        intervals.append((SITE, ident, 1, "wait", queue, None, came, called))
        body = f'{{"label":"{label}","queue":"{queue}","state":"waiting","counter":null,"paper":"printed"}}'
        events.append((SITE, seq := seq + 1, "ticket", ident, body, came))
        if served:
            intervals.append((SITE, ident, 2, "service", queue, "c1", called, ended))
            events.append((SITE, seq := seq + 1, "call", ident, body, called))
            answers.append(
                (SITE, _uuid(came, dice), "next", "c1", f'{{"ticket":"{ident}","more":"{"x" * 300}"}}', came)
            )
    raw.executemany(
        "INSERT INTO ticket (site_id, id, state, day, series, slot, round, n, queue_id, service_id, terminal_id, lang,"
        " priority, ahead, arrival_ms, issued_ms, tapped_at, counter_id, calls, called_ms, ended_ms, paper, token)"
        f" VALUES ({', '.join('?' * 23)})",
        tickets,
    )
    raw.executemany("INSERT INTO interval VALUES (?, ?, ?, ?, ?, ?, ?, ?)", intervals)
    raw.executemany("INSERT INTO event VALUES (?, ?, ?, ?, ?, ?)", events)
    raw.executemany("INSERT INTO applied VALUES (?, ?, ?, ?, ?, ?)", answers)
    return seq


def _uuid(ms: int, dice: random.Random) -> str:
    return str(uuid7(ms, dice.getrandbits(12), dice.getrandbits(62)))


class Visit:
    """A terminal and a clerk at one hub, asking one thing at a time."""

    def __init__(self, hall: Hall, host: str, port: int, terminal: Client) -> None:
        self._hall, self._host, self._port, self._terminal = hall, host, port, terminal
        self._reader: asyncio.StreamReader | None = None
        self._writer: asyncio.StreamWriter | None = None
        self._here = self._label = self._last = ""
        self.seconds: dict[str, list[float]] = {what: [] for what in WHAT}

    @classmethod
    async def begin(cls, hall: Hall, host: str, port: int, key: str) -> "Visit":
        if key:
            terminal = await Client.connect(host, port)
            terminal.key = key
        else:
            (terminal,) = await enrolled(host, port, [hall.code])
        return cls(hall, host, port, terminal)

    @property
    def key(self) -> str:
        return self._terminal.key

    async def number(self, service: str) -> float:
        """Seconds that a number took."""
        self._last, begin = new_id(), time.perf_counter()
        status, body = await self._terminal.ask("POST", wire.TICKETS, {"id": self._last, "service": service})
        took = time.perf_counter() - begin
        assert status == 200, body
        answer = json.loads(body)
        self._label = f"{answer['series']} {answer['n']:03d}"
        return took

    async def give_back(self) -> None:
        """The last number, so that no queue gets longer."""
        op = {"op": new_id(), "lane": self._last, "kind": "cancel", "body": {"id": self._last}}
        status, body = await self._terminal.ask("POST", wire.SYNC, {"generation": "0" * 32, "ops": [op]})
        assert status == 200, body

    async def turn(self) -> None:
        """Each of the four once."""
        self.seconds["a number"].append(await self.number(QUEUE))
        here = f"&ticket={self._here}&here=yes" if self._here else ""
        took, page = await self._desk("POST", "/desk/do/next", f"op={new_id()}{here}")
        shown = re.search(rb'id="act-recall"[^>]*data-ticket="([0-9a-f-]+)"', page)
        assert shown, "somebody is at the counter"
        self._here = shown[1].decode()
        self.seconds["call next"].append(took)
        took, page = await self._desk("GET", "/desk/parts", "")
        self.seconds["desk parts"].append(took)
        took, page = await self._desk("POST", "/desk/bring", f"op={new_id()}&text={self._label.replace(' ', '+')}")
        assert self._label.encode() in page, "the number was found"
        self.seconds["typed number"].append(took)

    async def _desk(self, method: str, path: str, body: str) -> tuple[float, bytes]:
        head = (
            f"{method} {path} HTTP/1.1\r\nhost: {self._host}:{self._port}\r\norigin: http://{self._host}:{self._port}\r\n"
            f"cookie: hub_session={self._hall.cookie}\r\nx-csrf-token: {self._hall.csrf}\r\nsec-fetch-mode: cors\r\n"
            f"content-type: application/x-www-form-urlencoded\r\ncontent-length: {len(body)}\r\n\r\n"
        )
        if self._reader is None or self._writer is None:  # not before: a silent connection is closed
            self._reader, self._writer = await asyncio.open_connection(self._host, self._port)
        begin = time.perf_counter()
        self._writer.write(f"{head}{body}".encode())
        answer = await self._reader.readuntil(b"\r\n\r\n")
        assert answer.startswith(b"HTTP/1.1 200"), answer
        length = int(answer.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
        page = await self._reader.readexactly(length)
        return time.perf_counter() - begin, page

    def close(self) -> None:
        self._terminal.close()
        if self._writer is not None:
            self._writer.close()


@contextlib.contextmanager
def both(big: Hall, fresh: Hall) -> Iterator[tuple[tuple[str, int], tuple[str, int]]]:
    with running_hub(big.folder, SERVE_SOON) as one, running_hub(fresh.folder, SERVE_SOON) as other:
        yield one, other


async def in_turns(visits: Sequence[Visit], rounds: int) -> None:
    for number in range(rounds + 10):
        for visit in visits:
            await visit.turn()
        if number == 9:  # warm by now
            for visit in visits:
                visit.seconds = {what: [] for what in WHAT}


async def while_sweeping(visits: Sequence[Visit], is_done: Callable[[], bool]) -> list[list[float]]:
    """Seconds that the numbers of each hub took, asked every 20 ms until the sweep is over."""
    took: list[list[float]] = [[] for _ in visits]
    over, dice = False, random.Random(0)

    async def ask(visit: Visit, seconds: list[float]) -> None:
        while not over:
            seconds.append(await visit.number(dice.choice(OTHERS)))
            await visit.give_back()
            await asyncio.sleep(EVERY_S)

    tasks = [asyncio.ensure_future(ask(visit, seconds)) for visit, seconds in zip(visits, took, strict=True)]
    while not await asyncio.to_thread(is_done):
        await asyncio.sleep(1.0)
    over = True
    await asyncio.gather(*tasks)
    return took


def swept(path: Path, days: int, now_s: float) -> bool:
    """Whether nothing that was older than ``days`` at ``now_s`` is left in the file, and no free page to spare."""
    raw = pysqlite3.connect(f"file:{path}?mode=ro", uri=True)
    try:
        before, month = (int((now_s - each * 86400) * 1000) for each in (days, 30))
        looks = (
            f"SELECT 1 FROM ticket WHERE ended_ms < {before} LIMIT 1",
            f"SELECT 1 FROM event WHERE at_ms < {max(before, month)} LIMIT 1",
            f"SELECT 1 FROM applied WHERE at_ms < {max(before, month)} LIMIT 1",
        )
        old = any(raw.execute(look).fetchone() for look in looks)
        (free,) = raw.execute("PRAGMA freelist_count").fetchone()
        return not old and free <= space.SPARE_PAGES
    finally:
        raw.close()


async def run(
    halls: tuple[Hall, Hall], addresses: Sequence[tuple[str, int]], keys: list[str], days: int, rounds: int
) -> tuple[list[list[float]], float, list[Visit], list[str]]:
    """Wait for the sweep with numbers, then measure in turns."""
    visits = [await Visit.begin(h, *a, k) for h, a, k in zip(halls, addresses, keys, strict=True)]
    begin, now_s = time.perf_counter(), time.time() - 60
    waited = await while_sweeping(visits, lambda: swept(halls[0].file, days, now_s))
    lasted = time.perf_counter() - begin
    await in_turns(visits, rounds)
    for visit in visits:
        visit.close()
    return waited, lasted, visits, [visit.key for visit in visits]


def figures(name: str, waited: list[list[float]], visits: list[Visit]) -> list[Figure]:
    """Medians in turns; each holds by ratio or by 3 ms. The longest wait of a number during the sweep."""
    rows = []
    for what in WHAT:
        ours, fresh = (spread(visit.seconds[what]).p50 * 1000 for visit in visits)
        rows.append(Figure(f"{name}: {what}, p50", ours, "ms", fresh, limit=max(fresh * TIMES, fresh + MORE_MS)))
    longest, fresh = (max(seconds) * 1000 for seconds in waited)
    rows.append(
        Figure(f"{name}: {len(waited[0])} numbers while sweeping, longest", longest, "ms", fresh, limit=WAIT_MS)
    )
    ours, fresh = (spread(seconds).p99 * 1000 for seconds in waited)
    return [*rows, Figure(f"{name}: p99 of these", ours, "ms", fresh)]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tickets", type=int, default=300_000)
    parser.add_argument("--days", type=int, default=430)
    parser.add_argument("--rounds", type=int, default=150)
    parser.add_argument("--seed", type=int, default=time.time_ns() % 1_000_000)
    parser.add_argument("--json", type=Path, help="write the table here too")
    options = parser.parse_args()
    print(f"seed {options.seed}", flush=True)
    dice = random.Random(options.seed)
    with tempfile.TemporaryDirectory() as folder:
        big, fresh = Path(folder) / "big", Path(folder) / "fresh"
        halls = (
            prepare(big, FULL_QUEUE, options.tickets, options.days, dice),
            prepare(fresh, FRESH_QUEUE, 0, 0, dice),
        )
        table: list[Figure] = []
        sizes = [halls[0].file.stat().st_size]
        keys = ["", ""]
        for kept in (500, 30):
            raw = pysqlite3.connect(str(halls[0].file))
            raw.execute("UPDATE site SET kept_days = ?", (kept,))
            raw.commit()
            raw.close()
            with both(*halls) as addresses:
                waited, lasted, visits, keys = uvloop.run(run(halls, addresses, keys, kept, options.rounds))
            table += figures(f"{kept} days", waited, visits)
            sizes.append(halls[0].file.stat().st_size)
            print(f"{kept} days: swept in {lasted:.0f} s, {sizes[-1] / 1e6:.0f} MB", flush=True)
    megabytes = [size / 1e6 for size in sizes]
    table.append(Figure("the file at 500 days (baseline: before the first sweep)", megabytes[1], "MB", megabytes[0]))
    table.append(Figure("the file at 30 days (baseline: before it)", megabytes[2], "MB", megabytes[1], times=0.5))
    return report("Growth", "fresh hub", table, options.json)


if __name__ == "__main__":
    sys.exit(main())
