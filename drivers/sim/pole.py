"""A simulated two-line pole display (2 x 20): state is what can be read on it."""

from drivers.sim.code_pages import decode
from drivers.sim.led_picture import pole_png
from drivers.sim.lines import make_line
from drivers.sim.peer import LineFaults, Peer, Seen
from drivers.sim.pole_parse import Op, Parser

COLUMNS, ROWS = 20, 2


class Pole:
    """The inside of the display (a ``peer.Device``). ``command_set`` is "epson" or "cd5220"."""

    def __init__(self, command_set: str = "epson") -> None:
        self.command_set = command_set
        self.faults = LineFaults()
        self.unknown: list[bytes] = []
        self._parser = Parser(command_set)
        self.power_lost()

    def power_lost(self) -> None:
        """Everything is as after switching on."""
        self._parser.reset()
        self._cells = [[" "] * COLUMNS for _ in range(ROWS)]
        self._x = self._y = 0
        self._page = self._national = 0
        self.brightness, self.blink = 4, 0

    @property
    def lines(self) -> tuple[str, str]:
        """The two lines, 20 characters each."""
        return "".join(self._cells[0]), "".join(self._cells[1])

    def receive(self, data: bytes) -> bytes:
        """Take bytes; such a display never answers."""
        for op in self._parser.feed(data):
            self._obey(op)
        return b""

    def work(self, now: float) -> bytes:
        """A display says nothing by itself."""
        return b""

    def due_in(self, now: float) -> float | None:
        """Nothing to do between bytes."""
        return None

    def unplugged(self) -> None:
        """The line went away: a half-received command is dropped, the lines stay."""
        self._parser.reset()

    def png(self) -> bytes:
        """The display as a picture."""
        return pole_png(self.lines, self.brightness)

    def _obey(self, op: Op) -> None:
        match op.name:
            case "char":
                self._put(decode(op.data, self._page, self._national))
            case "upper" | "lower":
                text = decode(op.data, self._page, self._national)[:COLUMNS].ljust(COLUMNS)
                self._cells[op.name == "lower"] = list(text)
            case "init":
                self.power_lost()
            case "clear":
                self._cells = [[" "] * COLUMNS for _ in range(ROWS)]
                self._x = self._y = 0
            case "blank":
                self._cells[self._y] = [" "] * COLUMNS
                self._x = 0
            case "unknown":
                self.unknown.append(op.raw)
            case _:
                self._move_or_set(op)

    def _move_or_set(self, op: Op) -> None:
        n = op.data[0] if op.data else 0
        match op.name:
            case "position" if 1 <= n <= COLUMNS and 1 <= op.data[1] <= ROWS:
                self._x, self._y = n - 1, op.data[1] - 1
            case "home":
                self._x = self._y = 0
            case "line_start":
                self._x = 0
            case "down":
                self._y = (self._y + 1) % ROWS
            case "left":
                self._x = max(0, self._x - 1)
            case "right":
                self._advance()
            case "brightness":
                self.brightness = min(4, max(1, n))
            case "blink":
                self.blink = n
            case "code_page":
                self._page = n
            case "charset":
                self._national = n
            case _:
                pass

    def _put(self, char: str) -> None:
        self._cells[self._y][self._x] = char
        self._advance()

    def _advance(self) -> None:
        """Overwrite mode: behind the last column the next line begins, behind the last line the first."""
        self._x += 1
        if self._x == COLUMNS:
            self._x, self._y = 0, (self._y + 1) % ROWS


class PolePeer(Peer):
    """A simulated pole display on a line."""

    answers = False
    has_picture = True

    def __init__(self, line: str = "tcp", port: int = 0, path: str = "", command_set: str = "epson") -> None:
        self.pole = Pole(command_set)
        super().__init__(self.pole, make_line(line, port, path))

    @property
    def lines(self) -> tuple[str, str]:
        """The two lines as they stand."""
        with self.lock:
            return self.pole.lines

    def seen(self) -> Seen:
        """The two lines and how bright they are."""
        with self.lock:
            text = "\n".join(self.pole.lines)
            return Seen(text, text.encode() + bytes([self.pole.brightness]))

    def png(self) -> bytes:
        """The display as a picture."""
        with self.lock:
            return self.pole.png()

    def wait_for_text(self, text: str, timeout_s: float = 30.0) -> bool:
        """Wait until one of the lines holds this."""
        return self.wait_for(lambda: any(text in line for line in self.pole.lines), timeout_s)
