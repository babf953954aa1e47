"""``kiosk hub password LOGIN`` and ``kiosk hub unlock``: the way back in for whoever has the machine."""

import asyncio
import getpass
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

from sqlalchemy import Connection, delete

from hub.auth import people
from hub.auth.passwords import Passwords, complaint
from hub.queues.house import Site, sites
from hub.store import tables as t
from hub.store.engine import Store
from hub.store.faults import StoreFailed, StoreRefused
from hub.store.opening import DATABASE, lost, open_store

COMPLAINTS = {
    "password.short": "It is too short: ten letters at least.",
    "password.long": "It is too long: two hundred letters at most.",
    "password.easy": "It is among the first that are guessed. Take three or four words that do not belong together.",
}
Ask = Callable[[str], str]


def run_password(login: str, data: Path, ask: Ask | None = None) -> int:
    """Give a person a new password, asked for twice (or two lines of standard input); the hub may be running.

    Ends the person's sessions and the locks on the name, and lets a disabled person in again. 0 = done, 2 = not.
    """
    return _with_store(data, partial(_set_password, login=login.strip().lower(), ask=ask or _ask))


def run_unlock(data: Path) -> int:
    """Forget every wrong try, so that nobody waits any more; the hub may be running. 0 = done, 2 = not."""
    return _with_store(data, _unlock)


def _set_password(store: Store, login: str, ask: Ask) -> int:
    found = [(site, user) for site in store.read_now(sites) if (user := store.read_now(partial(_who, site.id, login)))]
    if not found:
        return _refuse(f"Nobody signs in as {login!r}. The page People shows who there is.")
    password = ask("New password: ")
    if word := complaint(password, (login, *(text for site, _ in found for text in (site.town, site.name)))):
        return _refuse(COMPLAINTS[word])
    if password != ask("Once more: "):
        return _refuse("The two are not the same.")
    kept = asyncio.run(_hashed(password))
    for site, user in found:
        store.write_now(partial(_renew, site=site, user=user, kept=kept))
    sys.stdout.write(f"{login} has the new password and is signed out everywhere.\n")
    return 0


def _who(site: str, login: str, connection: Connection) -> str | None:
    return people.by_any_login(connection, site, login)


def _renew(connection: Connection, site: Site, user: str, kept: str) -> None:
    people.change_password(connection, site.id, user, kept)
    people.enable(connection, site.id, user)
    _forget_tries(connection)


def _unlock(store: Store) -> int:
    store.write_now(_forget_tries)
    sys.stdout.write("Every wrong try is forgotten.\n")
    return 0


def _forget_tries(connection: Connection) -> None:
    """All of them: which address a locked-out person comes from nobody at the machine knows."""
    connection.execute(delete(t.sign_in_try))


def _with_store(data: Path, act: Callable[[Store], int]) -> int:
    if not (data / DATABASE).exists():
        return _refuse(lost(data) or f"There is no hub in {data}. Name its folder with --data.")
    try:
        store = open_store(data)
    except StoreRefused as fault:
        return _refuse(str(fault))
    try:
        return act(store)
    except StoreFailed as fault:
        return _refuse(str(fault))
    finally:
        store.close()


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
