"""A forgotten password and a lock are no end for whoever has the machine."""

import io
from functools import partial

import pytest

from hub.auth import devices, people, sessions
from hub.auth.cli import run_password, run_unlock
from hub.auth.passwords import Passwords
from hub.store.enums import Role
from kiosk.cli import main

NEW = "vier blaue Boote"


@pytest.fixture
def anna(hall) -> str:
    hall.do(
        people.add, hall.site, "u1", "anna", "Anna Wintersberger", Role.ADMINISTRATOR, "$argon2id$none", hall.clock()
    )
    return "u1"


def folder(hall):
    return hall.store.path.parent


def said(monkeypatch: pytest.MonkeyPatch, *lines: str) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("".join(f"{line}\n" for line in lines)))


def tries(hall) -> int:
    return hall.see(lambda c: c.exec_driver_sql("SELECT count(*) FROM sign_in_try").fetchone()[0])


def test_a_new_password_ends_sessions_devices_locks_and_being_disabled(hall, anna: str, monkeypatch, capsys) -> None:
    hall.do(lambda c: c.exec_driver_sql("INSERT INTO sign_in_try VALUES (?, 'name:x', 9, ?)", (hall.site, 1)))
    token = hall.do(sessions.begin, hall.site, anna, hall.clock())
    hall.do(devices.remember, hall.site, anna, hall.clock())
    hall.do(lambda c: c.exec_driver_sql("UPDATE user SET disabled_ms = 1"))
    said(monkeypatch, NEW, NEW)
    assert main(["hub", "password", "ANNA", "--data", str(folder(hall))]) == 0
    _, kept = hall.see(people.by_login, hall.site, "anna")
    passwords = Passwords()
    assert passwords._verify(kept, NEW)
    passwords.close()
    assert hall.see(partial(sessions.find, token=token, steady_ms=hall.clock())) is None
    assert hall.see(devices.of_person, hall.site, anna) == []
    assert tries(hall) == 0
    assert NEW not in capsys.readouterr().out
    (account,) = hall.see(people.accounts, hall.site)
    assert account.handed_out, "whoever has the machine knows it too: it is changed at the first sign-in"


@pytest.mark.parametrize(
    ("login", "lines", "why"),
    [
        ("berta", (NEW, NEW), "Nobody signs in"),
        ("anna", ("kurz", "kurz"), "too short"),
        ("anna", ("Musterstadt26", "Musterstadt26"), "guessed"),
        ("anna", ("Wintersberger1", "Wintersberger1"), "guessed"),
        ("anna", (NEW, NEW + "!"), "not the same"),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_changes(
    hall, anna: str, monkeypatch, capsys, login: str, lines: tuple[str, ...], why: str
) -> None:
    said(monkeypatch, *lines)
    assert run_password(login, folder(hall)) == 2
    assert why in capsys.readouterr().err
    assert hall.see(people.by_login, hall.site, "anna") == (anna, "$argon2id$none")


def test_unlock_forgets_every_try(hall, capsys) -> None:
    hall.do(lambda c: c.exec_driver_sql("INSERT INTO sign_in_try VALUES (?, 'name:x', 9, ?)", (hall.site, 1)))
    assert run_unlock(folder(hall)) == 0
    assert tries(hall) == 0


def test_a_folder_without_a_hub_is_refused(tmp_path, capsys) -> None:
    assert run_unlock(tmp_path) == 2
    assert "no hub" in capsys.readouterr().err
