"""What an ESC/POS printer says about itself: bytes of DLE EOT, automatic status back, GS r, GS I (Epson reference)."""

import msgspec


class Condition(msgspec.Struct, frozen=True, kw_only=True):
    """How the printer is, as its sensors see it."""

    cover_open: bool = False
    paper_out: bool = False
    near_end: bool = False
    cutter_error: bool = False
    unrecoverable: bool = False
    overheated: bool = False

    @property
    def offline(self) -> bool:
        """Whether it stopped taking print data out of its buffer."""
        return self.cover_open or self.paper_out or self.error

    @property
    def error(self) -> bool:
        """Whether one of the error causes holds."""
        return self.cutter_error or self.unrecoverable or self.overheated


def real_time(n: int, now: Condition) -> bytes:
    """The answer to DLE EOT n (1-4); nothing for other n. Fixed pattern: ``b & 0x93 == 0x12``."""
    match n:
        case 1:
            return _byte(0x16, (now.offline, 0x08))
        case 2:
            return _byte(0x12, (now.cover_open, 0x04), (now.paper_out, 0x20), (now.error, 0x40))
        case 3:
            return _byte(0x12, (now.cutter_error, 0x08), (now.unrecoverable, 0x20), (now.overheated, 0x40))
        case 4:
            return _byte(0x12, (now.near_end or now.paper_out, 0x0C), (now.paper_out, 0x60))
        case _:
            return b""


def auto_status(now: Condition) -> bytes:
    """The four bytes of automatic status back. First byte: ``b & 0x93 == 0x10``."""
    first = _byte(0x14, (now.offline, 0x08), (now.cover_open, 0x20))
    second = _byte(0x00, (now.cutter_error, 0x08), (now.unrecoverable, 0x20), (now.overheated, 0x40))
    return first + second + paper_sensor(now) + b"\x0f"


def paper_sensor(now: Condition) -> bytes:
    """The answer to GS r 1, and the third byte of the automatic status."""
    return _byte(0x00, (now.near_end or now.paper_out, 0x03), (now.paper_out, 0x0C))


def identity(n: int, maker: str, model: str, serial: str) -> bytes:
    """The answer to GS I n: one byte for 1-3 (49-51), a framed text for 65-68; nothing for other n."""
    texts = {65: "1.00 SIM", 66: maker, 67: model, 68: serial}
    if n in texts:
        return b"\x5f" + texts[n].encode("ascii", "replace") + b"\x00"
    return {1: b"\x20", 2: b"\x02", 3: b"\x01"}.get(n - 48 if n >= 49 else n, b"")


def _byte(fixed: int, *bits: tuple[bool, int]) -> bytes:
    return bytes([fixed | sum(bit for on, bit in bits if on)])
