"""``kiosk hub rotate-key``: the key that comes next signs from now on, and no terminal is left behind unnoticed.

A terminal knows two keys and learns of a new one by a manifest that one of these has signed. So a rotation is safe for
whoever knows the key that comes next: who followed a manifest that named it, or was enrolled since. ``created_ms`` of
that key says which manifests do: it is the number (``seq``, Unix seconds) of the first one.
"""

import sys
from functools import partial
from pathlib import Path

import msgspec
from sqlalchemy import Connection, select

from hub.catalogue.content import state
from hub.catalogue.publication import signing
from hub.clock import system_ms
from hub.sites import sites
from hub.store import tables as t
from hub.store.command import on_store
from hub.store.engine import Store
from hub.store.faults import StoreFailed
from hub.store.sql import run
from hub.trail.entries import Note, append
from hub.trail.machine import machine_user
from hub.trail.words import What


class Rotated(msgspec.Struct, frozen=True):
    """Done: the key that signs from now on, and the one that did (their ids)."""

    signs: str
    retired: str


class Behind(msgspec.Struct, frozen=True):
    """Not done: these terminals, by name, would not know the key that signs."""

    terminals: tuple[str, ...]


def rotate(connection: Connection, site: str, now_ms: int, *, accept: bool = False) -> Rotated | Behind:
    """Have the next key sign, and tell it by a new manifest; ``accept`` leaves terminals behind."""
    signing.ensure(connection, site, now_ms)
    if not accept and (left := behind(connection, site)):
        return Behind(left)
    before = signing.signer(connection, site)
    state.reissue(connection, site, now_ms)
    told = state.read(connection, site)
    signing.rotate(connection, site, told.seq * 1000 if told else now_ms)
    after = signing.signer(connection, site)
    assert before is not None, "made above"
    assert after is not None, "made above"
    return Rotated(signs=after.kid, retired=before.kid)


def behind(connection: Connection, site: str) -> tuple[str, ...]:
    """The enrolled terminals that do not know the key that comes next."""
    key = t.signing_key.c
    since = connection.execute(select(key.created_ms).where(key.site_id == site, key.state == "next")).scalar_one()
    rows = run(
        connection,
        "SELECT t.name FROM terminal t LEFT JOIN terminal_status s ON s.site_id = t.site_id AND s.terminal_id = t.id"
        " WHERE t.site_id = ? AND t.key_hash IS NOT NULL AND t.enrolled_ms < ? AND coalesce(s.manifest_seq, 0) < ?"
        " ORDER BY t.name",
        site,
        since,
        since // 1000,
    )
    return tuple(str(name) for (name,) in rows)


def run_rotate(data: Path, *, accept: bool = False) -> int:
    """The command, beside a running hub or without: 0 = done, 2 = refused, 3 = terminals would be left behind."""
    return on_store(data, partial(_rotate_all, accept=accept), _refuse)


def _rotate_all(store: Store, accept: bool) -> int:
    turn = partial(_rotate_noted, now_ms=system_ms(), accept=accept)
    try:
        return _say([store.write_now(partial(turn, site=site.id)) for site in store.read_now(sites)])
    except StoreFailed as fault:
        return _refuse(f"{fault} Check the disk, then rotate again.")


def _rotate_noted(connection: Connection, site: str, now_ms: int, accept: bool) -> Rotated | Behind:
    """The same, and the entry in the trail."""
    done = rotate(connection, site, now_ms, accept=accept)
    if isinstance(done, Rotated):
        note = Note(site=site, who=machine_user(), what=What.KEY_ROTATED, now_ms=now_ms)
        append(connection, note, before={"key": done.retired}, after={"key": done.signs})
    return done


def _say(done: list[Rotated | Behind]) -> int:
    left = [name for each in done if isinstance(each, Behind) for name in each.terminals]
    for each in done:
        if isinstance(each, Rotated):
            sys.stdout.write(f"The key {each.signs} signs the catalogue from now on; {each.retired} is retired.\n")
    if not left:
        return 0
    names = "".join(f"  {name}\n" for name in left)
    sys.stderr.write(
        f"The key was not changed: these terminals do not know the next one yet.\n{names}"
        "Switch them on and rotate again in some minutes, or sign them off on the hub's page Terminals. With --accept"
        " the key is changed all the same; then each of them must be enrolled again.\n"
    )
    return 3


def _refuse(sentence: str) -> int:
    sys.stderr.write(f"{sentence}\n")
    return 2
