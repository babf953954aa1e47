"""The certificate in use: loaded at start-up, watched while the hub runs, renewed before it ends.

New connections get the new certificate as soon as it is loaded; open ones live on. Terminals notice nothing: they have
pinned the authority, not the certificate.
"""

import asyncio
import logging
import ssl
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec

from hub.log import event
from hub.tasks import keep_going
from hub.tls import authority, files
from hub.tls.files import Folder, TlsFault
from kiosk.vocabulary.enrolment import fingerprint

LOGGER = logging.getLogger("hub.tls")
LOOK_S = 60.0
"""Between looks at the files: soon enough for an operator who has just renewed, and nothing in cost."""
RENEW_TRY = timedelta(hours=6)
"""Between tries to renew, so that a hub that cannot does not fill its log."""


def utc_now() -> datetime:
    """The system's clock."""
    return datetime.now(UTC)


class Files(msgspec.Struct, frozen=True):
    """What to serve with: certificate (chain), key, and the authority that terminals pin.

    ``folder`` is set when they are ours to renew; an operator's own files are only read again when they change.
    """

    certificate: Path
    key: Path
    ca: Path
    folder: Folder | None = None


def of_folder(folder: Folder) -> Files:
    """The files that ``kiosk hub init`` made."""
    return Files(folder.server, folder.server, folder.ca, folder)


class Tls:
    """The live context. ``ca`` is the authority's certificate as PEM, ``fingerprint`` its 16 letters."""

    def __init__(self, found: Files, context: ssl.SSLContext, ca: str, now: Callable[[], datetime]) -> None:
        self.context, self.ca = context, ca
        self.fingerprint = fingerprint(ssl.PEM_cert_to_DER_cert(ca))
        self._files, self._now = found, now
        self._stamp = _stamp(found)
        self._tried = now()

    def look(self) -> None:
        """Renew what is due and load what has changed; what cannot be loaded is logged, the old one stays in use."""
        now = self._now()
        if self._files.folder is not None and abs(now - self._tried) >= RENEW_TRY:
            self._tried = now
            renew_when_due(self._files.folder, now)
        stamp = _stamp(self._files)
        if stamp != self._stamp:
            self._stamp = stamp
            fault = _load(self.context, self._files)
            if fault:
                LOGGER.error("%s", fault.sentence, extra=event("tls.failed"))
            else:
                LOGGER.info("The hub uses its new certificate.", extra=event("tls.renewed"))

    async def watch(self) -> None:
        """Look again and again, until cancelled."""
        await keep_going("the certificate", self._look_later, 0)

    async def _look_later(self) -> None:
        await asyncio.sleep(LOOK_S)
        await asyncio.to_thread(self.look)


def open_tls(found: Files, now: Callable[[], datetime] = utc_now) -> Tls | TlsFault:
    """Load the certificate, renewed before if that is due."""
    if found.folder is not None:
        renew_when_due(found.folder, now())
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_alpn_protocols(["http/1.1"])
    if fault := _load(context, found):
        return fault
    ca = _first_certificate(found.ca)
    return ca if isinstance(ca, TlsFault) else Tls(found, context, ca, now)


def renew_when_due(folder: Folder, now: datetime) -> None:
    """Sign a new certificate when the old one has less than 30 days; a fault is logged, the old one stays."""
    try:
        if not authority.due(folder.server.read_bytes(), now):
            return
        until = authority.ends(folder.server.read_bytes())
    except (OSError, ValueError) as fault:
        text = "%s cannot be read (%s). Run 'kiosk hub renew'."
        LOGGER.error(text, folder.server, fault, extra=event("tls.failed"))
        return
    if fault_now := files.renew(folder, (), now):
        text = "The certificate ends on %s and cannot be renewed. %s"
        LOGGER.error(text, f"{until:%Y-%m-%d}", fault_now.sentence, extra=event("tls.failed"))
    else:
        text = "The certificate would have ended on %s; it was renewed."
        LOGGER.info(text, f"{until:%Y-%m-%d}", extra=event("tls.renewed"))


def _load(context: ssl.SSLContext, found: Files) -> TlsFault | None:
    try:
        context.load_cert_chain(found.certificate, found.key, password=lambda: b"")
    except (OSError, ValueError) as fault:  # ssl.SSLError is an OSError
        return TlsFault(
            f"The certificate {found.certificate} with the key {found.key} cannot be used ({fault})."
            " Give a PEM certificate and its key without a password, or make them with 'kiosk hub init'."
        )
    return None


def _first_certificate(path: Path) -> str | TlsFault:
    """The first certificate of a PEM file, alone: a fingerprint names one, so one is all that terminals pin."""
    try:
        text = path.read_text("ascii")
        end = text.index(ssl.PEM_FOOTER) + len(ssl.PEM_FOOTER)
        return ssl.DER_cert_to_PEM_cert(ssl.PEM_cert_to_DER_cert(text[text.index(ssl.PEM_HEADER) : end]))
    except (OSError, ValueError) as fault:
        return TlsFault(f"The authority's certificate {path} cannot be read ({fault}). Give it as a PEM file (--ca).")


def _stamp(found: Files) -> tuple[tuple[int, int], ...]:
    """Changes when a file is written."""
    stamps = []
    for path in (found.certificate, found.key):
        try:
            seen = path.stat()
            stamps.append((seen.st_mtime_ns, seen.st_ino))
        except OSError:
            stamps.append((0, 0))
    return tuple(stamps)
