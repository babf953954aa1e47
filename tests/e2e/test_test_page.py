"""``kiosk test-page`` and ``kiosk ports`` as a technician runs them, against simulated printers on real lines."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout
from io import StringIO
from pathlib import Path

import pytest

from drivers.sim.printer import Abilities, PrinterPeer
from drivers.transport import transport_for
from kiosk import cli, config
from kiosk.config import Device, Hub, Site, TerminalConfig
from kiosk.main.ports import run_ports
from kiosk.paper.printer_check import QR_TEXT
from kiosk.vocabulary.hardware.devices import DeviceKind
from tests.paper_numbers import number_on

pytestmark = pytest.mark.e2e

QUICK: dict[str, str | int | float | bool] = {"answer_s": 0.2, "print_s": 2.0}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "config.toml"


@pytest.fixture
def printer() -> Iterator[PrinterPeer]:
    yield from run_peer(PrinterPeer())


def run_peer(peer: PrinterPeer) -> Iterator[PrinterPeer]:
    peer.start()
    yield peer
    peer.stop()


def told(path: Path, url: str, **more: Device) -> None:
    printer = Device(kind=DeviceKind.RECEIPT_PRINTER, model="escpos_80", url=url, settings=QUICK)
    site = Site(town="Neustadt", name="Rathaus am Markt")
    devices = {"printer": printer, **more}
    path.write_text(config.to_toml(TerminalConfig(site=site, hub=Hub(name="Foyer 2"), devices=devices)), "utf-8")


def test_page(path: Path, *more: str) -> tuple[int, str, str]:
    """The command in this process: its exit code, what it says, and its faults."""
    said, faults = StringIO(), StringIO()
    with redirect_stdout(said), redirect_stderr(faults):
        code = cli.main(["test-page", "--config", str(path), *more])
    return code, said.getvalue(), faults.getvalue()


def as_a_process(path: Path, *more: str) -> tuple[int, str, str]:
    """The same in one of its own, as a technician starts it."""
    command = [sys.executable, "-m", "kiosk.cli", "test-page", "--config", str(path), *more]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    return done.returncode, done.stdout, done.stderr


test_page.__test__ = False  # type: ignore[attr-defined]  # the command's name


def pages(peer: PrinterPeer) -> list[str]:
    return [slip.text for slip in peer.slips if slip.texts]


def test_the_page_comes_out_and_the_command_says_so(path: Path, printer: PrinterPeer) -> None:
    told(path, printer.url)
    assert as_a_process(path) == (0, "printer: gedruckt.\n", "")
    (page,) = pages(printer)
    for wanted in (
        "Neustadt",
        "Rathaus am Markt",
        "Testseite",
        "Foyer 2",
        "0123456789 ÄÖÜ",
        "Ende der Testseite",
    ):
        assert wanted in page
    assert printer.slips[-1].qr_codes == [QR_TEXT]
    assert number_on(printer.slips[-1], least=80) == "A 143"
    assert test_page(path, "--lang", "en")[:2] == (0, "printer: printed.\n")
    assert "Test page" in pages(printer)[1]
    assert [each.name for each in path.parent.iterdir()] == ["config.toml"], "nothing is written"


def test_without_paper_it_names_the_remedy(path: Path, printer: PrinterPeer) -> None:
    printer.switch(paper_out=True)
    told(path, printer.url)
    assert test_page(path) == (1, "printer: nicht gedruckt. Kein Papier: neue Rolle einlegen.\n", "")
    assert test_page(path, "--lang", "en")[1] == "printer: not printed. No paper: put in a new roll.\n"
    assert pages(printer) == []


def test_paper_that_ends_in_the_middle_is_unconfirmed(path: Path, printer: PrinterPeer) -> None:
    printer.switch(paper_out_after_lines=8)
    told(path, printer.url)
    code, said, _ = test_page(path)
    assert (code, said) == (1, "printer: ungewiss, ob gedruckt. Kein Papier: neue Rolle einlegen.\n")


def test_a_printer_that_confirms_and_falls_silent_is_no_success(path: Path, printer: PrinterPeer) -> None:
    printer.switch(power_off_after_lines=8)
    told(path, printer.url)
    code, said, _ = test_page(path)
    assert (code, said) == (1, "printer: ungewiss, ob gedruckt. Gerät antwortet nicht: Strom und Kabel prüfen.\n")


def test_a_printer_that_never_confirms_got_the_page(path: Path) -> None:
    for peer in run_peer(PrinterPeer(abilities=Abilities(process_id=False, gs_r=False))):
        told(path, peer.url)
        code, said, _ = test_page(path)
        assert code == 0
        assert said.startswith("printer: gesendet. Dieser Drucker bestätigt nichts")
        assert peer.wait_for_slips(1)


def test_each_printer_has_its_sentence_and_one_that_fails_is_enough(path: Path, printer: PrinterPeer) -> None:
    off = Device(kind=DeviceKind.RECEIPT_PRINTER, model="escpos_80", url="tcp://127.0.0.1:9", enabled=False)
    wrong = Device(kind=DeviceKind.RECEIPT_PRINTER, model="escpos_81", url=printer.url)
    told(path, printer.url, off=off, wrong=wrong)
    code, said, _ = test_page(path)
    first, second = said.splitlines()
    assert (code, first) == (1, "printer: gedruckt.")
    assert second.startswith("wrong: nicht gedruckt. Einrichtung fehlerhaft: Eintrag des Geräts prüfen. (no receipt_")
    assert "escpos_80" in second, "the models there are"


def test_a_port_that_the_terminal_holds(path: Path) -> None:
    for peer in run_peer(PrinterPeer("pty")):
        told(path, peer.url)
        terminal = transport_for(peer.url)
        terminal.open()
        code, said, _ = as_a_process(path)
        assert code == 1
        assert said.startswith("printer: nicht gedruckt. Anschluss ist belegt")
        assert "Läuft das Terminal?" in said
        terminal.close()
        assert test_page(path)[0] == 0


def test_a_network_printer_that_serves_the_terminal_alone(path: Path, printer: PrinterPeer) -> None:
    told(path, printer.url)
    terminal = transport_for(printer.url)
    terminal.open()
    assert printer.wait_for(lambda: printer.connected)
    code, said, _ = as_a_process(path)
    terminal.close()
    assert code == 1
    assert "Läuft das Terminal?" in said


def test_a_broken_configuration_is_refused_with_path_place_and_remedy(path: Path, printer: PrinterPeer) -> None:
    told(path, printer.url)
    config.load(path)  # a last good one stands beside it: the page is for what is written now
    path.write_text(path.read_text("utf-8").replace("receipt_printer", "coffee_machine"), "utf-8")
    code, said, fault = as_a_process(path)
    assert (code, said) == (2, "")
    for wanted in (str(path), "devices", "coffee_machine", "docs/configuration.md"):
        assert wanted in fault
    assert pages(printer) == []


def test_no_file_and_no_printer(path: Path) -> None:
    code, _, fault = test_page(path)
    assert code == 2
    assert str(path) in fault
    path.write_text("", "utf-8")
    assert test_page(path)[0] == 2
    assert test_page(path)[2] == f"{path}: Hier ist kein Drucker eingeschaltet. docs/devices.md zeigt den Eintrag.\n"


def test_ports_and_who_holds_them(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for peer in run_peer(PrinterPeer("pty")):
        (tmp_path / "usb-FTDI-if00").symlink_to(Path(peer.url.removeprefix("serial://").partition("?")[0]).resolve())
        (tmp_path / "usb-gone-if00").symlink_to("/dev/no-such-tty")
        assert run_ports("de", tmp_path) == 0
        free, gone = capsys.readouterr().out.splitlines()
        assert free == f"serial://{tmp_path}/usb-FTDI-if00  frei"
        assert gone == f"serial://{tmp_path}/usb-gone-if00  Gerät nicht gefunden: Anschluss und Adresse prüfen."
        with (tmp_path / "usb-FTDI-if00").open("rb", buffering=0) as port:
            thief = subprocess.Popen(["sleep", "60"], stdin=port)
        run_ports("de", tmp_path)
        thief.kill()
        thief.wait()
        assert capsys.readouterr().out.startswith(f"{free.removesuffix('frei')}belegt von sleep\n")
    command = [sys.executable, "-m", "kiosk.cli", "ports", "--lang", "en"]
    assert subprocess.run(command, capture_output=True, timeout=300, check=False).returncode == 0
