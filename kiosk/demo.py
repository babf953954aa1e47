"""``kiosk demo``: hub, simulated devices and a terminal on this machine, filled with a demo town.

Everything binds to loopback. Ports are the usual ones where they are free, else any free ones. Each program is a
process of its own, as in a town hall; when the demo ends, they end, last started first.
"""

import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from urllib.parse import urlsplit

import requests

from kiosk import isolated, private, wire
from kiosk.config import Device, Hub, Panel, Site, TerminalConfig, Timing, save
from kiosk.demo_page.page import Account, Addresses, StartPage
from kiosk.demo_page.server import StartPageServer
from kiosk.i18n.texts import Texts
from kiosk.main.terminal import RESTART
from kiosk.vocabulary.hardware.devices import DeviceKind

READY_S = 300.0
"""A hub that comes up slowly is waited for; one that ended is not."""
ENDINGS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
"""Ctrl-C, an order from outside, a closed window or connection."""
PORTRAIT = Panel(width_px=1080, height_px=1920, width_mm=336.3, height_mm=597.9)
LANDSCAPE = Panel(width_px=1280, height_px=800, width_mm=323.1, height_mm=201.9, bottom_mm=900.0, max_reach_mm=1220.0)


MODELS = {
    "printer": (DeviceKind.RECEIPT_PRINTER, "epson_tm_t20"),
    "sign": (DeviceKind.QUEUE_DISPLAY, "alpha"),
    "pole": (DeviceKind.QUEUE_DISPLAY, "pole_epson"),
    "scanner": (DeviceKind.SCANNER, "serial_lines"),
}
"""The simulated devices, as the terminal's configuration names them."""


class Demo:
    """The programs of a demo town hall. ``start_*`` in order, ``stop`` ends what was started."""

    def __init__(self, folder: Path, panel: Panel = PORTRAIT, *, fixed_ports: bool = True) -> None:
        self.folder, self.panel = folder, panel
        self._fixed = fixed_ports
        self.hub_url = ""
        self.devices: dict[str, str] = {}
        self.accounts: tuple[Account, ...] = ()
        self._code = ""
        self._traced = 0
        self.processes: dict[str, subprocess.Popen[bytes]] = {}
        private.make(folder)
        private.make(folder / "log")

    @property
    def trace(self) -> Path:
        """What the terminal draws, as JSON lines."""
        return self.folder / "trace.jsonl"

    @property
    def live(self) -> Path:
        """The socket at which the panel sees and touches the terminal."""
        return self.folder / "terminal" / "live.sock"

    @property
    def config(self) -> Path:
        """The terminal's configuration."""
        return self.folder / "terminal" / "config.toml"

    @property
    def panel_url(self) -> str:
        """The simulators' panel."""
        return self.devices.get("panel", "")

    def start_hub(self) -> None:
        """Fill the demo town (the first time) and start the hub. Raises RuntimeError when it does not come up."""
        from hub.demo_town import fill

        port = self._port(8080)
        self.hub_url = f"http://127.0.0.1:{port}"
        filled = fill(self.folder / "hub", self.hub_url)
        self._code = filled.code
        self.accounts = tuple(Account(*each) for each in filled.accounts)
        self.run_hub()

    def run_hub(self) -> None:
        """Start the hub's process on its port (again)."""
        port = self.hub_url.rsplit(":", 1)[1]
        self._start("hub", "hub", "--port", port, "--data", str(self.folder / "hub"))
        self._wait_for_hub()

    def start_simulators(self, *, sign: str = "", pole: str = "", payment: bool = False) -> None:
        """Start printer, sign (pole, payment terminal) as byte-level peers with their panel."""
        sign = sign or f"tcp:{self._port(9101)}"
        command = ["sim", "--printer", f"tcp:{self._port(9100)}", "--sign", sign]
        command += ["--scanner", f"tcp:{self._port(9102)}"]
        command += ["--terminal", str(self.live)]
        command += ["--panel", str(self._port(8090)), "--print-urls-json"]
        if pole:
            command += ["--pole", pole]
        if payment:
            command += ["--payment", f"tcp:{self._port(20007)}"]
        process = self._start("sim", *command, stdout=subprocess.PIPE)
        assert process.stdout is not None
        line = process.stdout.readline()
        if not line:
            raise RuntimeError(f"the simulators did not start: see {self.folder / 'log' / 'sim.log'}")
        self.devices = json.loads(line)

    def write_config(self, timing: Timing | None = None) -> None:
        """Enrol a terminal and write its configuration with the simulated devices."""
        answer = requests.post(
            f"{self.hub_url}/api/v1/enrol", json={"code": self._code, "version": wire.VERSION}, timeout=READY_S
        )
        answer.raise_for_status()
        enrolled = answer.json()
        devices = {
            name: Device(kind=kind, model=model, url=self.devices[name])
            for name, (kind, model) in MODELS.items()
            if self.devices.get(name)
        }
        config = TerminalConfig(
            panel=self.panel,
            hub=Hub(
                url=self.hub_url,
                terminal=enrolled["terminal"],
                name=enrolled["name"],
                key=enrolled["key"],
                site=enrolled["site"],
                signers={signer["kid"]: signer["x"] for signer in enrolled["signers"]},
            ),
            site=Site(town=enrolled["town"], name=enrolled["site_name"], base_url=enrolled.get("base_url", "")),
            devices=devices,
            timing=timing or Timing(),
        )
        save(self.config, config)

    def start_terminal(self, window: str = "") -> None:
        """Start the terminal on the display in DISPLAY."""
        self._traced = self.trace.stat().st_size if self.trace.exists() else 0
        words = ["terminal", "--config", str(self.config), "--data", str(self.folder / "terminal")]
        words += ["--trace", str(self.trace), "--window", window or f"{self.panel.width_px}x{self.panel.height_px}"]
        words += ["--live", str(self.live)]
        self._start("terminal", *words)

    def wait_for_terminal(self) -> None:
        """Wait until its start screen is drawn, or until it ended: who waits for its end learns of that."""
        end = time.monotonic() + READY_S
        while time.monotonic() < end and self.processes["terminal"].poll() is None and not self._stands():
            time.sleep(0.1)

    def _stands(self) -> bool:
        """Whether the terminal that was started last has drawn its start screen."""
        if not self.trace.exists():
            return False
        with self.trace.open("rb") as file:
            file.seek(self._traced)
            return b'"screen": "start"' in file.read()

    def start_page(self) -> StartPageServer:
        """The page that says all this in a browser; the caller starts and stops it. Raises OSError."""
        page = StartPage(self.addresses(), Texts.load("terminal"), Texts.load("hub"))
        return StartPageServer(page, self._port(8000))

    def addresses(self) -> Addresses:
        """Where everything is, once it runs."""
        return Addresses(self.hub_url, self.panel_url, self.accounts)

    def stop_one(self, name: str, how: int = signal.SIGTERM) -> None:
        """End one program."""
        process = self.processes.pop(name, None)
        if process is None:
            return
        process.send_signal(how)
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(10)
        if process.stdout is not None:
            process.stdout.close()

    def stop(self) -> None:
        """End everything, last started first."""
        for name in reversed(list(self.processes)):
            self.stop_one(name)

    def _start(self, name: str, *words: str, stdout: int | None = None) -> subprocess.Popen[bytes]:
        with (self.folder / "log" / f"{name}.log").open("ab") as log:
            process = subprocess.Popen(
                [*isolated.COMMAND, *words],
                stdout=stdout or log,
                stderr=log,
                stdin=subprocess.DEVNULL,
                process_group=0,  # Ctrl-C reaches us alone, so that the programs end in order
            )
        self.processes[name] = process
        return process

    def _wait_for_hub(self) -> None:
        end = time.monotonic() + READY_S
        while time.monotonic() < end and self.processes["hub"].poll() is None:
            with (
                contextlib.suppress(requests.ConnectionError, requests.Timeout),
                requests.get(f"{self.hub_url}/healthz", timeout=2) as ok,
            ):
                if ok.status_code == 200:
                    return
            time.sleep(0.1)
        raise RuntimeError(f"the hub did not start: see {self.folder / 'log' / 'hub.log'}")

    def _port(self, usual: int) -> int:
        return free_port(usual if self._fixed else 0)


def free_port(usual: int) -> int:
    """The usual port where it is free, else any free one on loopback."""
    for wanted in (usual, 0):
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", wanted))
            except OSError:
                continue
            port: int = probe.getsockname()[1]
            return port
    raise RuntimeError("no free port on loopback")


def run_demo(data: Path | None, window: str, *, monitor: bool = True) -> int:
    """Start everything, print the addresses, and wait until the terminal or the operator ends it.

    ``monitor``: somebody sees the display in DISPLAY, so a browser is opened there too.
    """
    began = time.monotonic()
    end_in_order()
    with contextlib.ExitStack() as stack:
        folder = data or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="townhall-demo-")))
        demo = Demo(folder, LANDSCAPE if window == "1280x800" else PORTRAIT)
        stack.callback(demo.stop)
        try:
            demo.start_hub()
            demo.start_simulators(payment=True)
            demo.write_config()
            demo.start_terminal(window)
            page = demo.start_page()
            page.start()
            stack.callback(page.stop)
            demo.wait_for_terminal()
            _welcome(demo, page.url, time.monotonic() - began, monitor)
            while (code := _end_of(demo.processes["terminal"])) == RESTART:
                demo.start_terminal(window)
            return code
        except KeyboardInterrupt:
            return 0
        except RuntimeError as fault:
            sys.stderr.write(f"{fault}\n")
            return 1


def _end_of(process: subprocess.Popen[bytes]) -> int:
    """Its exit code. Looks again each second: a signal that comes between Python's look for one and the system call
    does not interrupt it, so the demo would wait for ever."""
    while True:
        with contextlib.suppress(subprocess.TimeoutExpired):
            return process.wait(1.0)


def end_in_order() -> None:
    """From now on the first of ENDINGS is a KeyboardInterrupt and no second one disturbs the tidying up.

    One that is ignored already stays so (``nohup``).
    """
    for each in ENDINGS:
        if signal.getsignal(each) is not signal.SIG_IGN:
            signal.signal(each, _end)


def _end(_signal: int, _frame: object) -> None:
    for each in ENDINGS:
        if signal.getsignal(each) is _end:
            signal.signal(each, _end_already)
    raise KeyboardInterrupt


def _end_already(_signal: int, _frame: object) -> None:
    """Let the tidying up go on. Not SIG_IGN: Python complains of a second signal that came together with the first."""


def _welcome(demo: Demo, page: str, seconds: float, monitor: bool) -> None:
    where = demo.addresses()
    window = f"window on the display {os.environ.get('DISPLAY', '')}, and in the browser: {where.panel}"
    lines = [
        "",
        f"The demo hall is open, after {seconds:.0f} s. Begin here, in a browser on this machine:",
        f"  {page}",
        "",
        f"  terminal          {window if monitor else where.panel}",
        f"  simulated devices {where.panel}",
        f"  desk page         {where.desk}",
        f"  board             {where.board}",
        "  sign in as",
        *(f"    {account.name:12} {account.password:20} {account.role}" for account in where.accounts),
        *(() if monitor else (f"  From another machine: {_tunnel(page, where)}, then the same addresses there.",)),
        "  End it with Ctrl-C.",
        "",
    ]
    sys.stdout.write("\n".join(lines))
    sys.stdout.flush()
    if monitor:
        _open_browser(page)


def _tunnel(page: str, where: Addresses) -> str:
    """How somebody who came by ssh reaches what listens on loopback only."""
    ports = [urlsplit(each).port for each in (page, where.hub, where.panel)]
    return " ".join(("ssh", *(f"-L {port}:127.0.0.1:{port}" for port in ports), socket.gethostname()))


def _open_browser(page: str) -> None:
    """The desktop's own browser, where there is one; it outlives the demo."""
    if (opener := shutil.which("xdg-open")) is not None:
        quiet = subprocess.DEVNULL
        subprocess.Popen([opener, page], stdin=quiet, stdout=quiet, stderr=quiet, start_new_session=True)
