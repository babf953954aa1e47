"""Reading and writing an open, non-blocking file descriptor with deadlines; TCP and serial share it.

Own loops instead of ``socket.sendall`` or ``Serial.write``: these do not tell how many bytes left before the fault,
and that is what decides between "not printed" and "unconfirmed".
"""

import os
import select
import time

from drivers.faults import LINK_ERRORS, problem_of
from drivers.transport.base import LinkFault
from kiosk.vocabulary.hardware.problems import Problem


def read_some(fd: int, max_bytes: int, timeout_s: float, where: str) -> bytes:
    """What is there, or ``b""`` after the time. End of file is a lost link."""
    try:
        if not _ready(fd, select.POLLIN, timeout_s):
            return b""
        data = os.read(fd, max_bytes)
    except BlockingIOError:
        return b""
    except LINK_ERRORS as error:
        raise LinkFault(Problem.LINK_LOST, f"{where}: {error}") from error
    if not data:
        raise LinkFault(Problem.LINK_LOST, f"{where}: the other end closed the connection")
    return data


def write_all(fd: int, data: bytes, timeout_s: float, where: str) -> None:
    """Every byte within the time, or a LinkFault that counts what was handed over."""
    deadline = time.monotonic() + timeout_s
    sent = 0
    while sent < len(data):
        try:
            if not _ready(fd, select.POLLOUT, deadline - time.monotonic()):
                raise LinkFault(Problem.TIMED_OUT, f"{where}: {sent} of {len(data)} bytes taken in time", sent)
            sent += os.write(fd, data[sent:])
        except BlockingIOError:
            continue
        except LINK_ERRORS as error:
            problem = Problem.TIMED_OUT if problem_of(error) is Problem.TIMED_OUT else Problem.LINK_LOST
            raise LinkFault(problem, f"{where}: {error}", sent) from error


def _ready(fd: int, event: int, timeout_s: float) -> bool:
    poll = select.poll()
    poll.register(fd, event)
    return bool(poll.poll(max(0, round(timeout_s * 1000))))
