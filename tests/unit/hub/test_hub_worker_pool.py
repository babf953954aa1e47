"""Pools of threads: work is done, and a piece that does not end is missed."""

import asyncio
import threading
from types import SimpleNamespace
from typing import Any

import pytest

from hub.app import _watch_threads
from hub.worker_pool import HANG_S, WorkerPool
from kiosk.owner_thread import ThreadWatch


def test_work_that_does_not_end_is_told_once_with_its_place() -> None:
    now_s, begun, end = 0.0, threading.Event(), threading.Event()

    def hangs() -> str:
        begun.set()
        end.wait(60)
        return "done"

    async def play() -> None:
        nonlocal now_s
        pool = WorkerPool(2, "reader", clock=lambda: now_s)
        try:
            waiting = asyncio.create_task(pool.run(hangs))
            await asyncio.to_thread(begun.wait, 60)
            now_s = HANG_S
            assert await pool.run(lambda: 7) == 7
            assert pool.hanging() == []
            now_s += 1
            (said,) = pool.hanging()
            assert "60 s at threading.py:" in said
            assert pool.hanging() == [], "once for each piece of work"
            end.set()
            assert await waiting == "done"
            now_s += HANG_S + 1
            assert pool.hanging() == [], "a thread that has nothing to do does not hang"
        finally:
            end.set()
            pool.close()

    asyncio.run(play())


def test_work_that_fails_is_over() -> None:
    now_s = 0.0

    async def play() -> list[str]:
        nonlocal now_s
        pool = WorkerPool(1, "reader", clock=lambda: now_s)
        failed = await asyncio.gather(pool.run(lambda: 1 // 0), return_exceptions=True)
        assert isinstance(failed[0], ZeroDivisionError)
        now_s = HANG_S + 1
        try:
            return pool.hanging()
        finally:
            pool.close()

    assert asyncio.run(play()) == []


def test_what_hangs_is_told_like_a_thread_that_ended(caplog: pytest.LogCaptureFixture) -> None:
    """So it stands on the page Operation and in the log."""
    hub: Any = SimpleNamespace(
        store=SimpleNamespace(watch=ThreadWatch(), readers=Hanging("hub-reader")),
        passwords=SimpleNamespace(pools=(Hanging("argon2"),)),
    )

    async def one_round() -> None:
        watching = asyncio.create_task(_watch_threads(hub))
        await asyncio.sleep(0)
        watching.cancel()

    asyncio.run(one_round())
    assert [(each.thread, each.detail) for each in hub.store.watch.deaths()] == [
        ("hub-reader", "busy at a.py:1"),
        ("argon2", "busy at a.py:1"),
    ]
    assert [record.message for record in caplog.records] == [
        "hub-reader hangs: busy at a.py:1",
        "argon2 hangs: busy at a.py:1",
    ]


class Hanging:
    """A pool with one piece of work that does not end."""

    def __init__(self, name: str) -> None:
        self.name = name

    def hanging(self) -> list[str]:
        return ["busy at a.py:1"]
