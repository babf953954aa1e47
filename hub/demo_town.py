"""The demo town: a site that is set up, with people of every role, counters, the demo catalogue and a terminal's code.

The passwords are printed on the demo's own screen; a demo hub binds to loopback only.
"""

import asyncio
import secrets
from functools import partial
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import Connection

from hub.auth import people
from hub.auth.passwords import Passwords
from hub.catalogue.demo import always_open, demo_catalogue
from hub.catalogue.publication import publishing
from hub.clock import system_ms
from hub.fleet import terminals
from hub.sites import sites
from hub.store.enums import Role
from hub.store.opening import open_store
from hub.web.admin.site_setup import Administrator, NewHouse, create_site, usual_hours
from kiosk import private
from kiosk.vocabulary.ids import IdMaker

PASSWORD = "Lindenhof-2026"
PEOPLE = (
    ("anna", "Anna Albrecht", Role.CLERK),
    ("bernd", "Bernd Brandt", Role.SUPERVISOR),
    ("carla", "Carla Conrad", Role.CASH_OFFICE),
    ("dora", "Dora Dietz", Role.EDITOR),
    ("emil", "Emil Ernst", Role.TECHNICIAN),
)
ADMINISTRATOR = ("frida", "Frida Fuchs")


class Filled(NamedTuple):
    """What the demo prints: accounts as (login, password, role), and a terminal's enrolment code."""

    accounts: tuple[tuple[str, str, str], ...]
    code: str


def fill(folder: Path, base_url: str, timezone: str = "Europe/Berlin") -> Filled:
    """Found the demo town in this data folder (once) and make a new code for its terminal."""
    private.make(folder)
    store = open_store(folder)
    try:
        if not store.read_now(sites):
            kept = _hashed(PASSWORD)
            store.write_now(partial(_found, base_url=base_url, timezone=timezone, kept=kept))
        code = store.write_now(_new_code)
    finally:
        store.close()
    accounts = ((ADMINISTRATOR[0], PASSWORD, Role.ADMINISTRATOR), *((p[0], PASSWORD, p[2]) for p in PEOPLE))
    return Filled(tuple((login, password, role.value) for login, password, role in accounts), code)


def _hashed(password: str) -> str:
    passwords = Passwords()
    try:
        return asyncio.run(passwords.hash(password))
    finally:
        passwords.close()


def _found(connection: Connection, base_url: str, timezone: str, kept: str) -> None:
    now_ms, new_id = system_ms(), IdMaker(system_ms, secrets.randbits)
    new = NewHouse(
        town="Stadt Musterstadt",
        name="Bürgerhaus am Wall",
        timezone=timezone,
        base_url=base_url,
        hours=usual_hours(),
        catalogue="demo",
        counters=6,
        counter_word="Schalter",
        terminal_name="Terminal 1",
    )
    founded = create_site(connection, new, Administrator(ADMINISTRATOR[0], ADMINISTRATOR[1], kept), new_id, now_ms)
    for login, name, role in PEOPLE:
        people.add(connection, founded.site, new_id(), login, name, role, kept, now_ms)
    # Open day and night, so that the demo gives numbers whenever somebody tries it.
    published = publishing.publish(connection, founded.site, always_open(demo_catalogue()), "demo", now_ms)
    if not isinstance(published, publishing.InForce):
        raise ValueError(str(published))


def _new_code(connection: Connection) -> str:
    now_ms = system_ms()
    site = sites(connection)[0].id
    first = terminals.terminals_now(connection, site, now_ms)[0]
    code = terminals.make_code(secrets.randbelow)
    terminals.add_code(connection, site, first.id, code, now_ms)
    return code
