"""``kiosk ports``: the serial ports of this machine as ``config.toml`` names them, and who holds each."""

import sys
from pathlib import Path

from drivers.discovery import BY_ID, Port, ports
from kiosk.i18n.texts import Texts


def run_ports(lang: str, folder: Path = BY_ID) -> int:
    """Say it, a line each; exit code 0."""
    texts = Texts.load("terminal")
    lines = [f"{port.url}  {_state(port, texts, lang)}" for port in ports(folder)]
    sys.stdout.write("\n".join(lines or [texts.say(lang, "ports.none").text]) + "\n")
    return 0


def _state(port: Port, texts: Texts, lang: str) -> str:
    if port.holder:
        return texts.say(lang, "ports.held", holder=port.holder).text
    return texts.say(lang, f"problem.{port.problem}" if port.problem else "ports.free").text
