"""Takes a picture that an editor brings and has it made fit, in a process of its own (``child`` beside this).

For the event loop's thread. One at a time: a decoder may take much memory.
"""

import asyncio
import contextlib
import logging
import sys
from collections.abc import AsyncIterator
from enum import StrEnum

import msgspec

from hub.catalogue.face.messages import Made, Result, Slot, Task, Unusable, Why
from hub.log import event
from hub.uploads import NoRoom, Upload, Uploads

LOGGER = logging.getLogger("hub.catalogue")
WORK_S = 60.0
"""A picture that is not made by then is given up."""
_results: msgspec.json.Decoder[Result] = msgspec.json.Decoder(Result)


class Lost(StrEnum):
    """Why a file could not be looked at."""

    CUT = "cut"
    """It did not arrive whole."""
    DISK = "disk"


class PictureMaker:
    """Of one hub. ``command`` is tests' own process instead of the child's."""

    def __init__(self, uploads: Uploads, command: tuple[str, ...] | None = None) -> None:
        self._uploads = uploads
        self._command = command or (sys.executable, "-I", "-m", "hub.catalogue.face.child")
        self._busy = False

    async def make(self, slot: Slot, size: int, pieces: AsyncIterator[bytes]) -> Made | Unusable | NoRoom | Lost:
        """Take a file of ``size`` bytes and make it fit. Raises what the stream raises when the client goes away."""
        if self._busy:
            return NoRoom.BUSY
        upload = self._uploads.begin(size)
        if isinstance(upload, NoRoom):
            return upload
        self._busy = True
        try:
            if not await upload.receive(pieces):
                return Lost.CUT
            return await self._worked(Task(str(upload.file), slot), upload)
        except OSError as fault:
            LOGGER.error("cannot take a picture: %s", fault, extra=event("face.failed"))
            return Lost.DISK
        finally:
            self._busy = False
            upload.close()

    async def _worked(self, task: Task, upload: Upload) -> Made | Unusable:
        child = await asyncio.create_subprocess_exec(
            *self._command,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            cwd=upload.folder,
        )
        try:
            async with asyncio.timeout(WORK_S):
                told, complaint = await child.communicate(msgspec.json.encode(task))
        except TimeoutError:
            LOGGER.warning("a picture was given up after %d s", WORK_S, extra=event("face.failed"))
            return Unusable(Why.DAMAGED)
        finally:
            if child.returncode is None:
                child.kill()
                with contextlib.suppress(ProcessLookupError):
                    await child.wait()
        if child.returncode:
            said = complaint.decode("utf-8", "replace")[-2000:]
            LOGGER.warning(
                "a picture ended its process with %d: %s", child.returncode, said, extra=event("face.failed")
            )
            return Unusable(Why.DAMAGED)
        return _results.decode(told)
