#!/usr/bin/env python3
"""Print the SHA-256 rows of docs/assets.md: run it after replacing a foreign file and paste what changed."""

import hashlib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FOLDERS = ("kiosk/assets/fonts", "hub/static/fonts", "hub/static/vendor", "tests/vendor")


def rows() -> list[str]:
    """One table row per foreign file: path and hash."""
    files = [path for folder in FOLDERS for path in sorted((ROOT / folder).iterdir())]
    return [f"| `{path.relative_to(ROOT)}` | `{hashlib.sha256(path.read_bytes()).hexdigest()}` |" for path in files]


if __name__ == "__main__":
    print("\n".join(rows()))
