"""A virtual X display (Xvfb) whose picture can be read without any program on it taking part."""

import os
import shutil
import struct
import subprocess
import tempfile
from pathlib import Path

from PIL import Image

from lobby.patience import PATIENCE_S, until


class VirtualDisplay:
    """Xvfb with its frame buffer mapped into a file (XWD format), from which pictures are taken."""

    def __init__(self, width: int, height: int) -> None:
        self.width, self.height = width, height
        self.folder = Path(tempfile.mkdtemp(prefix="townhall-display-"))
        self._process: subprocess.Popen[bytes] | None = None
        self.name = ""

    def start(self) -> str:
        """Start it on the first free display number; returns the name for DISPLAY. Raises RuntimeError."""
        read, write = os.pipe()
        command = ["Xvfb", "-displayfd", str(write), "-screen", "0", f"{self.width}x{self.height}x24"]
        command += ["-fbdir", str(self.folder), "-nolisten", "tcp", "-noreset", "-ac"]
        try:
            self._process = subprocess.Popen(
                command, pass_fds=[write], stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL, process_group=0
            )  # its own group: Ctrl-C must not end it before the programs that draw on it
        except FileNotFoundError as missing:
            raise RuntimeError("Xvfb is not installed: apt-get install xvfb") from missing
        finally:
            os.close(write)
        with os.fdopen(read) as answer:
            number = answer.readline().strip()
        if not number:
            raise RuntimeError("Xvfb did not start")
        self.name = f":{number}"
        self._wait_for_picture()
        return self.name

    def stop(self) -> None:
        """End it."""
        if self._process is not None:
            self._process.terminate()
            self._process.wait(PATIENCE_S)
        for file in self.folder.glob("*"):
            file.unlink()
        self.folder.rmdir()

    def picture(self) -> Image.Image:
        """What stands on the display now."""
        return read_xwd(self.folder / "Xvfb_screen0")

    def _wait_for_picture(self) -> None:
        until((self.folder / "Xvfb_screen0").exists, "a picture of Xvfb")


def answers(name: str) -> bool:
    """Whether an X display of this name lets us in; "" is none. Where none does, SDL draws into nowhere, silently."""
    ask = shutil.which("xdotool")
    if not name or ask is None:
        return bool(name)
    env = os.environ | {"DISPLAY": name}
    return subprocess.run([ask, "getdisplaygeometry"], env=env, capture_output=True, check=False).returncode == 0


def read_xwd(path: Path) -> Image.Image:
    """A picture from an XWD file, version 7, 32 bits per pixel (X11/XWDFile.h)."""
    raw = path.read_bytes()
    header = struct.unpack(">25I", raw[:100])
    size, version, _, _, width, height, _, byte_order, _, _, _, bits, line = header[:13]
    if version != 7 or bits != 32:
        raise ValueError(f"{path}: not a 32-bit XWD picture of version 7")
    colours = header[19]
    start = size + colours * 12
    order = "BGRX" if byte_order == 0 else "XRGB"
    return Image.frombuffer("RGB", (width, height), raw[start : start + line * height], "raw", order, line, 1)
