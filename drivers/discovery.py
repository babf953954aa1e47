"""Which serial ports there are, under names that stay, and who holds them."""

import os
from pathlib import Path

import msgspec

from drivers.faults import LINK_ERRORS, problem_of
from kiosk.vocabulary.hardware.problems import Problem

BY_ID = Path("/dev/serial/by-id")
"""udev's names: maker, model and serial number of the adapter; ttyUSB numbers move, these do not."""


class Port(msgspec.Struct, frozen=True):
    """A serial port. ``problem`` is None when it is free; ``holder`` names the program that has it open, where known.

    Typical thieves: ModemManager and brltty take adapters with CH340 and CP210x chips. Do not remove brltty blindly:
    somebody may need Braille.
    """

    url: str
    name: str
    problem: Problem | None = None
    holder: str = ""


def ports(folder: Path = BY_ID, processes: Path = Path("/proc")) -> list[Port]:
    """All ports with a lasting name, by name. An empty list where there are none."""
    try:
        names = sorted(path for path in folder.iterdir())
    except OSError:
        return []
    return [_port(path, processes) for path in names]


def _port(path: Path, processes: Path) -> Port:
    holder = _holder(path, processes)
    return Port(f"serial://{path}", path.name, Problem.PORT_BUSY if holder else _problem(path), holder)


def _problem(path: Path) -> Problem | None:
    """Whether it can be opened now; it is closed again at once and its settings are not touched."""
    try:
        os.close(os.open(path, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK))
    except LINK_ERRORS as error:
        return problem_of(error)
    return None


def _holder(path: Path, processes: Path) -> str:
    """The program that has this device open ("" = nobody, or not ours to see). We ourselves do not count."""
    device = path.resolve()
    for process in processes.glob("[0-9]*"):
        if process.name != str(os.getpid()) and _has_open(process, device):
            return _name(process)
    return ""


def _has_open(process: Path, device: Path) -> bool:
    try:
        return any(link.readlink() == device for link in (process / "fd").iterdir())
    except OSError:
        return False


def _name(process: Path) -> str:
    try:
        return (process / "comm").read_text().strip()
    except OSError:
        return f"process {process.name}"
