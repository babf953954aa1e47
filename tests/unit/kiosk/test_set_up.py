"""A terminal without a configuration: the core stands at set-up until one is taken, in the same window."""

import queue
from pathlib import Path

import pytest

from kiosk import config as settings
from kiosk.catalogue.index import index_of
from kiosk.config import Hub, Site, TerminalConfig
from kiosk.core import Configured, WorldChanged
from kiosk.flows.setup.setup_visit import SetupState
from kiosk.main.setup import SetUp
from kiosk.view import Screen
from kiosk.vocabulary import effects, events
from kiosk.vocabulary.effects import Enrol
from kiosk.vocabulary.events import EnrolFailed, Event
from kiosk.vocabulary.hardware.panels import PRESETS
from kiosk.vocabulary.intents import Pick
from tests.flows.halls import Hall
from tests.flows.visits import small_catalogue

LONG_S = 60.0


def test_set_up_begins_with_a_question_and_ends_in_the_terminal() -> None:
    hall = Hall(home=SetupState.HUB)
    assert hall.core.view().place == "setup:hub"
    hall.core.handle(events.Touched(Pick("this"), hall.core.session.id))
    old = hall.core.session.id
    hall.core.handle(Configured(TerminalConfig(site=Site(town="Neustadt", name="Rathaus"), languages=("en", "de"))))
    assert hall.screen is Screen.STARTING
    assert hall.shown[-1].header.town == "Neustadt"
    assert hall.shown[-1].lang == "en"
    assert effects.SessionOver(old) in hall.done
    hall.core.handle(WorldChanged(index=index_of(small_catalogue()), stored=True, ready=True))
    assert hall.screen is Screen.START


def test_time_and_news_change_nothing_at_set_up() -> None:
    hall = Hall(home=SetupState.HUB)
    hall.core.handle(WorldChanged(index=index_of(small_catalogue())))
    hall.core.handle(events.ClosureChanged(hall.core.house))
    hall.after(3600)
    assert hall.core.session.state is SetupState.HUB


@pytest.fixture
def answers() -> "queue.SimpleQueue[Event]":
    return queue.SimpleQueue()


def test_the_worker_says_why_it_could_not_enrol(tmp_path: Path, answers: "queue.SimpleQueue[Event]") -> None:
    path = tmp_path / "config.toml"
    SetUp(path, answers.put).enrol(Enrol("what is this?", "K7MQ2XPD", PRESETS[0], 90, 70))
    assert answers.get(timeout=LONG_S) == EnrolFailed("bad_address", "what is this?", str(path))


def test_what_was_saved_is_read_and_what_is_not_there_is_said(
    tmp_path: Path, answers: "queue.SimpleQueue[Event]"
) -> None:
    path = tmp_path / "config.toml"
    worker = SetUp(path, answers.put)
    settings.save(path, TerminalConfig())  # no key: nobody enrolled
    assert worker.configuration() is None
    fault = answers.get_nowait()
    assert isinstance(fault, EnrolFailed)
    assert (fault.fault, fault.path) == ("cannot_save", str(path))
    saved = TerminalConfig(hub=Hub(key="k" * 43, terminal="t1", name="Terminal 1"))
    settings.save(path, saved)
    assert worker.configuration() == saved
    assert answers.empty()
