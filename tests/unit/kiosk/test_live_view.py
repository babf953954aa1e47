"""The live view's socket: pictures and taps, for nobody but the panel of the same user, and only in a simulation."""

import socket
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from kiosk.cli import main
from kiosk.live_view import LiveTerminal, NotThere, Picture, reachable
from kiosk.main.live import LiveView

SHOWN = Picture(7, b"\xff\xd8 a picture")


class Window:
    """Stands for both halves that work in the window's thread."""

    def __init__(self) -> None:
        self.taps: list[tuple[float, float]] = []
        self.closed = 0

    def newest(self, after: int, wait_s: float) -> Picture | None:
        return None if after == SHOWN.version else SHOWN

    def tap(self, x: float, y: float) -> bool:
        self.taps.append((x, y))
        return len(self.taps) < 3

    def close(self) -> None:
        self.closed += 1


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Deeper than an address of a Unix socket may be long."""
    folder = tmp_path.joinpath(*["a-folder-with-a-long-name"] * 5)
    folder.mkdir(parents=True)
    return folder / "live.sock"


@pytest.fixture
def window(path: Path) -> Iterator[Window]:
    window, deaths = Window(), list[str]()
    view = LiveView(path, window, window, lambda name, detail: deaths.append(detail))
    yield window
    view.close()
    assert (window.closed, deaths) == (2, [])
    assert not path.exists()


def test_picture_comes_when_it_is_another_one(window: Window, path: Path) -> None:
    terminal = LiveTerminal(path)
    assert terminal.look(0) == SHOWN
    assert terminal.look(SHOWN.version) is None


def test_taps_are_passed_on_until_too_many_wait(window: Window, path: Path) -> None:
    terminal = LiveTerminal(path)
    assert [terminal.tap(0.25, n / 4) for n in range(3)] == [True, True, False]
    assert window.taps == [(0.25, 0.0), (0.25, 0.25), (0.25, 0.5)]


@pytest.mark.parametrize(
    "said", [b"", b"{}\n", b'{"type":"tap","x":1.5,"y":0}\n', b'{"type":"tap","x":"1","y":0}\n', b"\xff" * 1000]
)
def test_nonsense_gets_no_answer_and_the_next_one_does(window: Window, path: Path, said: bytes) -> None:
    with reachable(path) as address, socket.socket(socket.AF_UNIX) as link:
        link.connect(address)
        link.sendall(said)
        link.shutdown(socket.SHUT_WR)
        assert link.recv(100) == b""
    assert window.taps == []
    assert LiveTerminal(path).look(0) == SHOWN


@pytest.mark.usefixtures("window")
def test_socket_is_for_its_user_alone(path: Path) -> None:
    assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0


def test_a_terminal_that_is_not_there_is_no_fault(tmp_path: Path) -> None:
    assert LiveTerminal(tmp_path / "live.sock").look(0) == NotThere()
    assert LiveTerminal(tmp_path / "no folder" / "live.sock").tap(0, 0) == NotThere()


def test_a_full_screen_is_never_shown(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["terminal", "--data", str(tmp_path / "data"), "--config", str(tmp_path / "config.toml")]
    assert main([*words, "--live", str(tmp_path / "live.sock")]) == 2
    assert "--window" in capsys.readouterr().err


def test_no_service_starts_a_terminal_that_is_shown() -> None:
    deploy = Path(__file__).resolve().parents[3] / "deploy"
    texts = [path.read_text("utf-8") for path in deploy.rglob("*") if path.is_file()]
    assert any("kiosk terminal" in text for text in texts)
    assert not any("--live" in text for text in texts)
