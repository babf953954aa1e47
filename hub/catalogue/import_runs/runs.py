"""Imports that editors begin on the page: one at a time, each in a process of its own (``child`` beside this).

For the event loop's thread. What became of the last one is remembered until the next, or until the hub ends.
"""

import asyncio
import contextlib
import logging
import os
import sys
from collections.abc import AsyncIterator, Callable
from enum import StrEnum
from pathlib import Path

import msgspec

from hub.catalogue.import_runs.messages import Bringer, Result, Task
from hub.log import event
from hub.uploads import NoRoom, Upload, Uploads

LOGGER = logging.getLogger("hub.catalogue")
WORK_S = 1800.0
"""An import that has not ended by then is stopped."""


_results: msgspec.json.Decoder[Result] = msgspec.json.Decoder(Result)


class Stage(StrEnum):
    """How far an import is."""

    COMING = "coming"
    """Its file is on its way."""
    READING = "reading"
    """It is read, checked, compared and published."""
    ENDED = "ended"


class Broken(StrEnum):
    """Why an import came to no result."""

    CUT = "cut"
    """The file is empty or did not arrive whole."""
    DISK = "disk"
    STOPPED = "stopped"
    """It took too long, needed too much memory, or met a bug; the log says which."""


class Run(msgspec.Struct):
    """One import. It changes while it goes on."""

    by: Bringer
    size: int
    begun_ms: int
    stage: Stage = Stage.COMING
    result: Result | Broken | None = None


class Runs:
    """All of one hub. ``command`` is tests' own process instead of the import's."""

    def __init__(
        self, uploads: Uploads, data: Path, now_ms: Callable[[], int], command: tuple[str, ...] | None = None
    ) -> None:
        self._uploads, self._data, self._now_ms = uploads, data, now_ms
        self._command = command or (sys.executable, "-I", "-m", "hub.catalogue.import_runs.child")
        self._runs: dict[str, Run] = {}
        self._task: asyncio.Task[None] | None = None

    def of(self, site: str) -> Run | None:
        """The site's import that goes on, or ended last."""
        return self._runs.get(site)

    @property
    def going_on(self) -> bool:
        """Whether one is coming or being read."""
        return any(run.stage is not Stage.ENDED for run in self._runs.values())

    async def take(self, by: Bringer, area: str, size: int, pieces: AsyncIterator[bytes]) -> Run | NoRoom:
        """Take a file and begin to read it; returns when it has arrived. Raises what the stream raises when the client
        goes away; then nothing is left of it."""
        if self.going_on:
            return NoRoom.BUSY
        upload = self._uploads.begin(size)
        if isinstance(upload, NoRoom):
            return upload
        run = self._runs[by.site] = Run(by, size, self._now_ms())
        try:
            await self._receive(run, upload, pieces)
        except BaseException:
            run.stage, run.result = Stage.ENDED, Broken.CUT
            raise
        finally:
            if run.stage is Stage.ENDED:
                upload.close()
        if run.stage is Stage.READING:
            self._task = asyncio.create_task(self._read(run, upload, area))
        return run

    async def close(self) -> None:
        """The hub ends: stop what goes on, and wait for that."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _receive(self, run: Run, upload: Upload, pieces: AsyncIterator[bytes]) -> None:
        try:
            whole = await upload.receive(pieces)
        except OSError as fault:
            LOGGER.error("cannot keep the file of an import: %s", fault, extra=event("import.failed"))
            run.stage, run.result = Stage.ENDED, Broken.DISK
            return
        run.stage, run.result = (Stage.READING, None) if whole else (Stage.ENDED, Broken.CUT)

    async def _read(self, run: Run, upload: Upload, area: str) -> None:
        task = Task(str(upload.file), str(upload.folder), str(self._data), area, run.by)
        run.result = Broken.STOPPED
        try:
            run.result = await self._worked(task)
        except TimeoutError:
            LOGGER.error("an import was stopped after %d s", WORK_S, extra=event("import.failed"))
        except OSError as fault:
            LOGGER.error("cannot begin an import: %s", fault, extra=event("import.failed"))
        finally:
            run.stage = Stage.ENDED
            upload.close()

    async def _worked(self, task: Task) -> Result | Broken:
        """Run the process. Its temporary files lie beside the upload, on the disk whose room was looked at."""
        child = await asyncio.create_subprocess_exec(
            *self._command,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            env={**os.environ, "TMPDIR": task.folder},
        )
        try:
            async with asyncio.timeout(WORK_S):
                told, complaint = await child.communicate(msgspec.json.encode(task))
        finally:
            if child.returncode is None:
                child.kill()
                with contextlib.suppress(ProcessLookupError):
                    await child.wait()
        if child.returncode:
            LOGGER.error(
                "an import ended with %d: %s",
                child.returncode,
                complaint.decode("utf-8", "replace")[-4000:],
                extra=event("import.failed"),
            )
            return Broken.STOPPED
        result: Result = _results.decode(told)
        return result
