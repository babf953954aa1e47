"""The name of this computer, from a made-up /etc and /sys: what tells a copied disk from its first."""

from collections.abc import Callable
from pathlib import Path

import pytest

from kiosk.vocabulary.hardware.computer_id import is_same_machine
from offline_cache.sync.machine import machine_id

DISK = "0123456789abcdef0123456789abcdef"
BOARD = "devices/pci0000:00/0000:00:1f.6"
WIRELESS = "devices/pci0000:00/0000:00:14.3"
ON_USB = "devices/pci0000:00/0000:00:14.0/usb1/1-2/1-2:1.0"


class Computer:
    """A root of a file system. ``disk`` is what a copied one carries along."""

    def __init__(self, root: Path, disk: str = DISK) -> None:
        self.root = root
        if disk:
            self._write("etc/machine-id", disk + "\n")

    def card(self, name: str, address: str, device: str = BOARD, assigned: str = "0") -> "Computer":
        """An interface as the kernel shows it; without a device it is one that a program made."""
        place = self.root / "sys" / (device or "devices/virtual") / "net" / name
        self._write(place / "address", address + "\n")
        self._write(place / "addr_assign_type", assigned + "\n")
        if device:
            (place / "device").symlink_to(place.parent.parent)
        net = self.root / "sys/class/net"
        net.mkdir(parents=True, exist_ok=True)
        (net / name).symlink_to(place)
        return self

    def serial(self, number: bytes) -> "Computer":
        self._write("sys/firmware/devicetree/base/serial-number", number)
        return self

    @property
    def name(self) -> str:
        return machine_id(self.root)

    def _write(self, path: "str | Path", content: str | bytes) -> None:
        place = self.root / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content.encode() if isinstance(content, str) else content)


@pytest.fixture
def computer(tmp_path: Path) -> Callable[..., Computer]:
    made = list[Computer]()

    def make(disk: str = DISK) -> Computer:
        made.append(Computer(tmp_path / str(len(made)), disk))
        return made[-1]

    return make


def test_a_copied_disk_in_another_pc_is_another_computer(computer: Callable[..., Computer]) -> None:
    first = computer().card("eno1", "00:1b:21:00:00:01")
    copy = computer().card("eno1", "00:1b:21:00:00:02")
    assert not is_same_machine(first.name, copy.name)
    assert first.name == first.name
    assert DISK not in first.name
    assert "1b:21" not in first.name


def test_the_board_of_an_arm_computer_tells_too(computer: Callable[..., Computer]) -> None:
    first, copy = computer().serial(b"10000000abcd\0"), computer().serial(b"10000000abce\0")
    assert not is_same_machine(first.name, copy.name)
    assert first.name != ""


def test_neither_names_nor_order_of_the_interfaces_matter(computer: Callable[..., Computer]) -> None:
    one = computer().card("eth0", "00:1b:21:00:00:01").card("eth1", "00:1b:21:00:00:02", WIRELESS)
    other = computer().card("eth1", "00:1b:21:00:00:01").card("eth0", "00:1b:21:00:00:02", WIRELESS)
    assert one.name == other.name


def test_a_card_that_is_away_at_a_start_makes_no_other_computer(computer: Callable[..., Computer]) -> None:
    whole = computer().card("eno1", "00:1b:21:00:00:01").card("wlo1", "00:1b:21:00:00:02", WIRELESS).name
    assert is_same_machine(computer().card("wlo1", "00:1b:21:00:00:02", WIRELESS).name, whole)
    assert is_same_machine(computer().name, whole), "none has been found yet"


@pytest.mark.parametrize(
    "what",
    [
        {"device": ON_USB},
        {"device": "devices/platform/soc/3f980000.usb/usb1/1-1/1-1.1/1-1.1:1.0"},
        {"device": ""},
        {"assigned": "1"},
        {"assigned": "3"},
        {"address": "00:00:00:00:00:00"},
        {"address": ""},
        {"address": "80:00:00:48:fe:80:00:00:00:00:00:00:00:00:00:00:00:00:00:01"},
    ],
)
def test_what_can_be_unplugged_or_made_up_is_no_name(computer: Callable[..., Computer], what: dict[str, str]) -> None:
    bare = computer().name
    assert computer().card("x0", **({"address": "00:1b:21:00:00:01"} | what)).name == bare
    assert computer().card("x0", "00:1b:21:00:00:01").name != bare, "this one is"


def test_without_cards_the_name_is_that_of_versions_that_asked_for_none(computer: Callable[..., Computer]) -> None:
    """In a container, and for the grants of terminals that were there before cards had a say."""
    assert computer().name == "8f5c1b081ca7b4e3b195a3a9e6384ea79a5b212ec909ea0adb4dd214e310c679"
    assert computer("").name == ""
    assert computer("").card("eno1", "00:1b:21:00:00:01").name != ""


def test_of_many_cards_always_the_same_ones_go_over_the_wire(computer: Callable[..., Computer]) -> None:
    server, small = computer(), computer()
    for n in reversed(range(20)):
        for each in (server, small) if n < 8 else (server,):
            each.card(f"eno{n}", f"00:1b:21:00:00:{n:02x}", f"devices/pci0000:00/0000:00:{n:02x}.0")
    assert server.name == small.name
    assert len(server.name) == 200
