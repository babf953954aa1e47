"""Passwords, throttle, sessions, rights: what keeps strangers out and staff in."""

import asyncio
from functools import partial
from typing import Any

import pytest
from argon2.exceptions import VerifyMismatchError

from hub.auth import people, sessions
from hub.auth.first_run import is_good, new_token, use_up
from hub.auth.passwords import Passwords, complaint
from hub.auth.rights import RIGHTS, Right, may
from hub.auth.sign_in import Answer, SignedIn, SignInService, TooManyTries, WrongPassword
from hub.auth.throttle import HOUR, PER_ADDRESS, PER_NAME, SECOND, Tries, failed, wait_ms
from hub.store.engine import Store
from hub.store.enums import Role

SITE = "rathaus"
GOOD = "Kastanie am Markt"
CHEAP = Passwords(memory_kib=8 * 1024, passes=1)


class Door:
    """A hall with Anna, and somebody who tries to sign in."""

    def __init__(self, hall: Any) -> None:
        self.hall = hall
        self.sign_ins = SignInService(hall.store, CHEAP, hall.clock, hall.clock)
        kept = asyncio.run(CHEAP.hash(GOOD))
        assert hall.do(people.add, SITE, "u1", "anna", "Anna Albrecht", Role.CLERK, kept, hall.clock())

    def attempt(self, password: str, login: str = "anna", address: str = "10.0.0.7") -> Answer:
        return asyncio.run(self.sign_ins.sign_in(SITE, login, password, address))

    def person(self, token: str) -> sessions.Person | None:
        return self.hall.see(sessions.find, token, self.hall.clock())


@pytest.fixture
def door(hall: Any) -> Door:
    return Door(hall)


def test_the_right_password_opens_a_session(door: Door) -> None:
    answer = door.attempt(GOOD, login=" Anna ")
    assert isinstance(answer, SignedIn)
    person = door.person(answer.token)
    assert person is not None
    assert (person.login, person.role) == ("anna", Role.CLERK)


def test_the_token_itself_is_kept_nowhere(door: Door) -> None:
    answer = door.attempt(GOOD)
    assert isinstance(answer, SignedIn)
    door.hall.store.close()
    files = list(door.hall.store.path.parent.glob("hub.db*"))
    assert files
    assert all(answer.token.encode() not in file.read_bytes() for file in files)
    assert all(GOOD.encode() not in file.read_bytes() for file in files)


def test_unknown_and_wrong_answer_the_same(door: Door) -> None:
    assert door.attempt("falsch") == door.attempt(GOOD, login="niemand") == WrongPassword()


def test_after_five_failures_even_the_right_password_must_wait(door: Door) -> None:
    answers = [door.attempt("falsch") for _ in range(5)]
    assert answers == [WrongPassword()] * 4 + [WrongPassword(15)], "the last one says how long to wait"
    assert door.attempt(GOOD) == TooManyTries(15)
    door.hall.clock.forward(15_000)
    assert isinstance(door.attempt(GOOD), SignedIn)


def test_a_name_nobody_has_is_throttled_alike(door: Door) -> None:
    answers = [door.attempt("falsch", login="niemand") for _ in range(6)]
    assert answers == [WrongPassword()] * 4 + [WrongPassword(15), TooManyTries(15)]


def test_the_throttle_survives_a_restart(door: Door) -> None:
    for _ in range(5):
        door.attempt("falsch")
    path = door.hall.store.path
    door.hall.store.close()
    reopened = Store(path)
    try:
        again = SignInService(reopened, CHEAP, door.hall.clock, door.hall.clock)
        assert isinstance(asyncio.run(again.sign_in(SITE, "anna", GOOD, "10.0.0.8")), TooManyTries)
    finally:
        reopened.close()


def test_a_try_is_counted_before_the_password_is_looked_at(door: Door) -> None:
    """A crash while argon2 works must forgive nothing; neither must tries sent side by side."""

    async def storm() -> list[Answer]:
        tries = [door.sign_ins.sign_in(SITE, "anna", "falsch", "10.0.0.7") for _ in range(20)]
        return await asyncio.gather(*tries)

    answers = asyncio.run(storm())
    assert [type(answer) for answer in answers].count(WrongPassword) == 5


def test_success_forgets_the_failures(door: Door) -> None:
    for _ in range(3):
        for _ in range(4):
            door.attempt("falsch")
        assert isinstance(door.attempt(GOOD), SignedIn)


def test_one_address_that_tries_many_names_is_slowed(door: Door) -> None:
    answers = [door.attempt("falsch", login=f"name{n}") for n in range(31)]
    assert answers[-1] == TooManyTries(5)
    assert isinstance(door.attempt(GOOD, address="10.0.0.99"), SignedIn)


def test_many_people_behind_one_address_sign_in_without_waiting(door: Door) -> None:
    assert all(isinstance(door.attempt(GOOD), SignedIn) for _ in range(40))


def test_waits_double_up_to_an_hour() -> None:
    waits = [wait_ms(PER_NAME, Tries(n, 0), 0) for n in range(4, 16)]
    assert waits[:4] == [0, 15 * SECOND, 30 * SECOND, 60 * SECOND]
    assert waits[-1] == HOUR


def test_a_clock_set_back_shortens_no_wait() -> None:
    tries = failed(PER_NAME, Tries(5, 1_000_000), 400)
    assert tries.last_ms == 1_000_000
    assert wait_ms(PER_NAME, tries, 400) == 30 * SECOND


def test_an_address_is_forgiven_after_an_hour_of_quiet() -> None:
    assert wait_ms(PER_ADDRESS, Tries(99, 0), HOUR + 1) == 0
    assert failed(PER_ADDRESS, Tries(99, 0), HOUR + 1).failures == 1


def test_a_name_nobody_has_costs_the_work_of_a_real_check() -> None:
    assert not CHEAP.outdated(CHEAP._nobody), "a hash with today's settings"
    with pytest.raises(VerifyMismatchError):  # it is worked through to its end, not refused by its form
        CHEAP._hasher.verify(CHEAP._nobody, GOOD)


def test_a_session_ends_when_nobody_touches_it(door: Door) -> None:
    answer = door.attempt(GOOD)
    assert isinstance(answer, SignedIn)
    door.hall.clock.forward(sessions.IDLE_MS - 1)
    assert door.person(answer.token) is not None
    door.hall.clock.forward(1)
    assert door.person(answer.token) is None


def test_a_session_ends_after_a_working_day_however_busy(door: Door) -> None:
    answer = door.attempt(GOOD)
    assert isinstance(answer, SignedIn)
    for _ in range(sessions.ABSOLUTE_MS // (30 * 60_000) - 1):
        door.hall.clock.forward(30 * 60_000)
        person = door.person(answer.token)
        assert person is not None
        door.hall.do(sessions.touch, person, door.hall.clock())
    door.hall.clock.forward(30 * 60_000)
    assert door.person(answer.token) is None


def test_disabling_a_person_ends_the_session(door: Door) -> None:
    answer = door.attempt(GOOD)
    assert isinstance(answer, SignedIn)
    assert door.hall.do(people.disable, SITE, "u1", door.hall.clock())
    assert door.person(answer.token) is None
    assert door.attempt(GOOD) == WrongPassword()


def test_a_new_password_ends_the_sessions_but_ones_own(door: Door) -> None:
    mine, other = door.attempt(GOOD), door.attempt(GOOD)
    assert isinstance(mine, SignedIn)
    assert isinstance(other, SignedIn)
    me = door.person(mine.token)
    assert me is not None
    kept = asyncio.run(CHEAP.hash("Neues Wort 2026"))
    door.hall.do(people.change_password, SITE, "u1", kept, me.token_hash)
    assert door.person(mine.token) is not None
    assert door.person(other.token) is None


def test_a_hash_of_older_settings_is_renewed_at_sign_in(door: Door) -> None:
    strong = Passwords(memory_kib=9 * 1024, passes=1)
    answer = asyncio.run(
        SignInService(door.hall.store, strong, door.hall.clock, door.hall.clock).sign_in(SITE, "anna", GOOD, "::1")
    )
    assert isinstance(answer, SignedIn)
    _, kept = door.hall.see(people.by_login, SITE, "anna")
    assert not strong.outdated(kept)
    assert door.person(answer.token) is not None
    strong.close()


def test_the_last_administrator_cannot_be_lost(door: Door) -> None:
    hall = door.hall
    kept = asyncio.run(CHEAP.hash(GOOD))
    assert hall.do(people.add, SITE, "u2", "frida", "Frida", Role.ADMINISTRATOR, kept, hall.clock())
    assert not hall.do(people.disable, SITE, "u2", hall.clock())
    assert not hall.do(people.change_role, SITE, "u2", Role.CLERK)
    assert hall.do(people.change_role, SITE, "u1", Role.ADMINISTRATOR)
    assert hall.do(people.disable, SITE, "u2", hall.clock())


def test_a_login_is_given_once(door: Door) -> None:
    assert not door.hall.do(people.add, SITE, "u9", "anna", "Andere", Role.CLERK, asyncio.run(CHEAP.hash(GOOD)), 1)


@pytest.mark.parametrize(
    ("password", "word"),
    [
        ("kurz", "password.short"),
        ("a" * 12, "password.easy"),
        ("abababababab", "password.easy"),
        ("Anna-2026-Anna", "password.easy"),
        ("x" * 201, "password.long"),
        (GOOD, None),
    ],
)
def test_what_can_be_a_password(password: str, word: str | None) -> None:
    assert complaint(password, ("anna",)) == word


def test_every_role_has_its_rights_and_the_administrator_all() -> None:
    assert RIGHTS.keys() == set(Role)
    assert RIGHTS[Role.ADMINISTRATOR] == set(Right)
    manages = {right: {role for role in Role if may(role, right)} for right in Right}
    assert manages[Right.USERS] == manages[Right.SITE] == {Role.ADMINISTRATOR}
    assert manages[Right.TERMINALS] == manages[Right.OPERATION] == {Role.TECHNICIAN, Role.ADMINISTRATOR}
    assert manages[Right.CALL] == {Role.CLERK, Role.SUPERVISOR, Role.CASH_OFFICE, Role.ADMINISTRATOR}
    assert manages[Right.QUEUES] == {Role.SUPERVISOR, Role.EDITOR, Role.ADMINISTRATOR}


def test_the_set_up_link_works_once_and_only_the_newest(store: Store) -> None:
    old = store.write_now(partial(new_token, now_ms=1))
    token = store.write_now(partial(new_token, now_ms=2))
    assert old is not None
    assert token is not None
    assert not store.read_now(partial(is_good, token=old))
    assert store.read_now(partial(is_good, token=token))
    assert store.write_now(partial(use_up, token=token, now_ms=3))
    assert not store.write_now(partial(use_up, token=token, now_ms=4))


def test_a_founded_house_offers_no_set_up(hall: Any) -> None:
    assert hall.do(new_token, hall.clock()) is None
