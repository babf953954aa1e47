"""From whatever the system raises to a Problem with a sentence: the one place where exceptions of links are read."""

import errno
import socket
import sys
import termios

from drivers.host.port import DriverFault
from kiosk.vocabulary.hardware.problems import Problem

LINK_ERRORS = (OSError, termios.error, ValueError)
"""All that a socket, a file descriptor or pyserial raises. A pulled adapter gives a bare OSError from one call and
``termios.error`` (which is not an OSError) from the next; a closed descriptor gives ValueError."""

_BY_ERRNO = {
    errno.ENOENT: Problem.NOT_FOUND,
    errno.ENODEV: Problem.NOT_FOUND,
    errno.ENXIO: Problem.NOT_FOUND,
    errno.ENOTTY: Problem.WRONG_DEVICE,
    errno.ECONNREFUSED: Problem.NOT_FOUND,
    errno.EHOSTUNREACH: Problem.NOT_FOUND,
    errno.ENETUNREACH: Problem.NOT_FOUND,
    errno.EHOSTDOWN: Problem.NOT_FOUND,
    errno.EACCES: Problem.PERMISSION_DENIED,
    errno.EPERM: Problem.PERMISSION_DENIED,
    errno.EBUSY: Problem.PORT_BUSY,
    errno.EAGAIN: Problem.PORT_BUSY,
    errno.ETIMEDOUT: Problem.TIMED_OUT,
}


def problem_of(error: BaseException) -> Problem:
    """The Problem behind an error of a link; what is not known is a lost link.

    pyserial wraps some errors without their number: then the one it wrapped is read.
    """
    if isinstance(error, DriverFault):
        return error.problem
    if isinstance(error, socket.gaierror):
        return Problem.NOT_FOUND
    if isinstance(error, TimeoutError) or _is_serial_timeout(error):
        return Problem.TIMED_OUT
    number = _number(error)
    if not number and error.__context__ is not None:
        return problem_of(error.__context__)
    return _BY_ERRNO.get(number, Problem.LINK_LOST)


def fault_of(error: BaseException, where: str) -> DriverFault:
    """The same as a DriverFault whose detail names the place."""
    return DriverFault(problem_of(error), f"{where}: {error}")


def _number(error: BaseException) -> int:
    if isinstance(error, OSError) and error.errno is not None:
        return error.errno
    first = error.args[0] if error.args else None
    return first if isinstance(first, int) else 0


def _is_serial_timeout(error: BaseException) -> bool:
    serial = sys.modules.get("serial")
    return serial is not None and isinstance(error, serial.SerialTimeoutException)
