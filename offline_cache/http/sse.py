"""Server-sent events (HTML standard, section 9.2.6) as a sans-io codec with a bounded buffer."""

import msgspec

_LINE_MAX = 256 * 1024
"""Bytes of one line and of one event's data; a longer event is dropped whole."""


class ServerEvent(msgspec.Struct, frozen=True):
    """One event: its kind ("message" when it names none), its data and the newest id of the stream ("" = none)."""

    kind: str
    data: str
    id: str


class EventParser:
    """Bytes in, events out, however the bytes are split."""

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._kind, self._data, self._id, self._size = "", list[str](), "", 0
        self._skipping = False

    def feed(self, received: bytes) -> list[ServerEvent]:
        """The events that are complete now."""
        self._buffer += received
        events: list[ServerEvent] = []
        while (line := self._line()) is not None:
            event = self._take(line)
            if event is not None:
                events.append(event)
        return events

    def _line(self) -> str | None:
        """The next whole line without its end; CR, LF and CRLF end one, a CR at the very end waits for what follows."""
        ends = [at for at in (self._buffer.find(b"\n"), self._buffer.find(b"\r")) if at >= 0]
        at = min(ends, default=-1)
        if at < 0 or (self._buffer[at] == 0x0D and at + 1 == len(self._buffer)):
            if len(self._buffer) > _LINE_MAX:
                self._buffer.clear()
                self._skipping = True
            return None
        wide = self._buffer[at : at + 2] == b"\r\n"
        line = self._buffer[:at].decode("utf-8", "replace")
        del self._buffer[: at + 1 + wide]
        return line

    def _take(self, line: str) -> ServerEvent | None:
        if not line:
            return self._dispatch()
        if line.startswith(":"):
            return None
        field, _, value = line.partition(":")
        value = value.removeprefix(" ")
        match field:
            case "event":
                self._kind = value
            case "data":
                self._size += len(value) + 1  # an empty line takes room too
                if self._size > _LINE_MAX:
                    self._skipping = True
                else:
                    self._data.append(value)
            case "id" if "\0" not in value:
                self._id = value
        return None

    def _dispatch(self) -> ServerEvent | None:
        kind, data, skipped = self._kind or "message", self._data, self._skipping
        self._kind, self._data, self._size, self._skipping = "", [], 0, False
        return None if skipped or not data else ServerEvent(kind, "\n".join(data), self._id)
