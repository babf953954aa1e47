"""What lies in the environment or in the working folder does not reach our programs."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from kiosk import isolated

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def hostile(tmp_path: Path) -> tuple[Path, dict[str, str]]:
    """A folder whose modules note who imported them, and an environment that leads there."""
    note = (
        f"import os, sys\nopen({str(tmp_path / 'reached')!r}, 'a').write(f'{{__name__}} {{sys.flags.isolated}}\\n')\n"
    )
    for name in ("sitecustomize", "usercustomize", "argparse", "msgspec", "hub", "kiosk", "logging"):
        (tmp_path / f"{name}.py").write_text(note + ("" if "custom" in name else "raise SystemExit(99)\n"))
    user = tmp_path / "user" / "lib" / f"python{sys.version_info[0]}.{sys.version_info[1]}" / "site-packages"
    user.mkdir(parents=True)
    (user / "evil.pth").write_text(f"import sys; open({str(tmp_path / 'reached')!r}, 'a').write('pth')\n")
    environment = {"PYTHONPATH": str(tmp_path), "PYTHONUSERBASE": str(tmp_path / "user"), "PYTHONSTARTUP": "x"}
    return tmp_path, {**os.environ, **environment}


def asked(command: list[str], place: Path, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, cwd=place, env=environment, capture_output=True, text=True, timeout=300, check=False)


def installed(place: Path) -> Path:
    """The command as pip puts it beside the interpreter, reached by a link as from /usr/local/bin."""
    bin_folder = place / "venv" / "bin"
    bin_folder.mkdir(parents=True)
    (bin_folder / "python").symlink_to(sys.executable)
    shutil.copy(Path(sys.prefix) / "pyvenv.cfg", place / "venv")
    (place / "venv" / "lib").symlink_to(Path(sys.prefix) / "lib")
    shutil.copy(ROOT / "deploy" / "kiosk", bin_folder / "kiosk")
    (place / "link to kiosk").symlink_to(bin_folder / "kiosk")
    return place / "link to kiosk"


def test_installed_command_never_meets_it(hostile: tuple[Path, dict[str, str]]) -> None:
    place, environment = hostile
    done = asked([str(installed(place)), "--version"], place, environment | {"PYTHONHOME": "/nowhere"})
    assert (done.returncode, done.stdout.startswith("townhall-kiosk ")) == (0, True), done.stderr
    assert not (place / "reached").exists()


def test_module_started_by_hand_starts_once_more_without_it(hostile: tuple[Path, dict[str, str]]) -> None:
    """Python looks at the environment before a line of ours runs; the process that works is another one."""
    place, environment = hostile
    (place / "argparse.py").unlink()
    for name in ("kiosk", "hub", "msgspec", "logging"):
        (place / f"{name}.py").unlink()
    done = asked([sys.executable, "-m", "kiosk.cli", "hub", "--key", "x", "--data", "d"], place, environment)
    assert (done.returncode, "Give --certificate" in done.stderr) == (2, True), done.stderr
    assert "1" not in (place / "reached").read_text().split(), "only the first process met it"


def test_children_are_isolated() -> None:
    assert (sys.executable, "-I", "-m", "kiosk.cli") == isolated.COMMAND


def test_the_package_installs_this_command() -> None:
    """An entry point of setuptools would start Python with all of its environment."""
    project = (ROOT / "pyproject.toml").read_text("utf-8")
    assert 'script-files = ["deploy/kiosk"]' in project
    assert "[project.scripts]" not in project
    assert os.access(ROOT / "deploy" / "kiosk", os.X_OK)
