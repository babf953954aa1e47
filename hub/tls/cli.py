"""``kiosk hub init`` and ``kiosk hub renew``: the certificates, without starting the hub."""

import logging
import ssl
import sys
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from hub.log import event
from hub.store import opening
from hub.store.faults import StoreRefused, remedy
from hub.store.lock import hold
from hub.tls import authority, files
from hub.tls.files import Folder
from hub.tls.serving import utc_now
from kiosk.vocabulary.enrolment import fingerprint, grouped

LOGGER = logging.getLogger("hub")
OK, WRONG = 0, 2


def run_init(data: Path, names: tuple[str, ...], now: Callable[[], datetime] = utc_now) -> int:
    """Make authority and certificate. Exit code 2 when there is one already or a name is none."""
    folder = files.folder_of(data)
    if folder.ca.exists():
        return _refuse(
            f"{folder.path} has an authority already, and terminals may have pinned it. A new certificate or other"
            " names: 'kiosk hub renew'. To begin anew, move the folder away; then every terminal enrols again."
        )
    if (bad := _no_name(names)) is not None:
        return _refuse(bad)
    if why := _no_database(data):
        return _refuse(why)
    try:
        files.make(folder, files.all_names(names) if names else files.own_names(), now())
    except OSError as fault:
        what = remedy(fault, "Choose another folder (--data).")
        return _refuse(f"{folder.path} cannot be written ({fault.strerror}). {what}")
    _say(folder)
    return OK


def run_renew(data: Path, names: tuple[str, ...], now: Callable[[], datetime] = utc_now) -> int:
    """Sign another certificate by the same authority; a running hub takes it within a minute."""
    folder = files.folder_of(data)
    if not folder.ca.exists():
        return _refuse(f"{folder.path} has no authority yet. Make it with 'kiosk hub init --data {data}'.")
    if (bad := _no_name(names)) is not None:
        return _refuse(bad)
    if fault := files.renew(folder, files.all_names(names) if names else (), now()):
        return _refuse(fault.sentence)
    _say(folder)
    return OK


def _no_database(data: Path) -> str:
    """Make the hub's database where there is none, so that one that is missing later was lost. Returns why not."""
    if (data / opening.DATABASE).exists():
        return opening.lost(data)
    try:
        with hold(data):
            opening.open_store(data).close()
    except StoreRefused as fault:
        return str(fault)
    return ""


def _no_name(names: tuple[str, ...]) -> str | None:
    bad = next((name for name in names if authority.checked_name(name) is None), None)
    return None if bad is None else f"--name {bad}: neither a host name nor an address, like hub.rathaus.local."


def _say(folder: Folder) -> None:
    server = folder.server.read_bytes()
    names = ", ".join(authority.names_of(server))
    mark = fingerprint(ssl.PEM_cert_to_DER_cert(folder.ca.read_text()))
    sys.stdout.write(
        f"The hub's certificate is good until {authority.ends(server):%Y-%m-%d} for {names}\n"
        f"Fingerprint of its authority, the end of every enrolment code: {grouped(mark)}\n"
    )


def _refuse(sentence: str) -> int:
    LOGGER.error("%s", sentence, extra=event("hub.refused"))
    return WRONG
