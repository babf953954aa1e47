"""The import that an editor begins on the page, in a process of its own (``-m hub.catalogue.import_runs.child``).

It reads one ``Task`` from its standard input and writes one ``Result`` to its standard output. What it does is
``kiosk import``: a process of its own keeps the hub's event loop free of it, and gives its memory back when it ends.
"""

import os
import resource
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import assert_never

import msgspec

from hub.catalogue.import_runs.cli import import_catalogue
from hub.catalogue.import_runs.imports import Waiting
from hub.catalogue.import_runs.messages import Done, Faulty, Result, Task, Waits
from hub.catalogue.import_runs.uploaded_file import Parcel, open_parcel
from hub.catalogue.publication.publishing import InForce
from kiosk.catalogue.faults import CatalogueFaults

MEMORY_LIMIT = 3 * 1024**3
"""Bytes of address space: a file that needs more than this is no catalogue of a town."""


NICE = 10
"""Numbers come first."""


def work(task: Task, opened: Callable[[], None] = lambda: None) -> Result:
    """Do it. ``opened`` is called when the hub's database is open."""
    folder = Path(task.folder)
    parcel = open_parcel(Path(task.file), folder / "unpacked", task.by.name)
    if isinstance(parcel, CatalogueFaults):
        return Faulty(parcel.source, parcel.faults)
    done = import_catalogue(parcel.kind, parcel.source, Path(task.data), area=task.area, by=task.by, opened=opened)
    if isinstance(done, CatalogueFaults):
        return Faulty(_named(done.source, parcel, task), done.faults)
    match done.outcome:
        case Waiting():
            return Waits(done.draft.count)
        case InForce(version, changed):
            return Done(version, changed, done.draft.count, done.draft.report)
        case _:
            assert_never(done.outcome)


def _named(source: str, parcel: Parcel, task: Task) -> str:
    """A path of ours as the editor knows it: the file's name, and the one inside a zip."""
    path, folder = Path(source), Path(task.folder)
    if not path.is_relative_to(folder):
        return source
    inside = path.relative_to(folder).parts[1:]
    return f"{task.by.name}: {'/'.join(inside)}" if parcel.packed and inside else task.by.name


def give_way() -> None:
    """Read and compare with a low priority. Linux keeps one for each thread: the store's writer, which is started by
    now and holds the file while it writes, goes on with the usual one."""
    os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICE)


def main() -> None:
    """The process."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_LIMIT, MEMORY_LIMIT))
    task = msgspec.json.decode(sys.stdin.buffer.read(), type=Task)
    sys.stdout.buffer.write(msgspec.json.encode(work(task, give_way)))


if __name__ == "__main__":
    main()
