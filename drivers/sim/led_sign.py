"""A simulated LED sign that speaks the Alpha protocol: text files in memory, the priority file above them all."""

import msgspec

from drivers.sim.alpha_parse import Command, Packet, Parser, TextFile, text_file
from drivers.sim.led_picture import sign_dots, sign_png
from drivers.sim.lines import make_line
from drivers.sim.peer import LineFaults, Peer, Seen

NORMAL, PRIORITY = "A", "0"


class SignModel(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The sign on the wall: LEDs, and what it listens to. Most sites wire one way, so it never answers."""

    columns: int = 120
    rows: int = 16
    type: str = "f"
    address: str = "01"


class LedSign:
    """The inside of the sign (a ``peer.Device``)."""

    def __init__(self, model: SignModel = SignModel()) -> None:
        self.model = model
        self.faults = LineFaults()
        self.files: dict[str, TextFile] = {}
        self.packets: list[Packet] = []
        self.refused: list[Command] = []
        self.clock = ""
        self._labels = {NORMAL, PRIORITY}
        self._parser = Parser()

    @property
    def showing(self) -> TextFile | None:
        """The text on the sign now: the priority file while it holds one, else the normal one."""
        return self.files.get(PRIORITY) or self.files.get(NORMAL)

    @property
    def text(self) -> str:
        """What can be read on it."""
        return self.showing.text if self.showing else ""

    def receive(self, data: bytes) -> bytes:
        """Take bytes and obey what is meant for this sign."""
        for packet in self._parser.feed(data):
            if _meant(packet, self.model):
                self.packets.append(packet)
                del self.packets[:-50]
                for command in packet.commands:
                    self._obey(command)
        return b""

    def work(self, now: float) -> bytes:
        """A sign says nothing by itself."""
        return b""

    def due_in(self, now: float) -> float | None:
        """Nothing to do between bytes."""
        return None

    def unplugged(self) -> None:
        """The line went away: a packet that has begun is dropped, texts stay."""
        self._parser.reset()

    def power_lost(self) -> None:
        """Texts stand in battery-backed memory and stay; the priority file does not."""
        self._parser.reset()
        self.files.pop(PRIORITY, None)

    def png(self, page: int = 0) -> bytes:
        """The sign as a picture."""
        model = self.model
        return sign_png(sign_dots(self.showing, model.columns, model.rows, page), model.columns, model.rows)

    def _obey(self, command: Command) -> None:
        if command.checksum is False:
            self.refused.append(command)
            return
        match command.code:
            case "A":
                self._write(command)
            case "E":
                self._special(command)
            case _:
                self.refused.append(command)

    def _write(self, command: Command) -> None:
        """An empty priority file takes it off; a label that memory was not set up for is refused."""
        file = text_file(command.data)
        if file.label not in self._labels:
            self.refused.append(command)
        elif file.label == PRIORITY and not file.runs:
            self.files.pop(PRIORITY, None)
        else:
            self.files[file.label] = file

    def _special(self, command: Command) -> None:
        function, rest = command.data[:1], command.data[1:].decode("ascii", "replace")
        if function == b"$":
            self._labels = {NORMAL, PRIORITY} if not rest else {PRIORITY, *(rest[at] for at in range(0, len(rest), 11))}
            self.files = {}
        elif function == b" ":
            self.clock = rest
        elif function == b",":
            self.files.pop(PRIORITY, None)
        else:
            self.refused.append(command)


def _meant(packet: Packet, model: SignModel) -> bool:
    if packet.type not in ("Z", "?", model.type):
        return False
    return packet.address == "00" or all(
        asked in ("?", mine) for asked, mine in zip(packet.address, model.address, strict=True)
    )


class SignPeer(Peer):
    """A simulated LED sign on a line."""

    answers = False
    has_picture = True

    def __init__(self, line: str = "tcp", port: int = 0, path: str = "", model: SignModel = SignModel()) -> None:
        self.sign = LedSign(model)
        super().__init__(self.sign, make_line(line, port, path))

    @property
    def text(self) -> str:
        """What can be read on the sign now."""
        with self.lock:
            return self.sign.text

    def seen(self) -> Seen:
        """The text that shows now."""
        with self.lock:
            showing = self.sign.showing
            return Seen(self.sign.text, showing.raw if showing else b"")

    def png(self) -> bytes:
        """The sign as a picture."""
        with self.lock:
            return self.sign.png()

    def wait_for_text(self, text: str, timeout_s: float = 30.0) -> bool:
        """Wait until the sign shows this somewhere."""
        return self.wait_for(lambda: text in self.sign.text, timeout_s)
