"""``kiosk hub backup`` and ``kiosk hub restore``: a copy while the hub runs, and a new generation from one."""

import logging
import secrets
import sys
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from sqlalchemy import Connection

from hub.clock import system_ms
from hub.log import event
from hub.operations.highest_numbers import Ask, Given, ask_all, ask_at_the_console, lines
from hub.operations.restore import Jump, begin_anew_everywhere
from hub.sites import sites
from hub.store import attached_files, copies, seen
from hub.store.engine import Store
from hub.store.faults import StoreRefused
from hub.store.lock import hold
from hub.tickets.business_day import turn_all
from hub.tls import backup_files
from hub.tls.files import folder_of
from hub.trail import entries
from hub.trail.entries import Note, append
from hub.trail.machine import machine_user
from hub.trail.words import What

LOGGER = logging.getLogger("hub")
INTRODUCTION = """Numbers that were given after this copy was made are unknown to it, and must not be given again.
Look at slips, the board and the desks. In doubt say a higher number: gaps do no harm.
"""


def backup(folder: Path, to: Path) -> None:
    """Write a checked copy of the hub's database and certificates to the new file ``to``. Raises StoreRefused."""
    if to.exists():
        raise StoreRefused(f"{to} is there already. Give the copy another name, with the date for instance.")
    if not to.parent.is_dir():
        raise StoreRefused(f"There is no folder {to.parent}. Make it first.")
    half = to.with_name(f"{to.name}.half")
    copies.remove(half)
    try:
        copies.copy(folder / "hub.db", half)
        attached_files.enclose(half, _certificates(folder))
        copies.check(half)
        copies.put(half, to)
    finally:
        copies.remove(half)


def _certificates(folder: Path) -> dict[str, bytes]:
    try:
        return backup_files.read(folder_of(folder))
    except OSError as fault:
        raise StoreRefused(
            f"{fault.filename} cannot be read ({fault.strerror}). Run this as the hub's user."
        ) from fault


def restore(folder: Path, source: Path, above: Jump | Ask, now_ms: int) -> tuple[Path, ...]:
    """Put a copy in the place of database and certificates, as a new generation; returns what was put aside for it.

    ``above`` says how far numbers of today go on, or asks for the highest on paper. Raises StoreRefused when the hub
    runs, the copy is no good or nobody answers; then everything is as it was.
    """
    with hold(folder):
        copies.check(source)
        fresh = folder / "hub.db.restoring"
        copies.remove(fresh)
        try:
            copies.copy(source, fresh, copies.how_to_read(source))
            certificates = attached_files.enclosed(fresh)
            attached_files.take_out(fresh)
            _begin_anew(fresh, above, now_ms)
            at = datetime.fromtimestamp(now_ms / 1000, UTC).strftime("%Y%m%dT%H%M%SZ")
            other = _put_certificates(folder, certificates, f"tls.replaced-{at}")
        except StoreRefused:
            copies.remove(fresh)
            raise
        for step in folder.glob("hub.db.restoring.before-*"):
            step.unlink()
        kept = copies.set_aside(folder / "hub.db", f"hub.db.replaced-{at}")
        copies.put(fresh, folder / "hub.db")
        seen.forget(folder / "hub.db")
        return tuple(path for path in (kept, other) if path is not None)


def _put_certificates(folder: Path, files: dict[str, bytes], aside: str) -> Path | None:
    try:
        return backup_files.put_back(folder_of(folder), files, aside)
    except OSError as fault:
        raise StoreRefused(f"{fault.filename} cannot be written ({fault.strerror}). Check the disk.") from fault


def _begin_anew(path: Path, above: Jump | Ask, now_ms: int) -> None:
    store = Store(path)
    try:
        if callable(above):
            above = _asked(store, above, now_ms)
        generation = secrets.token_hex(16)
        store.write_now(lambda c: _note_restored(c, above, now_ms))
        store.write_now(lambda c: begin_anew_everywhere(c, generation, above, now_ms))
    finally:
        store.close()


def _note_restored(connection: Connection, above: Jump, now_ms: int) -> None:
    """The trail goes on from the copy's last entry: heads that were kept since the copy was made do not fit it."""
    for site in sites(connection):
        note = Note(site=site.id, who=machine_user(), what=What.HUB_RESTORED, now_ms=now_ms)
        append(connection, note, after={**_numbers(above, site.id), "head": str(entries.head(connection, site.id))})


def _numbers(above: Jump, site: str) -> dict[str, int | str]:
    """How far the numbers of today go on, for the trail."""
    if isinstance(above, int):
        return {"numbers_above": above}
    return {"highest_on_paper": ", ".join(f"{series} {n}" for (of, series), n in above.items() if of == site)}


def _asked(store: Store, ask: Ask, now_ms: int) -> Given:
    store.write_now(partial(turn_all, now_ms=now_ms))
    given = ask_all(store.read_now(lines), ask)
    if given is None:
        raise StoreRefused(
            "Nobody said which numbers are on paper. Run this at a console, or say --above N: how far the numbers of"
            " today jump, more than were given of any letter since the copy was made. Nothing was changed."
        )
    return given


def run_backup(folder: Path, to: Path) -> int:
    """The command; returns its exit code (2 = refused, the log says why)."""
    try:
        backup(folder, to)
        keys = (
            "with the hub's certificates" if attached_files.enclosed(to) else "this hub has no certificates of its own"
        )
    except StoreRefused as fault:
        LOGGER.error("%s", fault, extra=event("hub.refused"))
        return 2
    sys.stdout.write(f"{to}: {to.stat().st_size} bytes, checked, {keys}. Keep it as secret as the hub itself.\n")
    return 0


def run_restore(folder: Path, source: Path, above: int | None, ask: Ask = ask_at_the_console) -> int:
    """The command; returns its exit code (2 = refused, the log says why). Without ``above`` it asks."""
    try:
        kept = restore(folder, source, _introduced(ask) if above is None else above, system_ms())
    except StoreRefused as fault:
        LOGGER.error("%s", fault, extra=event("hub.refused"))
        return 2
    how = "behind what is on paper" if above is None else f"{above} higher"
    sys.stdout.write(f"The hub goes on from {source}; numbers of today begin {how}.\n")
    for each in kept:
        sys.stdout.write(f"What was there before is kept as {each}.\n")
    return 0


def _introduced(ask: Ask) -> Ask:
    """Say once what it is about, when the first question comes."""
    said = iter((INTRODUCTION,))
    return lambda question: ask(next(said, "") + question)
