"""The real threads of a terminal are killed from outside: each serves on, and the log says which one died."""

import ctypes
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from kiosk.config import Hub
from kiosk.vocabulary.effects import AskNumber, CommitIntent, LookUp, SendHelp
from kiosk.vocabulary.events import HelpNotSent, IntentCommitted, NumberSilent, StandingNotFound
from offline_cache.http.clients import client_maker
from offline_cache.store.storage import StorageThread
from offline_cache.sync.calls import CallsThread
from offline_cache.sync.help_calls import HelpThread
from offline_cache.sync.numbers import NumbersThread
from offline_cache.sync.slip_status import StandingThread
from tests.unit.offline_cache.cache_helpers import Inbox, Notes, eventually, intent, ticket_id

NOBODY = Hub(url="http://127.0.0.1:9")


def kill(name: str) -> None:
    """End the thread at its next step."""
    (thread,) = [each for each in threading.enumerate() if each.name == name]
    assert thread.ident is not None
    ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread.ident), ctypes.py_object(SystemExit))


def died(notes: Notes, name: str) -> bool:
    return any(event == "thread-died" and fields["thread"] == name for event, fields in notes.lines)


def serves_after_a_kill(name: str, notes: Notes, ask: Callable[[int], None], answered: Callable[[int], bool]) -> None:
    """The first answer comes; the thread is killed; questions are answered again before long."""
    ask(1)
    eventually(lambda: answered(1))
    kill(name)
    count = 1

    def asked_again() -> bool:
        nonlocal count
        count += 1
        ask(count)
        return died(notes, name)

    eventually(asked_again)  # a thread that waits for a question dies at the next one
    ask(count + 1)
    eventually(lambda: answered(count + 1))


def test_killed_storage_thread_serves_again(tmp_path: Path) -> None:
    inbox, notes = Inbox(), Notes()
    storage = StorageThread(tmp_path / "terminal.db", inbox.post, note=notes)
    storage.start()
    serves_after_a_kill(
        "storage",
        notes,
        lambda n: storage.submit(CommitIntent(intent(n))),
        lambda n: IntentCommitted(ticket_id(n)) in inbox.events,
    )
    storage.stop()


def test_killed_numbers_thread_serves_again() -> None:
    inbox, notes = Inbox(), Notes()
    numbers = NumbersThread(NOBODY, inbox.post, note=notes)
    numbers.start()
    serves_after_a_kill(
        "numbers",
        notes,
        lambda n: numbers.submit(AskNumber(intent(n))),
        lambda n: any(isinstance(each, NumberSilent) and each.ticket == ticket_id(n) for each in inbox.events),
    )
    numbers.stop()


def test_killed_help_thread_serves_again() -> None:
    inbox, notes = Inbox(), Notes()
    help_calls = HelpThread(client_maker(NOBODY, 1.0, 1.0, 2.0), inbox.post, note=notes)
    help_calls.start()
    serves_after_a_kill(
        "help",
        notes,
        lambda n: help_calls.submit(SendHelp(str(n), "de", "asked")),
        lambda n: HelpNotSent(str(n)) in inbox.events,
    )
    help_calls.stop()


def test_killed_standing_thread_serves_again() -> None:
    inbox, notes = Inbox(), Notes()
    standings = StandingThread(client_maker(NOBODY, 1.0, 1.0, 2.0), inbox.post, note=notes)
    standings.start()
    serves_after_a_kill(
        "standing",
        notes,
        lambda n: standings.submit(LookUp(str(n), token="t")),
        lambda n: StandingNotFound(str(n)) in inbox.events,
    )
    standings.stop()


def test_calls_polls_on(monkeypatch: pytest.MonkeyPatch) -> None:
    notes, polled = Notes(), threading.Semaphore(0)
    monkeypatch.setattr(CallsThread, "_poll", lambda _self, _client: polled.release())
    calls = CallsThread(NOBODY, lambda _calls: None, note=notes, poll_s=0.01)
    calls.start()
    assert polled.acquire(timeout=60)
    kill("calls")
    eventually(lambda: died(notes, "calls"))
    while polled.acquire(blocking=False):
        pass
    assert polled.acquire(timeout=60)
    calls.stop()
