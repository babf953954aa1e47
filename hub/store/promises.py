"""Answers of the writer's thread to whoever waits: in a thread, or in an event loop."""

import asyncio
from concurrent.futures import Future
from typing import Any, NamedTuple

Promise = asyncio.Future[Any] | Future[Any]


class Outcome(NamedTuple):
    """What became of one write: its value, or what went wrong."""

    promise: Promise
    value: Any
    fault: BaseException | None


def settle(outcomes: list[Outcome]) -> None:
    """Keep the promises: threads at once, event loops with one wake-up each."""
    loops: dict[asyncio.AbstractEventLoop, list[Outcome]] = {}
    for outcome in outcomes:
        if isinstance(outcome.promise, asyncio.Future):
            loops.setdefault(outcome.promise.get_loop(), []).append(outcome)
        else:
            _keep([outcome])
    for loop, waiting in loops.items():
        if not loop.is_closed():
            loop.call_soon_threadsafe(_keep, waiting)


def _keep(outcomes: list[Outcome]) -> None:
    for promise, value, fault in outcomes:
        if promise.done():  # cancelled, or refused already
            continue
        if fault is None:
            promise.set_result(value)
        else:
            promise.set_exception(fault)
