"""The hub's signed word on which catalogue is in force: verified before it is read, and never older than the last one.

Compact JWS (RFC 7515) with Ed25519 (RFC 8037). The algorithm is ours to say, not the token's: "none" and anything else
is refused before a key is looked at, and keys are only the pinned ones. Import jwcrypto only when it is needed: it
costs a tenth of a second of the cold start.
"""

import base64
import binascii
import hashlib
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import msgspec
from msgspec.structs import replace

from kiosk import __version__
from kiosk.catalogue.faults import Fault, shown
from kiosk.config import Hub
from kiosk.vocabulary.depth import shallow
from kiosk.wire import Manifest
from kiosk.wire.catalogue import MANIFEST_TYPE, SCHEMA
from offline_cache.store.files import DISK, Files

TOKEN_MAX = 16 * 1024
"""Bytes a manifest may have."""
SIGNERS_MAX = 4
_ALGORITHM = "EdDSA"
_TOKEN = re.compile(rb"([A-Za-z0-9_-]{1,1000})\.([A-Za-z0-9_-]{1,14000})\.([A-Za-z0-9_-]{86})\Z")
_VERSION = re.compile(r"([0-9]{1,6})(\.[0-9]{1,6}){0,2}\Z")
_SCHEMA = re.compile(r"([0-9]{1,4})\.([0-9]{1,4})\Z")
_ASK = "Ask who runs the hub: somebody may stand between it and this terminal."


class Seen(msgspec.Struct, frozen=True):
    """The newest manifest that was followed: the hub's tag of it, its catalogue's digest, the keys valid from then on.

    ``hub`` is whose it is: after another enrolment everything begins anew.
    """

    seq: int = 0
    issued: str = ""
    expires: str = ""
    etag: str = ""
    digest: str = ""
    signers: dict[str, str] = {}
    hub: str = ""


class _Header(msgspec.Struct, frozen=True):
    alg: str
    kid: str
    typ: str
    crit: object = None


class _Versions(msgspec.Struct, frozen=True):
    schema: str
    min_app: str = ""


def is_public_key(x: str) -> bool:
    """Whether this is an Ed25519 public key in base64url (32 bytes)."""
    try:
        return len(base64.b64decode(x + "=", altchars=b"-_", validate=True)) == 32
    except (binascii.Error, ValueError):
        return False


def verify(token: bytes, signers: Mapping[str, str]) -> bytes | Fault:
    """The payload, when one of the pinned keys signed it; it has not been looked at before."""
    parts = _TOKEN.match(token.strip()) if len(token) <= TOKEN_MAX else None
    if parts is None:
        return Fault("manifest", f"not a signed manifest ({len(token)} bytes)", _ASK)
    try:
        header = msgspec.json.decode(shallow(_base64(parts.group(1))), type=_Header)
    except (msgspec.MsgspecError, UnicodeDecodeError, binascii.Error) as error:
        return Fault("manifest.header", f"not readable ({error})", _ASK)
    if header.alg != _ALGORITHM or header.typ != MANIFEST_TYPE or header.crit is not None:
        reason = f"signed as {shown(header.alg)} {shown(header.typ)} instead of {_ALGORITHM} {MANIFEST_TYPE}"
        return Fault("manifest.header", reason, _ASK)
    if (x := signers.get(header.kid)) is None:
        return Fault("manifest.kid", f"signed by the unknown key {shown(header.kid)}", "Enrol this terminal again.")
    if not _is_signed(token.strip().decode("ascii"), x):
        return Fault("manifest.signature", "the signature is wrong", _ASK)
    return _base64(parts.group(2))


def read_manifest(payload: bytes) -> Manifest | Fault:
    """The manifest in a verified payload."""
    try:
        versions = msgspec.json.decode(shallow(payload), type=_Versions)
        if fault := _too_new(versions):
            return fault
        return msgspec.json.decode(payload, type=Manifest)
    except msgspec.ValidationError as error:
        reason, _, place = str(error).partition(" - at ")
        return Fault(f"manifest{place.strip('`').lstrip('$')}", reason, "Update the hub, then this terminal.")
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        return Fault("manifest", f"not JSON ({error})", "Update the hub.")


def follows(manifest: Manifest, site: str, seen: Seen) -> Fault | None:
    """Whether this manifest may follow the last one: of our site, not an older one, not one that goes back in time."""
    if site and manifest.site != site:
        return Fault("manifest.site", f"it is for {shown(manifest.site)}, we are {shown(site)}", "Enrol again.")
    if manifest.seq < seen.seq:
        reason = f"{manifest.seq} is older than {seen.seq}, which was here already"
        return Fault("manifest.seq", reason, "An old manifest was sent again, or the hub lost its data.")
    issued, expires = moment(manifest.issued), moment(manifest.expires)
    if issued is None or expires is None or expires <= issued:
        reason = f"{shown(manifest.issued)} to {shown(manifest.expires)} is no span of time"
        return Fault("manifest.expires", reason, "Set the hub's clock.")
    if (last := moment(seen.issued)) is not None and issued < last:
        reason = f"{shown(manifest.issued)} is before {shown(seen.issued)}, when the last one was issued"
        return Fault("manifest.issued", reason, "Set the hub's clock.")
    return None


def moment(text: str) -> datetime | None:
    """A time of the manifest; None when it is none or has no zone."""
    try:
        found = datetime.fromisoformat(text)
        return found.astimezone(UTC) if found.tzinfo is not None else None
    except (ValueError, OverflowError):
        return None


def whose(hub: Hub) -> str:
    """A short name for what enrolment pinned: the site and the keys."""
    return hashlib.sha256(msgspec.json.encode((hub.site, hub.signers), order="sorted")).hexdigest()[:16]


def keys_of(manifest: Manifest, before: dict[str, str]) -> dict[str, str]:
    """The keys that are valid from this manifest on; those before when it names none that can be used."""
    keys = {signer.kid: signer.x for signer in manifest.signers if is_public_key(signer.x)}
    return keys if 0 < len(keys) == len(manifest.signers) <= SIGNERS_MAX else before


def load_seen(path: Path, hub: str, otherwise: Seen, files: Files = DISK) -> Seen:
    """What was kept, unless it is gone, unreadable, of another hub, or older than ``otherwise``.

    Older: the power went between a catalogue and this note. A catalogue that names no keys leaves those kept in force.
    """
    try:
        with files.open(path) as file:
            kept = msgspec.json.decode(shallow(file.read()), type=Seen)
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError):
        return otherwise
    if kept.hub != hub:
        return otherwise
    return kept if kept.seq >= otherwise.seq else replace(otherwise, signers=otherwise.signers or kept.signers)


def save_seen(path: Path, seen: Seen, files: Files = DISK) -> None:
    """Keep it across restarts. Raises OSError."""
    files.write_whole(path, msgspec.json.encode(seen).decode())


def _too_new(versions: _Versions) -> Fault | None:
    found = _SCHEMA.match(versions.schema)
    if found is None:
        return Fault("manifest.schema", f"{shown(versions.schema)} is not a version", "Update the hub.")
    if int(found.group(1)) != int(SCHEMA.partition(".")[0]):
        reason = f"version {versions.schema} is not one this program knows ({SCHEMA})"
        return Fault("manifest.schema", reason, "Update this program.")
    if versions.min_app and (
        not _VERSION.match(versions.min_app) or _numbers(versions.min_app) > _numbers(__version__)
    ):
        reason = f"the hub wants {shown(versions.min_app)} or newer, this is {__version__}"
        return Fault("manifest.min_app", reason, "Update this program.")
    return None


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split(".") if part.isdigit())


def _base64(part: bytes) -> bytes:
    return base64.b64decode(part + b"=" * (-len(part) % 4), altchars=b"-_", validate=True)


def _is_signed(token: str, x: str) -> bool:
    from jwcrypto.common import JWException
    from jwcrypto.jwk import JWK
    from jwcrypto.jws import JWS

    signed = JWS()
    signed.allowed_algs = [_ALGORITHM]
    try:
        signed.deserialize(token, JWK(kty="OKP", crv="Ed25519", x=x))
    except (JWException, ValueError):
        return False
    return bool(signed.is_valid)
