"""``kiosk enrol``: the one-time code for a key, written to the configuration."""

import platform
from enum import StrEnum
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec

from kiosk import config as settings
from kiosk import wire
from kiosk.config import ConfigFault, Hub, Panel, Site, TerminalConfig
from offline_cache.answers import Answer, Away, AwayReason, Refused
from offline_cache.catalogue_manifest import is_public_key
from offline_cache.clients import client_maker


class EnrolTrouble(StrEnum):
    """Why a terminal could not be enrolled. Texts: ``setup.fault.<value>``."""

    BAD_ADDRESS = "bad_address"
    NO_ANSWER = "no_answer"
    NOT_A_HUB = "not_a_hub"
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
    address = hub_address(url)
    if address is None:
        return EnrolFault(EnrolTrouble.BAD_ADDRESS, url[:100])
    client = client_maker(Hub(url=address), 3.0, 10.0, 15.0)()
    try:
        result = client.enrol(code.strip()[:200], platform.node()[:200])
    finally:
        client.close()
    match result:
        case Answer(value=answer):
            return _save(path, address, answer, panel)
        case Refused() as refused:
            return _refused(refused)
        case Away() as away:
            return _away(away)


def hub_address(typed: str) -> str | None:
    """The address as typed by a person, made whole; None when it cannot be one."""
    text = typed.strip()
    scheme, mark, rest = text.partition("://")
    if not mark:
        scheme, rest = "http", text
    rest = rest.rstrip("/")
    sound = scheme in ("http", "https") and rest and rest.isprintable() and len(rest) <= 250
    return f"{scheme}://{rest}" if sound and not any(letter in rest for letter in " /?#@\\\"'<>") else None


def _save(path: Path, url: str, answer: wire.EnrolAnswer, panel: Panel | None) -> TerminalConfig | EnrolFault:
    if not answer.key or not (answer.key.isascii() and answer.key.isprintable()) or not _known_zone(answer.timezone):
        return EnrolFault(EnrolTrouble.NOT_A_HUB, "the hub's answer has no usable key or time zone")
    if not all(is_public_key(signer.x) for signer in answer.signers):
        return EnrolFault(EnrolTrouble.NOT_A_HUB, "a key that signs the hub's catalogues cannot be used")
    loaded = settings.load(path)
    before = TerminalConfig() if isinstance(loaded, ConfigFault) else loaded.config
    after = msgspec.structs.replace(
        before,
        hub=Hub(
            url=url,
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
        case AwayReason.BUSY:
            return EnrolFault(EnrolTrouble.TOO_MANY_TRIES, away.detail)
        case AwayReason.GARBLED | AwayReason.TOO_BIG | AwayReason.REDIRECTED:
            return EnrolFault(EnrolTrouble.NOT_A_HUB, away.detail)
        case _:
            return EnrolFault(EnrolTrouble.NO_ANSWER, away.detail)


def _known_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (OSError, ValueError, KeyError):
        return False
    return True
