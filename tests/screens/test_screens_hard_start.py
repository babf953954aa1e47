"""A hostile environment changes nothing: variables, arguments, config.ini, keys, the close button."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.pixels

PROBE = """
import json, sys
from pathlib import Path
from kiosk.config import Panel
from screens.start import Start, prepare
prepare(Start(Panel(width_px=400, height_px=600), window=(400, 600), home=Path(sys.argv[1])))
crashes = []
from kivy.clock import Clock
from kivy.core.window import Window
from kivy.base import EventLoop
from kivy.config import Config
from kivy.modules import Modules
from screens.app import KioskApp
app = KioskApp(Panel(width_px=400, height_px=600), lambda *_: None, on_crash=lambda e: crashes.append(repr(e)))

def attack(_dt):
    for key in range(1, 512):
        Window.dispatch("on_keyboard", key, key, chr(key % 128), [])
        Window.dispatch("on_key_down", key, key, chr(key % 128), ["ctrl"])
    Window.dispatch("on_keyboard", 27, 1, "", [])
    closed = Window.dispatch("on_request_close", source="test")
    Clock.schedule_once(lambda _dt: 1 / 0, 0)
    Clock.schedule_once(lambda _dt: report(closed), 0.3)

def report(closed):
    print(json.dumps({
        "still_running": EventLoop.status == "started",
        "settings_open": getattr(app, "_app_settings", None) is not None,
        "close_swallowed": bool(closed),
        "children": [type(child).__name__ for child in Window.children],
        "providers": [type(p).__name__ for p in EventLoop.input_providers],
        "inputs": dict(Config.items("input")),
        "modules": dict(Config.items("modules")),
        "active_modules": [n for n, m in Modules.mods.items() if m.get("activated")],
        "size": list(Window.size),
        "exit_on_escape": Config.get("kivy", "exit_on_escape"),
        "fullscreen": Config.get("graphics", "fullscreen"),
        "maxfps": Config.get("graphics", "maxfps"),
        "log_level": Config.get("kivy", "log_level"),
        "whole_config": {section: dict(Config.items(section)) for section in Config.sections()},
        "crashes": crashes,
        "argv": sys.argv[1:],
    }))
    app.close()

Clock.schedule_once(attack, 0.2)
app.run()
"""

CONFIG_INI = """
[kivy]
exit_on_escape = 1
log_level = trace
[graphics]
width = 111
height = 222
fullscreen = auto
maxfps = 5
[postproc]
jitter_distance = 1
[input]
evil = probesysfs,provider=hidinput
[modules]
inspector =
webdebugger =
"""


def probe(tmp_path: Path, hostile: bool) -> dict[str, object]:
    home = tmp_path / "home"
    kivy_home = home / ".kivy"
    kivy_home.mkdir(parents=True)
    own = tmp_path / "own"
    own.mkdir()
    env = os.environ | {"SDL_VIDEODRIVER": "offscreen", "HOME": str(home)}
    arguments = [str(own)]
    if hostile:
        (kivy_home / "config.ini").write_text(CONFIG_INI)
        (own / "config.ini").write_text(CONFIG_INI)
        env |= {
            "KIVY_HOME": str(kivy_home),
            "KIVY_NO_CONFIG": "",
            "KIVY_WINDOW": "pygame",
            "KIVY_TEXT": "pil",
            "KIVY_LOG_MODE": "KIVY",
            "KIVY_UNITTEST": "1",
            "KIVY_MODULES_DIR": str(home),
            "KIVY_METRICS_DENSITY": "3",
            "KCFG_KIVY_EXIT_ON_ESCAPE": "1",
            "KCFG_MODULES_INSPECTOR": "",
            "KCFG_GRAPHICS_WIDTH": "99",
            "KCFG_INPUT_EVIL": "probesysfs",
            "KCFG_POSTPROC_DOUBLE_TAP_TIME": "9999",
        }
        arguments += ["--debug", "-m", "inspector", "--size=123x45", "-c", "modules:webdebugger:", "--fullscreen"]
    done = subprocess.run(
        [sys.executable, "-c", PROBE, *arguments], env=env, capture_output=True, text=True, timeout=300, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
    seen: dict[str, object] = json.loads(done.stdout.strip().splitlines()[-1])
    assert seen.pop("argv") == arguments
    if hostile:
        assert (own / "config.ini").read_text() == CONFIG_INI
    return seen


def test_a_hostile_environment_changes_nothing(tmp_path: Path) -> None:
    calm = probe(tmp_path / "calm", hostile=False)
    assert calm == probe(tmp_path / "hostile", hostile=True)
    assert calm["still_running"]
    assert calm["close_swallowed"]
    assert not calm["settings_open"]
    assert calm["children"] == ["Stage"]
    assert calm["inputs"] == {"only": "mouse,disable_multitouch"}
    assert calm["providers"] == ["MouseMotionEventProvider"]
    assert calm["modules"] == {}
    assert calm["active_modules"] == []
    assert calm["size"] == [400, 600]
    assert calm["exit_on_escape"] == "0"
    assert calm["crashes"] == ["ZeroDivisionError('division by zero')"]


def test_starting_after_kivy_was_imported_is_refused(tmp_path: Path) -> None:
    code = (
        "import kivy\nfrom kiosk.config import Panel\nfrom screens.start import Start, prepare\n"
        "try:\n    prepare(Start(Panel()))\nexcept RuntimeError as fault:\n    print(fault)"
    )
    env = os.environ | {"KIVY_NO_ARGS": "1", "KIVY_NO_CONSOLELOG": "1", "KIVY_HOME": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-c", code], env=env, capture_output=True, text=True, timeout=300, check=True
    )
    assert "before Kivy is imported" in done.stdout
