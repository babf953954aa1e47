"""The service files: their commands are ours, and their exit codes are those of the code."""

import shlex
from configparser import RawConfigParser
from pathlib import Path

import pytest

from kiosk.cli import _parser
from kiosk.main.terminal import RESTART

DEPLOY = Path(__file__).resolve().parents[3] / "deploy"


def service(name: str) -> dict[str, str]:
    unit = RawConfigParser(strict=True)
    unit.optionxform = str  # type: ignore[assignment,method-assign]
    unit.read_string((DEPLOY / f"townhall-kiosk-{name}.service").read_text("utf-8"))
    assert unit["Unit"]["StartLimitIntervalSec"] == "0", "a lobby has nobody to type 'systemctl reset-failed'"
    return dict(unit["Service"])


@pytest.mark.parametrize("name", ["hub", "terminal"])
def test_the_command_is_one_of_ours_and_may_write_where_it_must(name: str) -> None:
    unit = service(name)
    program, *words = shlex.split(unit["ExecStart"])
    options = _parser().parse_args(words)
    assert Path(program).name == "kiosk"
    assert options.command == name
    assert options.data == Path("/var/lib") / unit["StateDirectory"]
    assert unit["ProtectSystem"] == "strict"
    assert unit["NoNewPrivileges"] == "yes"
    assert unit["Restart"] == "always"


def test_a_restart_by_order_is_no_failure() -> None:
    unit = service("terminal")
    assert unit["SuccessExitStatus"] == str(RESTART)
    words = shlex.split(unit["ExecStart"])
    assert words[words.index("--config") + 1].startswith(unit["ReadWritePaths"] + "/")
