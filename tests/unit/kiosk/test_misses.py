"""What was not found: counted in memory, a visit once, told at closing only where five visits agree."""

from datetime import timedelta

import pytest

from kiosk.catalogue.index import index_of
from kiosk.catalogue.model import Service
from kiosk.flows.browse.misses import MOST_TEXTS, Misses, missed, plain
from kiosk.main.misses import MissesOnTheWay
from kiosk.vocabulary import events, intents
from kiosk.vocabulary.effects import TellMisses
from kiosk.wire import Missed
from tests.flows.visits import MONDAY_TEN, Visit, small_catalogue

DAY = MONDAY_TEN.date()
INDEX = index_of(small_catalogue())
EVENING = MONDAY_TEN + timedelta(hours=9)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("Kindergeld", "kindergeld"),
        ("  Steuer   Id ", "steuer id"),
        ("تصريح إقامة", "تصريح إقامة"),
        ("Müller Straße 12", ""),
        ("a@b.de", ""),
        ("0151 2345", ""),
        ("eins zwei drei vier", ""),
        ("ab", ""),
        ("x" * 41, ""),
        ("", ""),
    ],
)
def test_only_letters_and_three_words_are_counted(typed: str, kept: str) -> None:
    assert plain(typed) == kept


def searching(typed: str, *found: str, answered: bool = True) -> Visit:
    visit = Visit()
    visit.touch("search")
    for letter in typed:
        visit.ask(intents.EditText("search", letter))
    if answered:
        visit.send(events.SearchFound(visit.browsed.token, found, ("perso",)))
    return visit


@pytest.mark.parametrize(
    "leave",
    [
        intents.GoToStart(),
        intents.Back(),
        intents.EditText("search", edit=intents.Edit.CLEAR),
        intents.ShowCategories(),
    ],
)
def test_who_leaves_a_search_without_a_sure_hit_has_missed(leave: intents.Intent) -> None:
    visit = searching("Kindergeld")
    before = visit.session
    visit.ask(leave)
    assert missed(before, visit.session, visit.index) == "kindergeld"


def test_who_found_or_goes_on_typing_or_has_no_answer_yet_has_not() -> None:
    for visit, then in (
        (searching("Perso", "perso"), intents.GoToStart()),
        (searching("Kinderg"), intents.EditText("search", "e")),
        (searching("Kinderg"), intents.EditText("search", edit=intents.Edit.ERASE)),
        (searching("Kindergeld"), intents.OpenService("perso")),
        (searching("Kindergeld", answered=False), intents.GoToStart()),
    ):
        before = visit.session
        visit.ask(then)
        assert missed(before, visit.session, visit.index) == ""


def test_the_way_to_the_reception_is_for_who_has_not_found() -> None:
    catalogue = small_catalogue()
    desk = Service(id="desk", names={"de": "Empfang"}, queue="a", reception=True)
    visit = searching("Kindergeld")
    visit.index = index_of(type(catalogue)(version=1, services=(*catalogue.services, desk), queues=catalogue.queues))
    before = visit.session
    visit.touch("reception")
    assert missed(before, visit.session, visit.index) == "kindergeld"


def counted(*visits: tuple[str, str]) -> Misses:
    misses = Misses()
    for visit, text in visits:
        misses.note(visit, text, DAY)
    return misses


def test_five_visits_are_told_and_four_are_not() -> None:
    often = [(f"v{n}", "kindergeld") for n in range(6)]
    rarely = [(f"w{n}", "max mustermann") for n in range(4)]
    misses = counted(*often, *rarely)
    assert misses.closed(MONDAY_TEN, INDEX) is None, "the house is open"
    assert misses.closed(EVENING, INDEX) == TellMisses("2026-03-02", (("kindergeld", 6),))
    assert misses.closed(EVENING, INDEX) is None, "told once, then forgotten"


def test_a_visit_counts_once_for_a_text() -> None:
    assert counted(*[("v", "kindergeld")] * 9).closed(EVENING, INDEX) is None


def test_a_day_does_not_add_to_the_next() -> None:
    misses = counted(*[(f"v{n}", "kindergeld") for n in range(4)])
    tomorrow = MONDAY_TEN + timedelta(days=1)
    assert misses.closed(tomorrow, INDEX) is None
    misses.note("v9", "kindergeld", tomorrow.date())
    assert misses.closed(tomorrow + timedelta(hours=9), INDEX) is None


def test_the_count_is_bounded() -> None:
    misses = counted(*[(f"v{n}", f"text{'x' * (n % 30)} {chr(97 + n % 26)}{n}") for n in range(MOST_TEXTS)])
    for n in range(9):
        misses.note(f"w{n}", "kindergeld", DAY)
    assert misses.closed(EVENING, INDEX) is None, "there was no room for it"


def test_what_is_on_its_way_goes_when_a_heartbeat_was_answered() -> None:
    way = MissesOnTheWay()
    way.taken()
    way.add(TellMisses("2026-03-02", (("kindergeld", 6),)))
    assert way.told() == way.told() == (Missed("2026-03-02", "kindergeld", 6),), "until an answer comes"
    way.add(TellMisses("2026-03-03", (("pizza", 5),)))
    way.taken()
    assert len(way.told()) == 2, "the answer was to another heartbeat"
    way.taken()
    assert way.told() == ()
