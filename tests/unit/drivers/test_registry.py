"""The registry: mistakes in its rows are errors when the program is built, and it loads nothing it does not need."""

import subprocess
import sys

import msgspec
import pytest

from drivers import registry
from drivers.host.port import DriverFault
from drivers.registry import BadRegistry, checked
from drivers.spec import DriverSpec
from kiosk.config import Device
from kiosk.vocabulary.hardware.devices import DeviceKind
from kiosk.vocabulary.hardware.problems import Problem


def test_two_rows_for_one_model_are_refused_by_name() -> None:
    with pytest.raises(BadRegistry, match=r"more than one row for receipt_printer escpos_80$"):
        checked(registry.rows(), registry.rows()[:1])


def test_kind_without_a_row_is_refused_by_name() -> None:
    with pytest.raises(BadRegistry, match="no row for scanner"):
        checked(tuple(row for row in registry.rows() if row.kind is not DeviceKind.SCANNER))


def test_row_without_a_simulator_cannot_be_built() -> None:
    fields = {name: getattr(registry.rows()[0], name) for name in DriverSpec.__struct_fields__}
    del fields["simulator"]
    with pytest.raises(TypeError, match="simulator"):
        DriverSpec(**fields)


def test_row_says_how_to_connect(monkeypatch: pytest.MonkeyPatch) -> None:
    """A card reader is no stream of bytes: what its row connects is what its driver is built with."""
    asked: list[object] = []
    row = msgspec.structs.replace(
        registry.find(DeviceKind.SCANNER, "serial_lines"),
        connect=lambda url, settings: asked.append((url, settings)) or "a reader",
        build=lambda link, settings, now: (link, settings),
    )
    monkeypatch.setattr(registry, "find", lambda kind, model: row)
    device = Device(kind=DeviceKind.SCANNER, model="serial_lines", url="pcsc://Reader 0")
    settings = row.settings()
    assert registry.build(device, lambda: 0.0) == ("a reader", settings)
    assert asked == [("pcsc://Reader 0", settings)]


def test_trace_of_a_payment_terminal_is_refused() -> None:
    url = "tcp://127.0.0.1:20007?trace=/tmp/card"
    device = Device(kind=DeviceKind.PAYMENT_TERMINAL, model="zvt", url=url)
    with pytest.raises(DriverFault, match="card data") as fault:
        registry.build(device, lambda: 0.0)
    assert fault.value.problem is Problem.BAD_CONFIG


def test_terminal_loads_no_simulator() -> None:
    code = "import sys, drivers.host.hosts; sys.exit(any(name.startswith('drivers.sim') for name in sys.modules))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
