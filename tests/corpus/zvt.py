"""The messages of ``zvt_vectors.txt``, one by one."""

from pathlib import Path
from typing import NamedTuple


class Vector(NamedTuple):
    """``kind``: "serial", ">", "<", "status" or "text"; ``charset`` only of "text"."""

    kind: str
    data: bytes
    charset: str = ""


def vectors() -> list[Vector]:
    lines = Path(__file__).with_suffix("").with_name("zvt_vectors.txt").read_text("ascii").splitlines()
    return [_vector(line) for line in lines if line and not line.startswith("#")]


def _vector(line: str) -> Vector:
    kind, _, rest = line.partition(" ")
    if kind != "text":
        return Vector(kind, bytes.fromhex(rest))
    charset, _, digits = rest.partition(" ")
    return Vector(kind, bytes.fromhex(digits), charset)
