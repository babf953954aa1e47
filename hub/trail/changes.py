"""An act with its entry: how something stands is looked up before and after it, and what differs is written.

So an entry says what really became another, whoever forgot to tell, and an act that was refused or changed nothing
leaves none.
"""

from collections.abc import Callable
from typing import TypeVar

from sqlalchemy import Connection

from hub.trail.entries import NOTHING, Details, Note, append

T = TypeVar("T")
Look = Callable[[Connection], Details]
"""How the thing stands now; empty = it is not there. The first of its facts is its name."""


def noted(connection: Connection, note: Note, look: Look, do: Callable[[], T]) -> T:
    """Run the act in this transaction, and write what it changed."""
    before = look(connection)
    result = do()
    after = look(connection)
    if before != after:
        append(connection, note, subject_of(after or before), *differing(before, after))
    return result


def subject_of(facts: Details) -> str:
    """The name of what is changed: the first of its facts."""
    first = next(iter(facts.values()), "")
    return first if isinstance(first, str) else ""


def differing(before: Details, after: Details) -> tuple[Details, Details]:
    """What of both is not the same; of something new or gone all that is there."""
    keys = [key for key in {**before, **after} if before.get(key) != after.get(key)]
    return _some(before, keys), _some(after, keys)


def _some(facts: Details, keys: list[str]) -> Details:
    return {key: facts[key] for key in keys if key in facts} if facts else NOTHING
