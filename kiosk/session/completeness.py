"""What a table must prove before a visitor meets it, beside what ``Table`` refuses by itself.

- Every row can be reached: no row before it answers always.
- Each answer to an effect (``kiosk.vocabulary.answers``) is taken in the state that the row which emits it leads to.
  A row that ends the session is free of this: its answers come to nobody.
- A waiting state is entered only by asking something whose every answer leads out of it.
- From every state the start screen, or a state of set-up that hurries nobody, is reached by time alone: nobody needs
  to touch, and no bug needs to be caught.
"""

from collections.abc import Iterator, Mapping

from kiosk.session.emitted import effects_of
from kiosk.session.states import Group, State
from kiosk.session.table import Row, Table, Target, Trigger
from kiosk.vocabulary.answers import ANSWERS
from kiosk.vocabulary.effects import Effect
from kiosk.vocabulary.events import Event, Tick

Answers = Mapping[type[Effect], tuple[type[Event], ...]]


def prove(table: Table, answers: Answers = ANSWERS) -> None:
    """Raises ValueError with every gap and its place. ``answers``: what may come back for each effect."""
    if gaps := (*_unreachable(table), *_unanswered(table, answers), *_astray(table)):
        raise ValueError("the table has gaps:\n" + "\n".join(gaps))


def _unreachable(table: Table) -> Iterator[str]:
    """Rows that are never tried in a state that they name, or in any state of a group that they name."""
    for row in table.rows:
        for place in row.places:
            before = [_before(table, row, state) for state in table.states_at(place)]
            if before and (always := before[0]) is not None and None not in before:
                yield f"{_said(row)} in {place.value} is never reached: {_said(always)} answers always"


def _before(table: Table, row: Row, state: State) -> Row | None:
    """The row that keeps this one from ever being tried in this state."""
    for each in table.rows_of(state, row.trigger):
        if each is row:
            return None
        if each.answers_always:
            return each
    return None


def _unanswered(table: Table, answers: Answers) -> Iterator[str]:
    for row in table.rows:
        emitted = sorted(effects_of(row.action), key=lambda effect: effect.__name__)
        if unknown := [effect.__name__ for effect in emitted if effect not in answers]:
            yield f"{_said(row)} emits {', '.join(unknown)}, which kiosk.vocabulary.answers does not have"
            continue
        if not emitted and not isinstance(row.target, State):
            continue
        for state in _led_to(table, row):
            for effect in emitted:
                if lost := [answer.__name__ for answer in answers[effect] if not _takes(table, state, answer)]:
                    yield f"{_said(row)} emits {effect.__name__}: {state.value} does not take {', '.join(lost)}"
            if row.target is state and _waits_for_nothing(table, state, [answers[effect] for effect in emitted]):
                yield f"{_said(row)} leads to {state.value}, which waits, and asks nothing that would end that"


def _waits_for_nothing(table: Table, state: State, asked: list[tuple[type[Event], ...]]) -> bool:
    return state.group is Group.WAITING and not any(_ends(table, state, answers) for answers in asked)


def _led_to(table: Table, row: Row) -> Iterator[State]:
    """Where the session may stand after this row and still be the same visitor's."""
    match row.target:
        case Target.HOME:
            return
        case Target.STAY:
            yield from (state for state in table.states if row.covers(state))
        case Target.BACK:
            yield from (state for state in table.states if state.group in (Group.HOME, Group.CHOOSING))
        case State() as state:
            yield state


def _takes(table: Table, state: State, answer: type[Event]) -> bool:
    return any(not row.ignores for row in _tried(table, state, answer))


def _ends(table: Table, state: State, answers: tuple[type[Event], ...]) -> bool:
    """Whether there are answers to an effect, and each one leads out of the state."""
    return bool(answers) and all(
        any(row.target is not Target.STAY for row in _tried(table, state, answer)) for answer in answers
    )


def _tried(table: Table, state: State, trigger: type[Trigger]) -> list[Row]:
    """The rows of a pair that can be reached."""
    return [row for row in table.rows_of(state, trigger) if _before(table, row, state) is None]


def _astray(table: Table) -> Iterator[str]:
    home = {state for state in table.states if state.group in (Group.HOME, Group.UNHURRIED)}
    while more := {state for state in table.states if state not in home and _leads_to(table, state, home)}:
        home |= more
    for state in table.states:
        if state not in home:
            yield f"{state.value}: time alone never leads to the start screen"


def _leads_to(table: Table, state: State, reached: set[State]) -> bool:
    return any(each.target is Target.HOME or each.target in reached for each in _tried(table, state, Tick))


def _said(row: Row) -> str:
    trigger: type[Trigger] = row.trigger
    return f"{row.place}: the row on {trigger.__name__}"
