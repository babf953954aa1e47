"""``kiosk hub password LOGIN`` and ``kiosk hub unlock``: the way back in for whoever has the machine."""

import asyncio
import getpass
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

from sqlalchemy import Connection

from hub.auth import people, tries
from hub.auth.passwords import Passwords, complaint
from hub.clock import system_ms
from hub.sites import Site, sites
from hub.store.command import on_store
from hub.store.engine import Store
from hub.trail import looks
from hub.trail.changes import subject_of
from hub.trail.entries import Note, append
from hub.trail.machine import machine_user
from hub.trail.words import What

COMPLAINTS = {
    "password.short": "It is too short: ten letters at least.",
    "password.long": "It is too long: two hundred letters at most.",
    "password.easy": "It is among the first that are guessed. Take three or four words that do not belong together.",
}
Ask = Callable[[str], str]


def run_password(login: str, data: Path, ask: Ask | None = None) -> int:
    """Give a person a new password, asked for twice (or two lines of standard input); the hub may be running.

    Ends the person's sessions and known devices and everybody's locks, and lets a disabled person in again. They must
    change it when they sign in. 0 = done, 2 = not.
    """
    return on_store(data, partial(_set_password, login=login.strip().lower(), ask=ask or _ask), _refuse)


def run_unlock(data: Path) -> int:
    """Forget every wrong try: nobody waits any more, no name and no device is locked. The hub may be running.

    0 = done, 2 = not.
    """
    return on_store(data, _unlock, _refuse)


def _set_password(store: Store, login: str, ask: Ask) -> int:
    found = [(site, who) for site in store.read_now(sites) if (who := store.read_now(partial(_who, site.id, login)))]
    if not found:
        return _refuse(f"Nobody signs in as {login!r}. The page People shows who there is.")
    password = ask("New password: ")
    if word := complaint(password, (login, *(text for site, who in found for text in (who[1], site.town, site.name)))):
        return _refuse(COMPLAINTS[word])
    if password != ask("Once more: "):
        return _refuse("The two are not the same.")
    kept = asyncio.run(_hashed(password))
    for site, who in found:
        store.write_now(partial(_renew, site=site, user=who[0], kept=kept))
    sys.stdout.write(f"{login} has the new password, is signed out everywhere, and must change it when signing in.\n")
    return 0


def _who(site: str, login: str, connection: Connection) -> tuple[str, str] | None:
    return people.by_any_login(connection, site, login)


def _renew(connection: Connection, site: Site, user: str, kept: str) -> None:
    people.change_password(connection, site.id, user, kept, handed_out=True)
    people.enable(connection, site.id, user)
    tries.forget_everything(connection)
    login = subject_of(looks.person(site.id, user)(connection))
    append(connection, Note(site=site.id, who=machine_user(), what=What.PERSON_PASSWORD, now_ms=system_ms()), login)


def _unlock(store: Store) -> int:
    store.write_now(_forget_everything_noted)
    sys.stdout.write("Every wrong try is forgotten.\n")
    return 0


def _forget_everything_noted(connection: Connection) -> None:
    tries.forget_everything(connection)
    for site in sites(connection):
        append(connection, Note(site=site.id, who=machine_user(), what=What.SIGN_INS_UNLOCKED, now_ms=system_ms()))


async def _hashed(password: str) -> str:
    passwords = Passwords()
    try:
        return await passwords.hash(password)
    finally:
        passwords.close()


def _ask(prompt: str) -> str:
    return getpass.getpass(prompt) if sys.stdin.isatty() else sys.stdin.readline().rstrip("\n")


def _refuse(sentence: str) -> int:
    sys.stderr.write(f"{sentence}\nNothing was changed.\n")
    return 2
