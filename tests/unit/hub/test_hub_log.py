"""The hub's log: one JSON line each, with time, level and an event id of the table."""

import ast
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from hub.log import EVENTS

HUB = Path(__file__).resolve().parents[3] / "hub"
COMMANDS = {HUB / "backup.py", HUB / "tls" / "cli.py"}
"""They write plain sentences for the person who called them."""
LEVELS = {"debug", "info", "warning", "error", "critical", "exception", "log"}
SPEAKS = """
import logging, warnings
from hub.log import event, set_up
set_up()
logging.getLogger("hub.store").error("The hub cannot save. %s", "two\\nlines", extra=event("store.failed"))
logging.getLogger("uvicorn.error").error("of the server")
logging.getLogger("uvicorn.error").info("not worth a line")
warnings.warn("old")
try:
    1 / 0
except ZeroDivisionError as fault:
    logging.getLogger("hub.web").error("bug in %s", "GET /", exc_info=fault, extra=event("hub.bug"))
"""


def calls() -> Iterator[tuple[Path, ast.Call]]:
    """Every call of a logger in the hub."""
    for path in sorted(HUB.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in LEVELS:
                whose = node.func.value
                if isinstance(whose, ast.Name) and whose.id == "LOGGER" and path not in COMMANDS:
                    yield path, node


def test_every_line_of_the_hub_has_an_id_of_the_table() -> None:
    used = set[str]()
    for path, call in calls():
        extra = next((each.value for each in call.keywords if each.arg == "extra"), None)
        assert isinstance(extra, ast.Call), f"{path}:{call.lineno} has no event id"
        assert isinstance(extra.args[0], ast.Constant), f"{path}:{call.lineno}"
        used.add(str(extra.args[0].value))
    assert used == EVENTS.keys()
    assert all(re.fullmatch(r"[a-z]+\.[a-z_]+", name) for name in EVENTS)


def lines(*command: str) -> tuple[int, list[dict[str, str]]]:
    done = subprocess.run([sys.executable, *command], capture_output=True, text=True, cwd=HUB.parent, check=False)
    return done.returncode, [json.loads(line) for line in done.stderr.splitlines()]


def test_every_logger_of_the_process_writes_one_line_with_time_and_level() -> None:
    _, said = lines("-c", SPEAKS)
    assert [(line["event"], line["level"], line["source"]) for line in said] == [
        ("store.failed", "ERROR", "hub.store"),
        ("log", "ERROR", "uvicorn.error"),
        ("log", "WARNING", "py.warnings"),
        ("hub.bug", "ERROR", "hub.web"),
    ]
    assert said[0]["text"] == "The hub cannot save. two\nlines"
    assert "ZeroDivisionError" in said[3]["trace"]
    assert all(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d{4}", line["time"]) for line in said)


def test_a_hub_that_cannot_start_says_why_in_such_a_line(tmp_path: Path) -> None:
    code, (line,) = lines("-m", "kiosk.cli", "hub", "--bind", "192.0.2.1", "--port", "0", "--data", str(tmp_path))
    assert (code, line["event"], line["level"]) == (2, "hub.refused", "ERROR")
    assert "without encryption" in line["text"]
