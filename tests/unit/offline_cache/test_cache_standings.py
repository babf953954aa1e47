"""Asking a real hub how the number on a slip stands."""

from collections.abc import Iterator

import pytest

from hub.tickets.issue import Ask, Issued, issue
from kiosk.config import Hub
from kiosk.vocabulary.effects import LookUp
from kiosk.vocabulary.events import StandingFound, StandingNotFound
from kiosk.vocabulary.tickets import StandingState
from offline_cache.http.clients import client_maker
from offline_cache.sync.slip_status import StandingThread
from tests.unit.offline_cache.cache_helpers import Inbox
from tests.unit.offline_cache.peers import SITE, HubRoom, new_id, now_ms

TOKEN = "0123456789abcdef" * 2


@pytest.fixture
def room(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HubRoom]:
    room = HubRoom(tmp_path_factory.mktemp("hub"))
    yield room
    room.close()


def asking(link: Hub, inbox: Inbox) -> StandingThread:
    thread = StandingThread(client_maker(link, 30.0, 30.0, 60.0), inbox.post, deadline_s=60.0)
    thread.start()
    return thread


def test_a_number_is_found_and_a_code_of_nobody_is_not(room: HubRoom) -> None:
    ask = Ask(site=SITE, id=new_id(), service="perso", token=TOKEN, now_ms=now_ms(), terminal="t0", lang="ar")
    issued = room.store.write_now(lambda connection: issue(connection, ask))
    assert isinstance(issued, Issued)
    inbox = Inbox()
    thread = asking(room.enrolled(), inbox)
    thread.submit(LookUp("s1", token=TOKEN))
    thread.submit(LookUp("s2", token="f" * 32))
    thread.submit(LookUp("s3", slip="not a slip"))
    inbox.wait(StandingNotFound("s2", answered=True), StandingNotFound("s3", answered=True))
    thread.stop()
    (found,) = [event for event in inbox.events if isinstance(event, StandingFound)]
    told = found.standing
    assert (found.id, told.id, str(told.label)) == ("s1", ask.id, "A 001")
    assert (told.state, told.lang, told.ahead) == (StandingState.WAITING, "ar", 0)


def test_a_hub_that_is_away_is_no_answer() -> None:
    inbox = Inbox()
    thread = asking(Hub(url="http://127.0.0.1:9"), inbox)
    thread.submit(LookUp("s1", token=TOKEN))
    inbox.wait(StandingNotFound("s1"))
    thread.stop()
