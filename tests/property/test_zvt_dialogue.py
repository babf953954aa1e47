"""Whatever a payment terminal says, in whatever order: the command is sent once, money is acknowledged only when it is
durable and right, and approved or not charged is claimed only when the terminal's own words bear it."""

from __future__ import annotations

from typing import NamedTuple

from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.payment_terminal import plans, requests
from drivers.payment_terminal.codec.bitmaps import Field, Fields
from drivers.payment_terminal.codec.messages import (
    ACCEPTED,
    Aborted,
    Completion,
    IntermediateStatus,
    Message,
    Negative,
    Other,
    Positive,
    PrintText,
    StatusInformation,
)
from drivers.payment_terminal.dialogue import (
    Action,
    Dialogue,
    Ended,
    Keep,
    Send,
    Timers,
    has_totals,
    is_done,
    is_undone,
)
from drivers.payment_terminal.outcomes import Reader
from drivers.payment_terminal.requests import ABORT, AUTHORISATION
from drivers.payment_terminal.settings import ZvtSettings
from kiosk.vocabulary.payments import Approved, Cancelled, Declined, Money, Unknown

ASKED, TERMINAL = Money(2040), "29001006"
SETTINGS = ZvtSettings()


def status(result: int | None, cents: int | None = 2040, terminal: str = TERMINAL, totals: bool = False) -> Message:
    items = [Field(0x27, bytes([result]))] if result is not None else []
    items += [Field(0x04, bytes.fromhex(f"{cents:012d}"))] if cents is not None else []
    items += [Field(0x29, bytes.fromhex(terminal)), Field(0x87, b"\x04\x70")]
    items += [Field(0x60, bytes(53))] if totals else []
    return StatusInformation(Fields(tuple(items)))


GOOD = status(0)
MESSAGES: st.SearchStrategy[Message | str] = st.sampled_from(
    [
        Positive(0x8000),
        Negative(0x9C),
        GOOD,
        status(0, 2041),
        status(0, None),
        status(0, terminal="29001007"),
        status(None),
        status(5),
        status(0x6C),
        status(0x37),
        status(0, totals=True),
        IntermediateStatus(0x0A),
        IntermediateStatus(0x0E, 2),
        PrintText(0, b"Beleg"),
        Completion(),
        Aborted(0x6C),
        Aborted(None),
        Other(0x06D8),
        "cancel",
        "silence",
    ]
)
MIDDLE = st.lists(MESSAGES, max_size=8)
WELL_BEGUN = MIDDLE.map(lambda middle: [Positive(0x8000), *middle])


class Heard(NamedTuple):
    """A status information of the terminal and what we answered."""

    status: StatusInformation
    answer: int
    durable: bool
    unasked: bool


class Run:
    """One dialogue, the way the driver runs it."""

    def __init__(self, script: list[Message | str], durable: list[bool]) -> None:
        self.dialogue = Dialogue(
            requests.authorisation(SETTINGS, ASKED.cents, None),
            Timers(5.0, 180.0),
            plans.payment(ASKED, TERMINAL),
            "completes",
        )
        self.sent: list[int] = []
        self.heard: list[Heard] = []
        self.messages: list[Message] = []
        self.end: Ended | None = None
        self._durable = iter([*durable, *([True] * 100)])
        self._now = 0.0
        self._do(self.dialogue.begin(0.0))
        for step in [*script, "silence", "silence"]:
            if self.end is not None:
                break
            self._step(step)

    def _step(self, step: Message | str) -> None:
        if step == "cancel":
            self._do(self.dialogue.cancel(self._now))
        elif step == "silence":
            self._now = self.dialogue.due
            self._do(self.dialogue.tick(self._now))
        else:
            assert not isinstance(step, str)
            self._now += 1.0
            self.messages.append(step)
            self._do(self.dialogue.hear(step, self._now))

    def _do(self, actions: list[Action]) -> None:
        for action in actions:
            match action:
                case Send(control=control):
                    self.sent.append(control)
                case Keep(message=message, unasked=unasked):
                    durable = next(self._durable)
                    before = len(self.sent)
                    self._do(self.dialogue.kept(durable))
                    assert len(self.sent) == before + 1, "each message has one answer"
                    if isinstance(message, StatusInformation):
                        self.heard.append(Heard(message, self.sent[-1], durable, unasked))
                case Ended():
                    assert self.end is None
                    self.end = action
                case _:
                    pass


@settings(max_examples=400)
@given(WELL_BEGUN | MIDDLE, st.lists(st.booleans(), max_size=4))
def test_any_conversation_keeps_the_laws(script: list[Message | str], durable: list[bool]) -> None:
    run = Run(script, durable)
    assert run.end is not None, "every dialogue ends"
    assert run.sent.count(AUTHORISATION) == 1
    assert run.sent.count(ABORT) <= 1
    for heard in run.heard:
        if heard.answer == ACCEPTED and is_done(heard.status) and not has_totals(heard.status):
            assert heard.durable
            assert not heard.unasked
            assert heard.status == GOOD, "only what was asked for, from who was asked"
    _outcome_is_borne_out(run, Reader("cp437", "EUR").authorisation(run.end))


def _outcome_is_borne_out(run: Run, outcome: object) -> None:
    own = [each for each in run.heard if not each.unasked]
    accepted = [each for each in own if each.answer == ACCEPTED and is_done(each.status)]
    last = run.messages[-1] if run.messages else None
    match outcome:
        case Approved():
            assert isinstance(last, Completion)
            assert accepted
            assert own[-1] == accepted[-1], "nothing came after it"
            assert all(each.durable for each in own)
        case Declined() | Cancelled():
            assert not accepted, "money that was acknowledged is not declined"
            assert all(is_undone(each.status) for each in own), "a result 0 that was refused is not declined either"
            assert isinstance(last, Completion | Aborted | Negative), "the terminal's own end"
            assert all(each.durable for each in own)
        case Unknown():
            pass
        case _:
            raise AssertionError(outcome)


@given(WELL_BEGUN)
def test_plain_approval_is_never_unknown(script: list[Message | str]) -> None:
    """What bears no meaning for the money does not make it doubtful."""
    harmless = [each for each in script if isinstance(each, IntermediateStatus | PrintText | Other | Positive)]
    run = Run([Positive(0x8000), *harmless, GOOD, *harmless, Completion()], [])
    assert run.end is not None
    assert isinstance(Reader("cp437", "EUR").authorisation(run.end), Approved)
