import pytest

from drivers.host.port import DriverFault
from drivers.transport import SerialAddress, TcpAddress, parse_url
from kiosk.vocabulary.hardware.problems import Problem


def test_forms() -> None:
    assert parse_url("tcp://10.0.0.5:9100") == TcpAddress(host="10.0.0.5", port=9100)
    assert parse_url("tcp://[::1]:9100?connect_s=0.5") == TcpAddress(host="::1", port=9100, connect_s=0.5)
    assert parse_url("serial:///dev/serial/by-id/usb-FTDI?baud=19200&bytesize=7&parity=E&stopbits=2") == SerialAddress(
        path="/dev/serial/by-id/usb-FTDI", baud=19200, bytesize=7, parity="E", stopbits=2
    )


@pytest.mark.parametrize(
    ("url", "names"),
    [
        ("", "unknown kind"),
        ("usb://x", "'usb'"),
        ("tcp://printer", "port is missing"),
        ("tcp://:9100", "host"),
        ("tcp://h:0", "port"),
        ("tcp://h:99999", "ort out of range"),
        ("tcp://h:9100/queue", "/queue"),
        ("tcp://h:9100?host=other", "host stands in the address"),
        ("tcp://h:9100?speed=9", "speed"),
        ("tcp://h:9100?x", "bad query field"),
        ("serial://dev/ttyUSB0", "three slashes"),
        ("serial:///dev/ttyUSB0?baud=fast", "baud"),
        ("serial:///dev/ttyUSB0?baud=12", "baud"),
        ("serial:///dev/ttyUSB0?parity=X", "parity"),
        ("serial:///dev/ttyUSB0?bytesize=9", "bytesize"),
        ("serial:///dev/ttyUSB0?flow=dtr", "flow"),
    ],
)
def test_mistakes_are_named_with_the_remedy(url: str, names: str) -> None:
    with pytest.raises(DriverFault) as fault:
        parse_url(url)
    assert fault.value.problem is Problem.BAD_CONFIG
    assert names in fault.value.detail
    assert (
        "Write tcp://HOST:PORT, serial:///dev/serial/by-id/NAME?baud=19200 or evdev:///dev/input/" in fault.value.detail
    )
