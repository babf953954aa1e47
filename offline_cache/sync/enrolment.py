"""``kiosk enrol``: the one-time code for a key, written to the configuration.

With encryption the code's end is the fingerprint of the hub's authority. First the authority's certificate is fetched
without trust and compared; only then, over a connection it vouches for, the one-time secret is said.
"""

import os
import platform
import sys
from enum import StrEnum
from pathlib import Path

import msgspec

from kiosk import config as settings
from kiosk import wire
from kiosk.config import ConfigFault, Hub, Panel, Site, TerminalConfig
from kiosk.i18n.texts import Texts
from kiosk.vocabulary.addresses import is_open_line
from kiosk.vocabulary.enrolment import EnrolCode, read_code
from offline_cache.catalogue.manifest import is_public_key
from offline_cache.http.answers import Answer, Away, AwayReason, Refused
from offline_cache.http.clients import client_maker
from offline_cache.http.trust import blind, fingerprint_of, only_certificate


class EnrolTrouble(StrEnum):
    """Why a terminal could not be enrolled. Texts: ``setup.fault.<value>``."""

    BAD_ADDRESS = "bad_address"
    BAD_CODE = "bad_code"
    """Letters are missing: with encryption all six groups are needed."""
    PLAIN_HUB = "plain_hub"
    """On another machine and without encryption."""
    NO_ANSWER = "no_answer"
    NOT_A_HUB = "not_a_hub"
    WRONG_FINGERPRINT = "wrong_fingerprint"
    WRONG_CERTIFICATE = "wrong_certificate"
    """The authority is the right one, but who answers has no certificate of it."""
    WRONG_NAME = "wrong_name"
    """The hub's certificate does not name the address that was typed."""
    WRONG_CODE = "wrong_code"
    TOO_MANY_TRIES = "too_many_tries"
    WRONG_VERSION = "wrong_version"
    CANNOT_SAVE = "cannot_save"


class EnrolFault(msgspec.Struct, frozen=True):
    """What went wrong, and a detail for the technician."""

    trouble: EnrolTrouble
    detail: str = ""


def enrol(path: Path, url: str, code: str, panel: Panel | None = None) -> TerminalConfig | EnrolFault:
    """Ask the hub at ``url`` for a key and save the configuration at ``path``; what stood there otherwise stays."""
    given = read_code(code[:200])
    if given is None:
        return EnrolFault(EnrolTrouble.BAD_CODE)
    address = hub_address(url, encrypted=bool(given.fingerprint))
    if address is None:
        return EnrolFault(EnrolTrouble.BAD_ADDRESS, url[:100])
    if why := settings.why_not_writable(path):  # before the code is said: it works once
        return EnrolFault(EnrolTrouble.CANNOT_SAVE, why)
    before = _before(path)
    if is_open_line(address) and not before.hub.plain:
        return EnrolFault(EnrolTrouble.PLAIN_HUB, address)
    ca = _authority(address, given)
    if isinstance(ca, EnrolFault):
        return ca
    hub = Hub(url=address, ca=ca, plain=before.hub.plain)
    answer = _say_secret(hub, given.secret)
    return answer if isinstance(answer, EnrolFault) else _save(path, before, hub, answer, panel)


def hub_address(typed: str, *, encrypted: bool = False) -> str | None:
    """The address as typed by a person, made whole; None when it cannot be one. ``encrypted`` makes it https."""
    text = typed.strip()
    scheme, mark, rest = text.partition("://")
    if not mark:
        scheme, rest = "http", text
    rest = rest.rstrip("/")
    sound = scheme in ("http", "https") and rest and rest.isprintable() and len(rest) <= 250
    whole = f"{'https' if encrypted else scheme}://{rest}"
    return whole if sound and not any(letter in rest for letter in " /?#@\\\"'<>") else None


def run_enrol(path: Path, url: str, code: str) -> int:
    """The command: says what came of it; exit code 2 when there is no key."""
    answer = enrol(path, url, code)
    key = f"setup.fault.{answer.trouble.value}" if isinstance(answer, EnrolFault) else "setup.done_heading"
    lang = "en" if os.environ.get("LANG", "").startswith("en") else "de"
    texts = Texts.load("terminal")
    sentence = texts.say(lang, key).text
    if isinstance(answer, EnrolFault):
        if answer.trouble is EnrolTrouble.CANNOT_SAVE:
            sentence += " " + texts.say(lang, "setup.cannot_save_now", path=str(path)).text
        sys.stderr.write(f"{sentence} ({answer.trouble.value}: {answer.detail})\n")
        return 2
    sys.stdout.write(f"{sentence} {answer.hub.name}: {path}\n")
    return 0


def _authority(address: str, given: EnrolCode) -> str | EnrolFault:
    """The certificate to pin, compared with the code; "" without encryption."""
    if not address.startswith("https://"):
        return ""
    if not given.fingerprint:
        return EnrolFault(EnrolTrouble.BAD_CODE, "an encrypted hub needs all groups of its code")
    from offline_cache.http.hub_client import HubClient, Timeouts

    client = HubClient(address, "", Timeouts(3.0, 10.0, 15.0), trust=blind())
    try:
        result = client.ca()
    finally:
        client.close()
    match result:
        case Answer(value=answer):
            return _compared(answer.pem, given)
        case Refused() as refused:
            return EnrolFault(EnrolTrouble.NOT_A_HUB, f"HTTP {refused.status} {refused.fault.message}")
        case Away() as away:
            return _away(away)


def _compared(pem: str, given: EnrolCode) -> str | EnrolFault:
    certificate = only_certificate(pem)
    if not certificate:
        return EnrolFault(EnrolTrouble.NOT_A_HUB, "its authority's certificate cannot be read")
    if fingerprint_of(certificate) != given.fingerprint:
        return EnrolFault(EnrolTrouble.WRONG_FINGERPRINT, "the code's end is of another authority")
    return certificate


def _say_secret(hub: Hub, secret: str) -> wire.EnrolAnswer | EnrolFault:
    client = client_maker(hub, 3.0, 10.0, 15.0)()
    try:
        result = client.enrol(secret, platform.node()[:200])
    finally:
        client.close()
    match result:
        case Answer(value=answer):
            return answer
        case Refused() as refused:
            return _refused(refused)
        case Away() as away:
            return _away(away)


def _before(path: Path) -> TerminalConfig:
    loaded = settings.load(path)
    return TerminalConfig() if isinstance(loaded, ConfigFault) else loaded.config


def _save(
    path: Path, before: TerminalConfig, hub: Hub, answer: wire.EnrolAnswer, panel: Panel | None
) -> TerminalConfig | EnrolFault:
    if not answer.key or not (answer.key.isascii() and answer.key.isprintable()):
        return EnrolFault(EnrolTrouble.NOT_A_HUB, "the hub's answer has no usable key")
    if not all(is_public_key(signer.x) for signer in answer.signers):
        return EnrolFault(EnrolTrouble.NOT_A_HUB, "a key that signs the hub's catalogues cannot be used")
    after = msgspec.structs.replace(
        before,
        hub=msgspec.structs.replace(
            hub,
            terminal=answer.terminal,
            name=answer.name,
            key=answer.key,
            site=answer.site,
            signers={signer.kid: signer.x for signer in answer.signers},
        ),
        site=Site(town=answer.town, name=answer.site_name, timezone=answer.timezone, base_url=answer.base_url),
        panel=panel or before.panel,
    )
    checked = settings.parse(settings.to_toml(after), str(path))
    if isinstance(checked, ConfigFault):
        return EnrolFault(EnrolTrouble.NOT_A_HUB, str(checked))
    try:
        settings.save(path, after)
    except OSError as error:
        return EnrolFault(EnrolTrouble.CANNOT_SAVE, f"{path}: {error}")
    return after


def _refused(refused: Refused) -> EnrolFault:
    match refused.status:
        case 403 | 401:
            return EnrolFault(EnrolTrouble.WRONG_CODE, refused.fault.message)
        case 409:
            return EnrolFault(EnrolTrouble.WRONG_VERSION, refused.fault.message)
        case _:
            return EnrolFault(EnrolTrouble.NOT_A_HUB, f"HTTP {refused.status} {refused.fault.message}")


def _away(away: Away) -> EnrolFault:
    match away.reason:
        case AwayReason.WRONG_CERTIFICATE:
            other_name = "mismatch" in away.detail  # OpenSSL: "Hostname mismatch, ...", "IP address mismatch, ..."
            return EnrolFault(EnrolTrouble.WRONG_NAME if other_name else EnrolTrouble.WRONG_CERTIFICATE, away.detail)
        case AwayReason.BUSY:
            return EnrolFault(EnrolTrouble.TOO_MANY_TRIES, away.detail)
        case AwayReason.GARBLED | AwayReason.TOO_BIG | AwayReason.REDIRECTED:
            return EnrolFault(EnrolTrouble.NOT_A_HUB, away.detail)
        case _:
            return EnrolFault(EnrolTrouble.NO_ANSWER, away.detail)
