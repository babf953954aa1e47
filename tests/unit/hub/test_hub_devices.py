"""A known device of a person: strangers' tries elsewhere do not lock it, its own do; it is worth nothing to others."""

import asyncio
import threading
from typing import Any

import pytest

from hub.auth import devices, people, tries
from hub.auth.cli import run_unlock
from hub.auth.passwords import Passwords
from hub.auth.sign_in import Answer, Caller, Locked, SignedIn, SignInService, TooManyTries, WrongPassword, settle
from hub.auth.throttle import HOUR, LOCK_AT
from hub.fleet.terminals import secret_hash
from hub.store.enums import Role

SITE = "rathaus"
GOOD = "Kastanie am Markt"
CHEAP = Passwords(memory_kib=64, passes=1)
KEPT = asyncio.run(CHEAP.hash(GOOD))
OFFICE, STRANGER = "192.0.2.7", "198.51.100.9"


class Hall:
    """Frida the administrator and Anna the clerk, and whoever tries their names."""

    def __init__(self, hall: Any) -> None:
        self.hall = hall
        self.sign_ins = SignInService(hall.store, CHEAP, hall.clock, hall.clock)
        for ident, login, role in (("u1", "frida", Role.ADMINISTRATOR), ("u2", "anna", Role.CLERK)):
            assert hall.do(people.add, SITE, ident, login, login.title(), role, KEPT, hall.clock())

    def attempt(self, password: str = GOOD, login: str = "frida", address: str = OFFICE, device: str = "") -> Answer:
        return asyncio.run(self.sign_ins.sign_in(SITE, login, password, address, device))

    def device(self, login: str = "frida") -> str:
        """The token of a device at which this person signs in for the first time."""
        answer = self.attempt(login=login)
        assert isinstance(answer, SignedIn)
        assert answer.device
        return answer.device

    def lock(self, login: str = "frida", address: str = STRANGER, device: str = "") -> list[Answer]:
        """Give wrong passwords, each when it is looked at, until none is."""
        answers: list[Answer] = []
        for _ in range(LOCK_AT):
            answers.append(self.attempt("falsch", login, address, device))
            self.hall.clock.forward(HOUR)
        return answers


@pytest.fixture
def at(hall: Any) -> Hall:
    return Hall(hall)


def test_strangers_tries_do_not_lock_a_known_device(at: Hall) -> None:
    device = at.device()
    for _ in range(6):
        at.attempt("falsch", address=STRANGER)
    assert isinstance(at.attempt(address=OFFICE), TooManyTries), "a new device waits"
    assert isinstance(at.attempt(device=device), SignedIn)
    at.lock()
    assert at.attempt(address=OFFICE) == Locked(device=False)
    assert isinstance(at.attempt(device=device), SignedIn)


def test_thirty_wrong_names_behind_a_proxy_do_not_lock_the_desks(at: Hall) -> None:
    frida, anna = at.device(), at.device("anna")
    for n in range(31):
        at.attempt("falsch", login=f"name{n}")
    assert isinstance(at.attempt(login="anna"), TooManyTries)
    assert isinstance(at.attempt(device=frida), SignedIn)
    assert isinstance(at.attempt(login="anna", device=anna), SignedIn)


def test_a_known_device_has_its_own_count_and_its_own_lock(at: Hall) -> None:
    first, second = at.device(), at.device()
    answers = [at.attempt("falsch", device=first) for _ in range(6)]
    assert answers == [WrongPassword()] * 4 + [WrongPassword(15), TooManyTries(15)]
    assert isinstance(at.attempt(device=second), SignedIn)
    assert isinstance(at.attempt(), SignedIn), "nor does it count for the name"
    at.hall.clock.forward(HOUR)
    at.lock(device=first)
    at.hall.clock.forward(30 * 24 * HOUR)
    assert at.attempt(device=first) == Locked(device=True)
    assert isinstance(at.attempt(device=second), SignedIn)


@pytest.mark.parametrize("login", ["frida", "niemand"])
def test_fifteen_wrong_passwords_lock_unknown_devices_whoever_has_the_name(at: Hall, login: str) -> None:
    answers = at.lock(login)
    assert [type(each) for each in answers] == [WrongPassword] * 14 + [Locked]
    at.hall.clock.forward(8 * 24 * HOUR)
    at.hall.do(tries.sweep, at.hall.clock())
    assert at.attempt(login=login, address="203.0.113.2") == Locked(device=False)


def test_waits_before_the_lock_let_few_guesses_through(at: Hall) -> None:
    """Fifteen in all, however they are sent; NIST SP 800-63B allows a hundred."""
    looked = 0
    for _ in range(24 * 60):
        looked += isinstance(at.attempt("falsch", address=STRANGER), WrongPassword | Locked)
        if isinstance(at.attempt("falsch", address=STRANGER), Locked):
            break
        at.hall.clock.forward(HOUR // 60)
    assert looked <= LOCK_AT


def test_another_persons_device_is_a_strangers(at: Hall) -> None:
    annas = at.device("anna")
    at.lock()
    assert at.attempt(device=annas) == Locked(device=False)
    assert isinstance(at.attempt(login="anna", device=annas), SignedIn)
    fridas = at.attempt(device="x" * 43)
    assert fridas == Locked(device=False), "nor is an invented one"


def test_wrong_tries_with_anothers_device_count_for_the_name(at: Hall) -> None:
    annas = at.device("anna")
    for _ in range(5):
        at.attempt("falsch", device=annas)
    assert isinstance(at.attempt(), TooManyTries)
    assert isinstance(at.attempt(login="anna", device=annas), SignedIn)


def test_the_right_password_at_a_known_device_forgives_strangers_nothing(at: Hall) -> None:
    device = at.device()
    for _ in range(4):
        at.attempt("falsch", address=STRANGER)
    assert isinstance(at.attempt(device=device), SignedIn)
    assert at.attempt("falsch", address=STRANGER) == WrongPassword(15)


def test_a_device_stays_the_same_until_it_ends(at: Hall) -> None:
    device = at.device()
    for _ in range(3):
        answer = at.attempt(device=device)
        assert isinstance(answer, SignedIn)
        assert answer.device == "", "the cookie stays as it is"
    assert len(at.hall.see(devices.of_person, SITE, "u1")) == 1


def test_only_the_hash_of_a_device_is_kept(at: Hall) -> None:
    device = at.device()
    (kept,) = at.hall.see(devices.of_person, SITE, "u1")
    assert kept.token_hash == secret_hash(device)
    at.hall.store.close()
    assert all(device.encode() not in file.read_bytes() for file in at.hall.store.path.parent.glob("hub.db*"))


@pytest.mark.parametrize("end", ["reset", "disabled", "forgotten"])
def test_what_ends_the_devices(at: Hall, end: str) -> None:
    anna, frida = at.device("anna"), at.device()
    at.attempt("falsch", login="anna", device=anna)
    if end == "reset":
        at.hall.do(people.change_password, SITE, "u2", KEPT)
    elif end == "disabled":
        assert at.hall.do(people.disable, SITE, "u2", at.hall.clock())
        at.hall.do(people.enable, SITE, "u2")
    else:
        at.hall.do(devices.forget_all, SITE, "u2")
    at.lock("anna")
    assert at.attempt(login="anna", device=anna) == Locked(device=False)
    assert isinstance(at.attempt(device=frida), SignedIn), "others keep theirs"
    left = at.hall.see(
        lambda c: c.exec_driver_sql("SELECT count(*) FROM sign_in_try WHERE whose LIKE 'device:%'").scalar()
    )
    assert left == 0


def test_a_new_password_ends_the_lock(at: Hall) -> None:
    """Whoever gets one has no known device any more: the lock would keep them out with it."""
    at.device("anna")
    at.lock("anna")
    at.hall.do(people.change_password, SITE, "u2", KEPT, handed_out=True)
    assert isinstance(at.attempt(login="anna"), SignedIn)


def test_unlock_at_the_machine_ends_both_locks(at: Hall) -> None:
    device = at.device()
    at.lock()
    at.lock(device=device)
    assert at.attempt(device=device) == Locked(device=True)
    assert run_unlock(at.hall.store.path.parent) == 0
    assert isinstance(at.attempt(device=device), SignedIn)
    assert isinstance(at.attempt(), SignedIn)


def test_an_administrator_sees_and_ends_locks(at: Hall) -> None:
    device = at.device("anna")
    at.lock("frida")
    at.lock("anna", device=device)
    for _ in range(4):
        at.attempt("falsch", "niemand")
    assert at.hall.see(tries.of_people, SITE) == {"u1": LOCK_AT, "u2": LOCK_AT}
    at.hall.do(people.unlock, SITE, "u2")
    assert at.hall.see(tries.of_people, SITE) == {"u1": LOCK_AT}
    assert isinstance(at.attempt(login="anna", device=device), SignedIn)


def test_a_device_nobody_used_for_a_year_is_a_strangers_again(at: Hall) -> None:
    device = at.device()
    at.hall.clock.forward(devices.LIVES_MS - 1)
    assert isinstance(at.attempt(device=device), SignedIn)
    at.hall.clock.forward(devices.LIVES_MS)
    answer = at.attempt(device=device)
    assert isinstance(answer, SignedIn)
    assert answer.device not in ("", device)


def test_so_many_devices_are_kept_of_one_person(at: Hall) -> None:
    first = at.device()
    for _ in range(devices.MOST):
        at.hall.clock.forward(1000)
        at.hall.do(devices.remember, SITE, "u1", at.hall.clock())
    assert len(at.hall.see(devices.of_person, SITE, "u1")) == devices.MOST
    assert at.hall.see(devices.known, SITE, "frida", first, at.hall.clock()) is None


def test_a_queue_of_strangers_does_not_hold_up_a_known_device(at: Hall) -> None:
    """The work of one password takes long; who is known has a thread that strangers cannot fill."""
    device, done, free = at.device(), list[str](), threading.Event()
    verify = CHEAP._verify

    def slow(kept: str, password: str) -> bool:
        if password == "falsch":
            assert free.wait(300)
        return verify(kept, password)

    async def both() -> None:
        sign_ins = SignInService(at.hall.store, passwords, at.hall.clock, at.hall.clock)

        async def attempt(password: str, login: str, token: str = "") -> None:
            answer = await sign_ins.sign_in(SITE, login, password, STRANGER, token)
            done.append(type(answer).__name__)
            free.set()

        strangers = [attempt("falsch", f"name{n}") for n in range(5)]
        await asyncio.gather(*strangers, attempt(GOOD, "frida", device))

    passwords = Passwords(memory_kib=64, passes=1)
    passwords._verify = slow  # type: ignore[method-assign]
    asyncio.run(both())
    passwords.close()
    assert done == ["SignedIn"] + ["WrongPassword"] * 5


def test_a_refusal_needs_no_write(at: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nor does it wait for one: numbers are written meanwhile."""
    for _ in range(5):
        at.attempt("falsch")
    monkeypatch.setattr(at.hall.store, "write", None)
    assert at.attempt() == TooManyTries(15)


def test_a_flood_of_names_is_forgotten_but_nobodys_count(at: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tries, "MOST", 4)
    device = at.device()
    at.attempt("falsch")
    at.attempt("falsch", device=device)
    for n in range(12):
        at.hall.clock.forward(1000)
        at.attempt("falsch", f"name{n}", f"198.51.100.{n}")
    at.hall.clock.forward(1000)
    at.hall.do(tries.sweep, at.hall.clock())
    kept = at.hall.see(lambda c: c.exec_driver_sql("SELECT count(*) FROM sign_in_try").scalar())
    assert kept == 4 + 2, "four of strangers, one of the name and one of the device"


def test_tries_at_a_device_are_counted_before_the_password_is_looked_at(at: Hall) -> None:
    device = at.device()

    async def storm() -> list[Answer]:
        return await asyncio.gather(*(at.sign_ins.sign_in(SITE, "frida", "falsch", OFFICE, device) for _ in range(20)))

    assert [type(each) for each in asyncio.run(storm())].count(WrongPassword) == 5


def test_a_password_that_is_changed_meanwhile_opens_nothing(at: Hall) -> None:
    found = asyncio.run(at.sign_ins.check(SITE, "anna", GOOD, Caller(OFFICE)))
    other = asyncio.run(CHEAP.hash("Neues Wort am Markt"))
    at.hall.do(people.change_password, SITE, "u2", other)
    assert not at.hall.do(settle, found)


def test_todays_settings_end_no_session_and_no_device(at: Hall) -> None:
    """The hash is made anew at a sign-in: that is no new password."""
    device = at.device()
    strong = Passwords(memory_kib=128, passes=1)
    answer = asyncio.run(
        SignInService(at.hall.store, strong, at.hall.clock, at.hall.clock).sign_in(SITE, "frida", GOOD, OFFICE, device)
    )
    assert isinstance(answer, SignedIn)
    assert answer.device == ""
    assert at.hall.see(devices.known, SITE, "frida", device, at.hall.clock()) is not None
    assert not strong.outdated(at.hall.see(people.by_login, SITE, "frida")[1])
    strong.close()
