"""A VFS between SQLite and the disk whose n-th call fails, once, or whose disk is full from then on."""

import time
from collections.abc import Callable
from typing import Any

import apsw

COUNTED = ("xWrite", "xSync", "xTruncate", "xRead")


class FaultyVfs(apsw.VFS):
    """Counts calls that may fail; ``fail_at`` = number of the call that fails (0 = none), ``error`` what it raises."""

    def __init__(self, name: str) -> None:
        super().__init__(name, "")
        self.name = name
        self.calls = 0
        self.fail_at = 0
        self.lasting = False
        self.error: type[apsw.Error] = apsw.IOError
        self.only: tuple[str, ...] = COUNTED
        self.failed = 0
        self.slow_s = 0.0
        """A slow disk: seconds before each write reaches it."""

    def arm(self, fail_at: int, error: type[apsw.Error] = apsw.IOError, *, lasting: bool = False) -> None:
        self.calls, self.failed = 0, 0
        self.fail_at, self.error, self.lasting = fail_at, error, lasting

    def xOpen(self, name: Any, flags: Any) -> "FaultyFile":
        return FaultyFile(self, name, flags)

    def check(self, call: str) -> None:
        if self.slow_s and call == "xWrite":
            time.sleep(self.slow_s)
        if call not in self.only:
            return
        self.calls += 1
        if self.fail_at and (self.calls == self.fail_at or (self.lasting and self.calls > self.fail_at)):
            self.failed += 1
            raise self.error(f"injected at call {self.calls} ({call})")


class FaultyFile(apsw.VFSFile):
    def __init__(self, vfs: FaultyVfs, name: Any, flags: Any) -> None:
        self._vfs = vfs
        super().__init__("", name, flags)

    def xRead(self, amount: int, offset: int) -> bytes:
        return self._do("xRead", lambda: super(FaultyFile, self).xRead(amount, offset))

    def xWrite(self, data: Any, offset: int) -> None:
        self._do("xWrite", lambda: super(FaultyFile, self).xWrite(data, offset))

    def xSync(self, flags: int) -> None:
        self._do("xSync", lambda: super(FaultyFile, self).xSync(flags))

    def xTruncate(self, size: int) -> None:
        self._do("xTruncate", lambda: super(FaultyFile, self).xTruncate(size))

    def _do(self, call: str, real: Callable[[], Any]) -> Any:
        self._vfs.check(call)
        return real()
