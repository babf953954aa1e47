"""A terminal's configuration: TOML in, frozen structs out, the last good one kept.

``config.toml`` is what the operator writes; ``config.good.toml`` beside it is the last text that was read without a
fault. A broken file is refused with path, place and remedy, and the last good one is used.
"""

import math
import os
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

import msgspec

from kiosk.i18n.languages import LANGUAGES
from kiosk.vocabulary.depth import shallow_toml
from kiosk.vocabulary.hardware.devices import DeviceKind
from kiosk.vocabulary.hardware.panels import (
    LEAST_BOTTOM_CM,
    LEAST_INCHES,
    MM_PER_INCH,
    MOST_BOTTOM_CM,
    MOST_INCHES,
)

Seconds = Annotated[int, msgspec.Meta(ge=1, le=86_400)]
Pixels = Annotated[int, msgspec.Meta(ge=300, le=16_384)]
Millimetres = Annotated[float, msgspec.Meta(gt=50, le=10_000)]
Height = Annotated[float, msgspec.Meta(ge=0, le=10_000)]
Mounting = Annotated[float, msgspec.Meta(ge=LEAST_BOTTOM_CM * 10, le=MOST_BOTTOM_CM * 10)]
Name = Annotated[str, msgspec.Meta(max_length=200)]
Url = Annotated[str, msgspec.Meta(max_length=300)]
_SLACK_INCHES = 0.5
"""Panels are sold under rounded diagonals."""
PX_PER_MM = (1, 20)
"""Between a wall of light and a telephone: outside of it nothing that is drawn fits on the panel."""


class _Part(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Base of configuration parts: a misspelt key is an error, not a silence."""


class Panel(_Part, frozen=True):
    """The touch panel: pixels, millimetres of the visible picture, rotation, height of its lower edge above floor."""

    width_px: Pixels = 1080
    height_px: Pixels = 1920
    width_mm: Millimetres = 337.5
    height_mm: Millimetres = 600.0
    rotation: Literal[0, 90, 180, 270] = 0
    bottom_mm: Mounting = 700.0
    max_reach_mm: Height = 1050.0

    @property
    def px_per_mm(self) -> float:
        """Pixels per millimetre, from the width."""
        return self.width_px / self.width_mm

    @property
    def inches(self) -> float:
        """The diagonal of the visible picture."""
        return math.hypot(self.width_mm, self.height_mm) / MM_PER_INCH


class Hub(_Part, frozen=True):
    """Where the hub is and who we are to it; key, terminal, ``ca`` and ``signers`` come from enrolment.

    ``ca`` is the certificate (PEM) of the one authority that may vouch for the hub. ``plain`` allows a hub on another
    machine without encryption: whoever is on the network can then read and write along. ``signers`` are the pinned
    keys that sign manifests: key id -> the Ed25519 key in base64url.
    """

    url: Annotated[Url, msgspec.Meta(pattern="^https?://[^/ ]+")] = "http://127.0.0.1:8080"
    terminal: str = ""
    name: str = ""
    key: str = ""
    site: str = ""
    signers: dict[str, str] = {}
    ca: Annotated[str, msgspec.Meta(max_length=10_000)] = ""
    plain: bool = False


class Device(_Part, frozen=True):
    """One device: kind and model choose the driver, ``url`` the transport (serial://…, tcp://host:port)."""

    kind: DeviceKind
    model: str
    url: Url
    enabled: bool = True
    settings: dict[str, str | int | float | bool] = {}


class Timing(_Part, frozen=True):
    """Seconds and limits of a visit."""

    idle_s: Seconds = 45
    question_s: Annotated[int, msgspec.Meta(ge=20, le=86_400)] = 30
    goodbye_s: Seconds = 6
    take_ticket_s: Seconds = 30
    notice_s: Seconds = 8
    """How long a page stands that has no decision and at most two sentences."""
    facts_s: Seconds = 30
    """How long a page with facts or buttons stands that waits for nothing."""
    hand_back_s: Seconds = 10
    trouble_s: Seconds = 60
    tickets_per_minute: Annotated[int, msgspec.Meta(ge=1, le=1_000_000)] = 12


class Site(_Part, frozen=True):
    """Who we are; filled by enrolment."""

    town: Name = "Musterstadt"
    name: Name = "Rathaus"
    timezone: str = "Europe/Berlin"
    base_url: Url = ""


class Payment(_Part, frozen=True):
    """Card payment. Amounts in cents, seconds monotonic."""

    limit_cents: Annotated[int, msgspec.Meta(ge=1, le=10_000_000)] = 50_000
    """No payment above this."""
    end_of_day: Annotated[str, msgspec.Meta(pattern=r"^(([01][0-9]|2[0-3]):[0-5][0-9])?\Z")] = ""
    """Local time from which the turnover is handed in; "" = when the payment terminal or an order asks for it."""
    quiet_s: Annotated[float, msgspec.Meta(ge=0.1, le=600)] = 10.0
    """After an unknown outcome an answer of the terminal is believed when it came twice, so far apart."""
    nothing_means_never: bool = False
    """Found at commissioning: a lookup without a transaction proves that there never was one."""


class Look(_Part, frozen=True):
    """The town's own colour (checked for contrast when it is set); "" keeps the default."""

    accent: str = ""


class TerminalConfig(_Part, frozen=True):
    """The configuration of a terminal."""

    panel: Panel = Panel()
    hub: Hub = Hub()
    site: Site = Site()
    look: Look = Look()
    timing: Timing = Timing()
    payment: Payment = Payment()
    languages: Annotated[tuple[str, ...], msgspec.Meta(min_length=1)] = ("de", "en", "ar")
    outbox_limit: Annotated[int, msgspec.Meta(ge=100, le=1_000_000)] = 10_000
    """Facts that may wait for the hub before new work is refused: about three a visitor."""
    devices: dict[Annotated[Name, msgspec.Meta(min_length=1)], Device] = {}


class ConfigFault(msgspec.Struct, frozen=True):
    """Why a file was refused: its path, the place inside, what is wrong, and what to do."""

    path: str
    place: str
    reason: str
    remedy: str

    def __str__(self) -> str:
        where = f" at {self.place}" if self.place else ""
        return f"{self.path}{where}: {self.reason}. {self.remedy}"


class Loaded(msgspec.Struct, frozen=True):
    """The configuration in force and, when the file was refused, why the last good one is used instead."""

    config: TerminalConfig
    fault: ConfigFault | None = None
    not_kept: str = ""
    """Why the configuration in force could not be kept as the last good one; it is in force all the same."""


def parse(text: str, path: str = "config.toml") -> TerminalConfig | ConfigFault:
    """Read a configuration text; a fault names path, place and remedy."""
    try:
        raw = tomllib.loads(shallow_toml(text))
    except ValueError as fault:  # not only TOMLDecodeError: a number of 5,000 digits, 1,000 brackets
        return ConfigFault(
            path, "", f"not TOML ({fault})", "Mend the line named here; docs/configuration.md shows the form."
        )
    remedy = "Correct or remove this entry; docs/configuration.md lists all entries."
    try:
        config = msgspec.convert(raw, TerminalConfig)
    except msgspec.ValidationError as fault:
        reason, _, place = str(fault).partition(" - at ")
        return ConfigFault(path, _with_device(place.replace("`", ""), raw), reason, remedy)
    place, reason = next(_unusable(config), ("", ""))
    return ConfigFault(path, place, reason, remedy) if reason else config


def _with_device(place: str, raw: dict[str, Any]) -> str:
    """The place with the name of the first device that is no device: msgspec leaves the keys of a table out."""
    unnamed = "$.devices[...]"
    devices = raw.get("devices")
    if not place.startswith(unnamed) or not isinstance(devices, dict):
        return place
    for name, entry in devices.items():
        try:
            msgspec.convert(entry, Device)
        except msgspec.ValidationError:
            return f"$.devices.{name}{place.removeprefix(unnamed)}"
    return place


def read(path: Path) -> TerminalConfig | ConfigFault:
    """Read the file as it stands, without its last good version; writes nothing."""
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as fault:
        return ConfigFault(str(path), "", f"cannot be read ({fault})", "Check that the file is there and readable.")
    return parse(text, str(path))


def load(path: Path) -> Loaded | ConfigFault:
    """Read the file; when it is broken, its last good version. A fault comes back only when neither can be read."""
    good = path.with_suffix(".good.toml")
    fault = read(path)
    if isinstance(fault, TerminalConfig):
        return Loaded(fault, not_kept=_keep(path, good))
    if good.exists() and isinstance(last := read(good), TerminalConfig):
        return Loaded(last, fault)
    return fault


def _keep(path: Path, good: Path) -> str:
    """Keep the file as the last good one; says why it could not be kept."""
    try:
        if not good.exists() or good.read_bytes() != path.read_bytes():
            write_whole(good, path.read_text("utf-8"))
    except OSError as fault:
        return f"{good}: {fault.strerror}"
    return ""


def save(path: Path, config: TerminalConfig) -> None:
    """Write the configuration whole (never half a file); it becomes the last good one too."""
    text = to_toml(config)
    write_whole(path, text)
    write_whole(path.with_suffix(".good.toml"), text)


def why_not_writable(path: Path) -> str:
    """Why ``save`` would fail at this path; "" = it would not. Tried out: rights do not tell of a full disk."""
    trial = path.with_name(path.name + ".trial")
    try:
        write_whole(trial, "#" * 4096)
        trial.unlink()
    except OSError as error:
        return f"{path}: {error}"
    return ""


def to_toml(config: TerminalConfig) -> str:
    """The configuration as TOML text that ``parse`` reads back."""
    lines: list[str] = []
    _table(lines, (), msgspec.to_builtins(config))
    return "\n".join(lines).strip() + "\n"


def write_whole(path: Path, text: str) -> None:
    """Replace a file so that after a power cut either the old or the new text stands there. For its owner alone."""
    part = path.with_name(path.name + ".part")
    path.parent.mkdir(parents=True, exist_ok=True)
    part.unlink(missing_ok=True)  # so that the one we make is ours alone from its first byte: it may hold a key
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _unusable(config: TerminalConfig) -> Iterator[tuple[str, str]]:
    """Place and reason of what no type refuses and the terminal could not start with."""
    for tag in config.languages:
        if tag not in LANGUAGES:
            yield "$.languages", f"{tag!r} is none of the languages this program knows: {', '.join(LANGUAGES)}"
    if len(set(config.languages)) < len(config.languages):
        yield "$.languages", "a language stands there twice"
    if not _known_zone(config.site.timezone):
        yield "$.site.timezone", f"{config.site.timezone!r} is not a time zone like Europe/Berlin"
    least, most = PX_PER_MM
    if not least <= config.panel.px_per_mm <= most:
        yield "$.panel.width_mm", f"{config.panel.px_per_mm:.2f} pixels a millimetre: panels have {least} to {most}"
    yield from _unusual_size(config.panel)


def _unusual_size(panel: Panel) -> Iterator[tuple[str, str]]:
    """A panel that no page is laid out for."""
    if not LEAST_INCHES - _SLACK_INCHES <= panel.inches <= MOST_INCHES + _SLACK_INCHES:
        yield (
            "$.panel",
            f"{panel.inches:.1f} inches: panels have {LEAST_INCHES} to {MOST_INCHES}",
        )


def _known_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (OSError, ValueError, KeyError):
        return False
    return True


def _table(lines: list[str], name: tuple[str, ...], values: dict[str, object]) -> None:
    plain = {key: value for key, value in values.items() if not isinstance(value, dict)}
    if name and plain:
        lines.append(f"\n[{'.'.join(name)}]")
    lines.extend(f"{_key(key)} = {_value(value)}" for key, value in plain.items())
    for key, value in values.items():
        if isinstance(value, dict):
            _table(lines, (*name, _key(key)), value)


def _key(key: str) -> str:
    return key if key.isascii() and key.replace("_", "").replace("-", "").isalnum() else _value(key)


def _value(value: object) -> str:
    if isinstance(value, list | tuple):
        return "[" + ", ".join(_value(item) for item in value) + "]"
    return msgspec.json.encode(value).decode()
