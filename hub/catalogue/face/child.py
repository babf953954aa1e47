"""The process that makes a picture fit (``-m hub.catalogue.face.child``): one task in, one result out.

A process of its own, because a decoder that meets a hostile file may need any memory and time, or fall over: this one
has bounds, and the hub goes on without it.
"""

import os
import resource
import sys
from pathlib import Path

import msgspec

from hub.catalogue.face.fit import fit
from hub.catalogue.face.messages import Task

MEMORY_LIMIT = 1024**3
"""Bytes of address space."""
CPU_S = 20
"""Seconds of processor time; the largest photograph takes two."""
NICE = 10
"""Numbers come first."""


def main() -> None:
    """The process."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_LIMIT, MEMORY_LIMIT))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_S, CPU_S))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    os.nice(NICE)
    task = msgspec.json.decode(sys.stdin.buffer.read(), type=Task)
    sys.stdout.buffer.write(msgspec.json.encode(fit(Path(task.file), task.slot)))


if __name__ == "__main__":
    main()
