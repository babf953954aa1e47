"""Takes the bytes of two-line customer displays apart, sans-io: Epson's ESC/POS display set and the CD5220 set."""

import msgspec


class Op(msgspec.Struct, frozen=True):
    """One command or one character byte."""

    name: str
    data: bytes
    raw: bytes


_CONTROLS = {0x08: "left", 0x09: "right", 0x0A: "down", 0x0B: "home", 0x0C: "clear", 0x0D: "line_start", 0x18: "blank"}
_COMMON: dict[bytes, tuple[str, int]] = {
    b"\x1b@": ("init", 0), b"\x1bt": ("code_page", 1), b"\x1bR": ("charset", 1), b"\x1f\x01": ("overwrite", 0),
    b"\x1f\x02": ("scroll_up", 0), b"\x1f\x03": ("scroll_left", 0), b"\x1fE": ("blink", 1), b"\x1fC": ("cursor", 1),
}  # fmt: skip
_EPSON = _COMMON | {
    b"\x1f$": ("position", 2), b"\x1fX": ("brightness", 1), b"\x1f\n": ("up", 0), b"\x1f\r": ("line_end", 0),
    b"\x1fr": ("reverse", 1), b"\x1b=": ("select", 1), b"\x1fB": ("bottom", 0), b"\x1f@": ("self_test", 0),
}  # fmt: skip
_CD5220 = _COMMON | {
    b"\x1b*": ("brightness", 1), b"\x1bl": ("position", 2), b"\x1b_": ("cursor", 1), b"\x1b\x11": ("overwrite", 0),
    b"\x1b\x12": ("scroll_up", 0), b"\x1b\x13": ("scroll_left", 0),
}  # fmt: skip
SETS = {"epson": _EPSON, "cd5220": _CD5220}
_STRING_LIMIT = 40


class Parser:
    """Bytes in, ops out, however they are split. ``command_set`` is "epson" or "cd5220"."""

    def __init__(self, command_set: str) -> None:
        self._table = SETS[command_set]
        self._strings = command_set == "cd5220"
        self._held = bytearray()

    def feed(self, data: bytes) -> list[Op]:
        """The ops that are complete now."""
        self._held += data
        ops: list[Op] = []
        while (op := self._take()) is not None:
            del self._held[: len(op.raw)]
            ops.append(op)
        return ops

    def reset(self) -> None:
        """Forget a half-received command."""
        self._held.clear()

    def _take(self) -> Op | None:
        held = self._held
        if not held:
            return None
        if held[0] >= 0x20:
            return Op("char", bytes(held[:1]), bytes(held[:1]))
        if held[0] not in (0x1B, 0x1F):
            return Op(_CONTROLS.get(held[0], "unknown"), b"", bytes(held[:1]))
        if len(held) < 2:
            return None
        if self._strings and held[:2] == b"\x1bQ":
            return self._string()
        name, parameters = self._table.get(bytes(held[:2]), ("unknown", 0))
        if len(held) < 2 + parameters:
            return None
        return Op(name, bytes(held[2 : 2 + parameters]), bytes(held[: 2 + parameters]))

    def _string(self) -> Op | None:
        """``ESC Q A text CR`` writes the upper line, ``ESC Q B text CR`` the lower, whole."""
        held = self._held
        if len(held) < 3:
            return None
        end = held.find(0x0D, 3, 3 + _STRING_LIMIT)
        if end < 0:
            return None if len(held) < 3 + _STRING_LIMIT else Op("unknown", b"", bytes(held[:2]))
        name = {ord("A"): "upper", ord("B"): "lower"}.get(held[2], "unknown")
        return Op(name, bytes(held[3:end]), bytes(held[: end + 1]))
