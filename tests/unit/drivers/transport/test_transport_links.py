"""TCP and serial on real sockets and ptys: deadlines, half-open links, exclusive ports, counts of what left."""

import errno
import os
import pty
import socket
import struct
import termios
import threading
import time
import tty
from collections.abc import Iterator

import pytest
import serial

from drivers.faults import fault_of, problem_of
from drivers.host.port import DriverFault
from drivers.transport import LinkFault, transport_for
from kiosk.vocabulary.hardware.problems import Problem


class Listener:
    def __init__(self) -> None:
        self.server = socket.create_server(("127.0.0.1", 0))
        self.url = f"tcp://127.0.0.1:{self.server.getsockname()[1]}"

    def pair(self):
        link = transport_for(self.url)
        link.open()
        peer, _ = self.server.accept()
        return link, peer


@pytest.fixture
def listener() -> Iterator[Listener]:
    one = Listener()
    yield one
    one.server.close()


class Pty:
    def __init__(self) -> None:
        self.master, self.slave = pty.openpty()
        tty.setraw(self.slave)
        self.path = os.ttyname(self.slave)
        self.url = f"serial://{self.path}?baud=19200&bytesize=8&parity=N"


@pytest.fixture
def line() -> Iterator[Pty]:
    one = Pty()
    yield one
    for fd in (one.master, one.slave):
        try:
            os.close(fd)
        except OSError:
            continue


def test_tcp_bytes_both_ways_and_silence(listener: Listener) -> None:
    link, peer = listener.pair()
    with peer:
        link.write(b"hello", 1)
        assert peer.recv(10) == b"hello"
        assert link.read(10, 0.02) == b""
        peer.sendall(b"answer")
        assert link.read(3, 1) == b"ans"
        assert link.read(10, 1) == b"wer"
        link.close()
        link.close()
        assert peer.recv(10) == b""


def test_tcp_nobody_listens() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    with pytest.raises(LinkFault) as fault:
        transport_for(f"tcp://127.0.0.1:{port}").open()
    assert fault.value.problem is Problem.NOT_FOUND


def test_tcp_connect_deadline_holds() -> None:
    """A full accept queue leaves the connection unanswered, as a machine that is off behind a router does."""
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen(0)
        url = f"tcp://127.0.0.1:{server.getsockname()[1]}?connect_s=0.2"
        fillers = [transport_for(url) for _ in range(4)]
        faults = []
        start = time.monotonic()
        for filler in fillers:
            try:
                filler.open()
            except LinkFault as fault:
                faults.append(fault.problem)
        assert time.monotonic() - start < 60, "the kernel's own patience is over two minutes"
        for filler in fillers:
            filler.close()
    assert set(faults) == {Problem.TIMED_OUT}


def test_tcp_unknown_name() -> None:
    with pytest.raises(LinkFault) as fault:
        transport_for("tcp://no-such-host.invalid:9100").open()
    assert fault.value.problem is Problem.NOT_FOUND


def test_tcp_write_deadline_counts_what_left(listener: Listener) -> None:
    link, peer = listener.pair()
    start = time.monotonic()
    with peer, pytest.raises(LinkFault) as fault:
        link.write(bytes(50_000_000), 0.3)
    assert time.monotonic() - start < 60, "nobody reads: without a deadline it never ends"
    assert fault.value.problem is Problem.TIMED_OUT
    assert 0 < fault.value.sent < 50_000_000
    link.close()


def test_tcp_a_long_job_arrives_whole_through_a_slow_reader(listener: Listener) -> None:
    link, peer = listener.pair()
    data = bytes(range(256)) * 20_000
    got = bytearray()

    def read() -> None:
        while len(got) < len(data) and (piece := peer.recv(70_000)):
            got.extend(piece)

    with peer:
        peer.settimeout(5)
        reader = threading.Thread(target=read)
        reader.start()
        link.write(data, 10)
        reader.join(10)
    link.close()
    assert bytes(got) == data


@pytest.mark.parametrize("how", ["fin", "reset"])
def test_tcp_peer_that_hung_up_is_noticed_before_the_first_byte(listener: Listener, how: str) -> None:
    link, peer = listener.pair()
    if how == "reset":
        peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    peer.close()
    with pytest.raises(LinkFault) as fault:
        link.write(b"job", 1)
    assert fault.value.problem is Problem.LINK_LOST
    assert fault.value.sent == 0
    with pytest.raises(LinkFault, match="link_lost"):
        link.read(10, 1)
    link.close()


def test_closed_links_say_so(listener: Listener, line: Pty) -> None:
    for url in (listener.url, line.url):
        link = transport_for(url)
        for call in (lambda one=link: one.read(1, 0), lambda one=link: one.write(b"x", 0)):
            with pytest.raises(LinkFault) as fault:
                call()
            assert fault.value.problem is Problem.LINK_LOST


def test_serial_on_a_pty(line: Pty) -> None:
    link = transport_for(line.url)
    link.open()
    link.write(b"\x10\x04\x01", 1)
    assert os.read(line.master, 10) == b"\x10\x04\x01"
    assert link.read(10, 0.02) == b""
    os.write(line.master, b"\x16\x00\xff")
    assert link.read(10, 1) == b"\x16\x00\xff"
    speed = termios.tcgetattr(line.slave)[5]
    assert speed == termios.B19200
    link.close()
    link.close()


def test_serial_what_was_written_just_before_closing_arrives(line: Pty) -> None:
    link = transport_for(line.url)
    link.open()
    link.write(b"last frame", 1)
    link.close()
    os.set_blocking(line.master, False)
    assert os.read(line.master, 20) == b"last frame"


def test_serial_port_is_ours_alone(line: Pty) -> None:
    first, second = transport_for(line.url), transport_for(line.url)
    first.open()
    with pytest.raises(LinkFault) as fault:
        second.open()
    assert fault.value.problem is Problem.PORT_BUSY
    first.close()
    second.open()
    second.close()


def test_serial_missing_and_not_a_port(tmp_path) -> None:
    with pytest.raises(LinkFault) as fault:
        transport_for(f"serial://{tmp_path}/ttyUSB9").open()
    assert fault.value.problem is Problem.NOT_FOUND
    (tmp_path / "file").write_text("")
    with pytest.raises(LinkFault) as fault:
        transport_for(f"serial://{tmp_path}/file").open()
    assert fault.value.problem is Problem.WRONG_DEVICE


def test_serial_pulled_while_open(line: Pty) -> None:
    link = transport_for(line.url)
    link.open()
    os.close(line.master)
    os.close(line.slave)
    with pytest.raises(LinkFault) as fault:
        link.read(10, 1)
    assert fault.value.problem is Problem.LINK_LOST
    with pytest.raises(LinkFault) as fault:
        link.write(b"x", 1)
    assert fault.value.problem is Problem.LINK_LOST
    link.close()


def test_serial_write_deadline_and_close_do_not_wait_for_a_dead_device(line: Pty) -> None:
    link = transport_for(line.url)
    link.open()
    start = time.monotonic()
    with pytest.raises(LinkFault) as fault:
        link.write(bytes(1_000_000), 0.2)
    assert fault.value.problem is Problem.TIMED_OUT
    assert fault.value.sent < 1_000_000
    link.close()
    assert time.monotonic() - start < 20, "a dead device keeps a port that is closed for half a minute"


@pytest.mark.parametrize(
    ("error", "problem"),
    [
        (FileNotFoundError(errno.ENOENT, "x"), Problem.NOT_FOUND),
        (OSError(errno.EHOSTUNREACH, "x"), Problem.NOT_FOUND),
        (socket.gaierror(-2, "x"), Problem.NOT_FOUND),
        (PermissionError(errno.EACCES, "x"), Problem.PERMISSION_DENIED),
        (OSError(errno.EBUSY, "x"), Problem.PORT_BUSY),
        (serial.SerialException(errno.EAGAIN, "Could not exclusively lock port"), Problem.PORT_BUSY),
        (serial.SerialException("device reports readiness but returned no data"), Problem.LINK_LOST),
        (serial.SerialTimeoutException("Write timeout"), Problem.TIMED_OUT),
        (TimeoutError(), Problem.TIMED_OUT),
        (termios.error(errno.EIO, "Input/output error"), Problem.LINK_LOST),
        (OSError(errno.EIO, "x"), Problem.LINK_LOST),
        (BrokenPipeError(errno.EPIPE, "x"), Problem.LINK_LOST),
        (ValueError("file descriptor cannot be a negative integer"), Problem.LINK_LOST),
        (DriverFault(Problem.SILENT), Problem.SILENT),
    ],
    ids=repr,
)
def test_errors_of_the_system_become_problems(error: Exception, problem: Problem) -> None:
    assert problem_of(error) is problem
    assert fault_of(error, "tcp://x").detail.startswith("tcp://x: ")
