"""A process of the tests that has loaded everything and forks what is to be killed (``killed_store``)."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

HERE = Path(__file__).parent


@contextmanager
def forking(script: str) -> Iterator[subprocess.Popen[bytes]]:
    """Run a script of this folder; it takes orders on standard input and ends with it."""
    process = subprocess.Popen(
        [sys.executable, str(HERE / script)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(HERE.parents[1])},
    )
    yield process
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.close()
    process.wait(300)
    process.stdout.close()
