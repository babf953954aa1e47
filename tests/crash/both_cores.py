"""Runs a program of this folder over the large count of seeds, half of them in each of two processes."""

import os
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent


def both_cores(script: str, seed: int, count: int) -> None:
    """Raises AssertionError with every line the program said: a broken promise each."""
    env = {**os.environ, "PYTHONPATH": str(HERE.parents[1])}
    halves = [
        subprocess.Popen(
            [sys.executable, str(HERE / script), str(first), str(count // 2)],
            stdout=subprocess.PIPE,
            text=True,
            env=env,
        )
        for first in (seed, seed + count // 2)
    ]
    try:
        for half in halves:
            said, _ = half.communicate()
            assert said == "done\n", said
            assert half.returncode == 0
    finally:
        for half in halves:
            half.kill()
