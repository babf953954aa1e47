"""What a code is, without how its reader is set."""

from kiosk.scans import Scan, read_code


def read_scan(text: str, slip_key: bytes, base_url: str = "") -> Scan:
    return read_code(text, slip_key, base_url).scan
