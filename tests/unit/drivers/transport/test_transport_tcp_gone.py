"""A network peer that takes nothing for a while is there; one that acknowledges nothing is gone."""

import os
import socket
import struct
import time
from collections.abc import Iterator

import pytest

from drivers.transport import LinkFault
from drivers.transport.tcp import TcpTransport, is_gone
from kiosk.vocabulary.hardware.problems import Problem

FULL = os.environ.get("KIOSK_TEST_SIZE") == "full"


def tcp_info(*, retransmits: int = 0, probes: int = 0, last_ack_ms: int) -> bytes:
    """As the kernel gives it (linux/tcp.h), up to tcpi_last_ack_recv."""
    head = struct.pack("=8B", 1, 0, retransmits, probes, 0, 7, 0, 0)
    return head + struct.pack("=12I", *range(1_000_000, 12_000_001, 1_000_000)) + struct.pack("=I", last_ack_ms)


@pytest.mark.parametrize(
    ("info", "gone"),
    [
        (tcp_info(last_ack_ms=3_600_000), False),
        (tcp_info(retransmits=3, last_ack_ms=2_000), False),
        (tcp_info(retransmits=6, last_ack_ms=12_000), True),
        (tcp_info(probes=4, last_ack_ms=30_000), True),
        (tcp_info(probes=1, last_ack_ms=60_000), False),
    ],
    ids=["idle for an hour", "a bad moment", "data never acknowledged", "probes never acknowledged", "asleep"],
)
def test_what_the_kernel_says_of_a_peer(info: bytes, gone: bool) -> None:
    assert is_gone(info) is gone


@pytest.fixture
def server() -> Iterator[socket.socket]:
    with socket.socket() as listening:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        listening.bind(("127.0.0.1", 0))
        listening.listen(1)
        yield listening


def link_to(server: socket.socket) -> TcpTransport:
    return TcpTransport("127.0.0.1", server.getsockname()[1])


def test_a_peer_that_is_there_is_never_gone_and_never_cut_by_the_kernel(server: socket.socket) -> None:
    link = link_to(server)
    link.open()
    assert link.read(10, 0.0) == b""
    raw = link._socket
    assert raw is not None
    assert raw.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT) == 0
    assert raw.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE) == 1
    link.close()


@pytest.mark.skipif(not FULL, reason="takes 14 s: a real printer without paper behind a full window")
def test_a_printer_without_paper_keeps_its_connection(server: socket.socket) -> None:
    link = link_to(server)
    link.open()
    printer, _ = server.accept()
    slip = bytes(range(256)) * 1200
    with pytest.raises(LinkFault) as fault:
        fill(link, slip)
    assert fault.value.problem is Problem.TIMED_OUT
    end = time.monotonic() + 14
    while time.monotonic() < end:
        assert link.read(10, 0.5) == b""
    with printer:
        assert printer.recv(1 << 20).startswith(slip[:256])
    link.close()


def fill(link: TcpTransport, slip: bytes) -> None:
    """Write until nothing more is taken. Raises LinkFault."""
    for _ in range(50):
        link.write(slip, 0.2)
