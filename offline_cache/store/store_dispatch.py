"""The registered participants: which of them makes which kind of fact durable, checked when the program is built."""

import re
from collections.abc import Callable, Iterable
from typing import Any

import apsw
import msgspec

from offline_cache.store.context import StoreContext
from offline_cache.store.participant import AtStart, FactRule, NotKept, Participant, Published, Written

_REFUSED = (apsw.ConstraintError, apsw.TooBigError, UnicodeEncodeError, OverflowError)
"""What writing a fact raises that does not fit the tables: the fact is refused and takes nothing else with it."""

_NAME = re.compile(r"[a-z][a-z_]*\Z")


class NotRegistered(Exception):
    """A fault of the program: the list of participants contradicts itself, or nobody in it knows a kind of fact."""


class Register(msgspec.Struct, frozen=True):
    """The participants, and their facts and published values by kind. Made by ``register``."""

    participants: tuple[Participant, ...]
    rules: dict[type, FactRule[Any]]
    published: dict[type, Published[Any]]

    def rule_of(self, fact: msgspec.Struct) -> FactRule[Any]:
        """Raises NotRegistered when no participant knows this kind of fact."""
        if (rule := self.rules.get(type(fact))) is None:
            raise NotRegistered(f"no store participant knows the fact {_place(type(fact))}")
        return rule

    def write(self, db: apsw.Connection, outside: StoreContext, fact: msgspec.Struct) -> Written:
        """Write it inside the caller's transaction. Raises apsw.Error when the file fails, NotRegistered."""
        rule = self.rule_of(fact)
        try:
            with db:  # a savepoint: what breaks a constraint takes nothing else with it
                written: Written = rule.write(db, outside, fact)
        except _REFUSED as error:
            return NotKept(str(error))
        return written

    def opened(self, db: apsw.Connection, outside: StoreContext) -> None:
        """Tell every participant that a file is open."""
        for each in self.participants:
            each.opened(db, outside)

    def settle(self, db: apsw.Connection, outside: StoreContext) -> tuple[AtStart, ...]:
        """Let every participant end what a crash left half done."""
        found = [each.settle(db, outside) for each in self.participants]
        return tuple(each for each in found if each is not None)

    def values(self, db: apsw.Connection, outside: StoreContext) -> dict[type, msgspec.Struct]:
        """Read every published value."""
        return {kind: each.read(db, outside) for kind, each in self.published.items()}


def register(participants: Iterable[Participant], facts: Iterable[type] = ()) -> Register:
    """Check the participants against each other and against the kinds of facts that they must know.

    Raises NotRegistered with the place of everything that is wrong.
    """
    known = tuple(participants)
    rules = [(rule, each) for each in known for rule in each.facts]
    values = [(value, each) for each in known for value in each.publishes]
    by_kind = {rule.kind: rule for rule, _ in rules}
    faults = [
        *(f"the name of the participant {each.name!r} is no name" for each in known if not _NAME.match(each.name)),
        *_twice("participant", [(each.name, "the list") for each in known]),
        *_twice("fact", [(_place(rule.kind), _where(each, rule.write)) for rule, each in rules]),
        *_twice("published value", [(_place(value.kind), _where(each, value.read)) for value, each in values]),
        *(f"no store participant knows the fact {_place(kind)}" for kind in facts if kind not in by_kind),
    ]
    if faults:
        raise NotRegistered("; ".join(faults))
    return Register(known, by_kind, {value.kind: value for value, _ in values})


def _twice(what: str, registered: list[tuple[str, str]]) -> list[str]:
    by_key: dict[str, list[str]] = {}
    for key, where in registered:
        by_key.setdefault(key, []).append(where)
    return [f"the {what} {key} is there twice: in {' and in '.join(at)}" for key, at in by_key.items() if len(at) > 1]


def _where(participant: Participant, function: Callable[..., object]) -> str:
    return f"{participant.name} ({function.__module__})"


def _place(kind: type) -> str:
    return f"{kind.__module__}.{kind.__qualname__}"
