"""A flow that is not whole is refused when the machine is built, with the place."""

import pytest

from kiosk.flows.common.flow import Flow, Machine, machine
from kiosk.flows.common.page_frame import Page, Pages
from kiosk.session.states import EVERYWHERE, Group, Home, State, Traits
from kiosk.session.table import Row, Target, deadline, row
from kiosk.view import View
from kiosk.vocabulary.effects import Effect
from kiosk.vocabulary.events import Event, Tick
from kiosk.vocabulary.intents import Intent


class FeeState(State):
    WHICH = Traits("fee_which", Group.CHOOSING)
    ASKING = Traits("fee_asking", Group.WAITING)


class OtherState(State):
    WHICH = Traits("fee_which", Group.CHOOSING)


def page(_page: Page) -> View:
    raise NotImplementedError


PAGES: Pages = {FeeState.WHICH: page, FeeState.ASKING: page}
ROWS = (deadline(FeeState.ASKING, 5, FeeState.WHICH),)
HOME = Flow(Home, (), dict.fromkeys(Home, page))


def built(*flows: Flow) -> Machine:
    return machine((*flows, HOME), (row(EVERYWHERE, Tick, Target.STAY),), (Tick,))


def test_a_whole_flow_is_taken() -> None:
    fee = built(Flow(FeeState, ROWS, PAGES))
    assert fee.pages[FeeState.WHICH] is page
    assert set(fee.table.states) == {*FeeState, *Home}


@pytest.mark.parametrize(
    ("flow", "why"),
    [
        (Flow(FeeState, ROWS, {FeeState.WHICH: page}), "FeeState: no page for fee_asking"),
        (Flow(FeeState, (), PAGES), "no deadline for fee_asking"),
        (Flow(FeeState, ROWS, {**PAGES, Home.START: page}), "FeeState: a page for start, which is no state of it"),
        (
            Flow(FeeState, (*ROWS, row(FeeState.WHICH, Tick, OtherState.WHICH)), PAGES),
            "FeeState: a row on Tick names fee_which, a state of no flow",
        ),
        (HOME, "Home: Home is there already, in Home"),
    ],
)
def test_a_flow_that_forgets_something_is_refused(flow: Flow, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        built(flow)


class AskFee(Effect, frozen=True):
    pass


class FeeFound(Event, frozen=True):
    pass


class OpenFee(Intent, frozen=True):
    pass


def test_what_belongs_to_one_flow_is_ignored_by_the_others() -> None:
    """But not where a row of the flow answers: how it is entered."""
    enter = row(Group.HOME, OpenFee, FeeState.WHICH)
    ends = (row(FeeState.ASKING, FeeFound, FeeState.WHICH), row(FeeState.WHICH, FeeFound, Target.STAY))
    stays = row(FeeState, OpenFee, Target.STAY)
    fee = Flow(FeeState, (*ROWS, enter, *ends, stays), PAGES, answers={AskFee: (FeeFound,)}, intents=(OpenFee,))
    made = built(fee)
    assert made.table.rows_of(Home.START, OpenFee) == (enter,)
    (ignored,) = made.table.rows_of(Home.START, FeeFound)
    assert ignored.ignores
    assert made.answers[AskFee] == (FeeFound,)
    with pytest.raises(ValueError, match="no unguarded row for fee_which x FeeFound"):
        built(fee._replace(rows=(*ROWS, enter, ends[0], stays)))


def test_a_state_that_is_there_twice_is_refused() -> None:
    other = Flow(OtherState, (), {OtherState.WHICH: page})
    with pytest.raises(ValueError, match="OtherState: fee_which is there already, in FeeState"):
        built(Flow(FeeState, ROWS, PAGES), other)


def test_a_state_that_bears_the_name_of_another_one_of_its_flow_is_refused() -> None:
    class Twice(State):
        ONE = Traits("fee_one", Group.CHOOSING)
        TWO = Traits("fee_one", Group.NOTICE)

    flow: tuple[Row, ...] = ()
    with pytest.raises(ValueError, match="Twice: TWO bears the name of another state"):
        built(Flow(Twice, flow, {Twice.ONE: page}))
