"""Alarms as staff see them: none is buried, and no terminal makes the pages grow."""

from hub import alarms
from hub.alarms import AT_ONCE
from hub.auth import people
from hub.fleet import terminals
from hub.store.enums import AlarmKind, Role


def raised(hall, kind: AlarmKind, subject: str, terminal: str) -> None:
    hall.do(alarms.raise_alarm, hall.site, kind, subject, hall.clock.forward(1), terminal)


def test_one_terminal_with_many_alarms_hides_no_other(hall) -> None:
    assert hall.do(terminals.add_terminal, hall.site, "t2", "Terminal 2", hall.clock()) is None
    for n in range(1000):
        raised(hall, AlarmKind.PAYMENT_CASE, f"{n:04}", "t1")
    raised(hall, AlarmKind.PAYMENT_CASE, "its own", "t2")
    raised(hall, AlarmKind.LEDGER, "another", "t1")
    shown = [each.subject for each in hall.see(alarms.standing, hall.site)]
    assert shown == [*(f"{n:04}" for n in range(AT_ONCE)), "its own", "another"]


def test_the_next_alarm_stands_when_one_is_noted(hall) -> None:
    hall.do(people.add, hall.site, "u1", "anna", "Anna", Role.CLERK, "$argon2id$none", hall.clock())
    for n in range(AT_ONCE + 1):
        raised(hall, AlarmKind.PAYMENT_CASE, str(n), "t1")
    assert hall.do(alarms.note, hall.site, AlarmKind.PAYMENT_CASE, "0", "u1", hall.clock())
    assert [each.subject for each in hall.see(alarms.standing, hall.site)] == [str(n + 1) for n in range(AT_ONCE)]
