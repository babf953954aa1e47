"""Pools of threads: work is done, and a piece that does not end is missed."""

import asyncio
import threading

from hub.worker_pool import HANG_S, WorkerPool


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
