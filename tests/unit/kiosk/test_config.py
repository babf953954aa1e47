"""The configuration: documented, read back as written, refused with place and remedy, last good one kept."""

import re
import tomllib
from pathlib import Path

import msgspec
import pytest

from kiosk.config import ConfigFault, Loaded, Panel, TerminalConfig, load, parse, save, to_toml

ROOT = Path(__file__).resolve().parents[3]
PAGE = (ROOT / "docs" / "configuration.md").read_text("utf-8")


def documented() -> dict[str, object]:
    (block,) = re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL)
    return tomllib.loads(block)


def test_the_page_shows_every_entry_with_its_default() -> None:
    raw = documented()
    raw.pop("devices")
    defaults = msgspec.json.decode(msgspec.json.encode(TerminalConfig()))
    defaults.pop("devices")
    assert raw == defaults


def test_the_page_is_a_configuration() -> None:
    (block,) = re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL)
    assert isinstance(parse(block), TerminalConfig)


def test_what_is_written_reads_back(tmp_path: Path) -> None:
    (block,) = re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL)
    config = parse(block)
    assert isinstance(config, TerminalConfig)
    save(tmp_path / "config.toml", config)
    loaded = load(tmp_path / "config.toml")
    assert isinstance(loaded, Loaded)
    assert loaded.config == config
    assert parse(to_toml(config)) == config


@pytest.mark.parametrize(
    ("text", "place", "reason"),
    [
        ("[panel]\nwidth_px = 0", "$.panel.width_px", ">= 300"),
        ("[panel]\nwidth_px = 99999", "$.panel.width_px", "<= 16384"),
        ("[panel]\nwidth_mm = inf", "$.panel.width_mm", "<= 10000"),
        ("[panel]\nheight_mm = nan", "$.panel.height_mm", "> 50"),
        ("[panel]\nbottom_mm = nan", "$.panel.bottom_mm", ">= 400"),
        ("[panel]\nbottom_mm = 399", "$.panel.bottom_mm", ">= 400"),
        ("[panel]\nbottom_mm = 1201", "$.panel.bottom_mm", "<= 1200"),
        (
            "[panel]\nwidth_px = 540\nheight_px = 960\nwidth_mm = 118\nheight_mm = 209",
            "$.panel",
            "9.4 inches: panels have 12",
        ),
        (
            "[panel]\nwidth_mm = 560\nheight_mm = 970",
            "$.panel",
            "44.1 inches: panels have 12 to 43",
        ),
        ("[panel]\nmax_reach_mm = inf", "$.panel.max_reach_mm", "<= 10000"),
        ("[panel]\nwidth_mm = 9999", "$.panel.width_mm", "0.11 pixels a millimetre"),
        ("[panel]\nwidth_px = 16384\nwidth_mm = 51", "$.panel.width_mm", "321.25 pixels a millimetre"),
        ("[panel]\nwidht_px = 5", "$.panel", "widht_px"),
        ("[timing]\nquestion_s = 5", "$.timing.question_s", ">= 20"),
        (f"[timing]\nhand_back_s = {'9' * 400}", "$.timing.hand_back_s", "<= 86400"),
        ("[site]\ntimezone = 'Mars/Base'", "$.site.timezone", "'Mars/Base' is not a time zone"),
        ("[site]\ntimezone = ''", "$.site.timezone", "not a time zone"),
        ("[site]\ntimezone = '/etc/passwd'", "$.site.timezone", "not a time zone"),
        (f"[site]\ntown = '{'x' * 201}'", "$.site.town", "<= 200"),
        ("[hub]\nurl = 'ftp://hub'", "$.hub.url", "https?://"),
        ("[devices.printer]\nkind = 'fax'\nmodel='x'\nurl='y'", "$.devices.printer.kind", "fax"),
        ("[devices.'']\nkind = 'scanner'\nmodel='x'\nurl='y'", "key in $.devices", ">= 1"),
        ("languages = 'de'", "$.languages", "array"),
        ("languages = []", "$.languages", ">= 1"),
        ("languages = ['de', 'klingon']", "$.languages", "'klingon' is none of the languages"),
        ("languages = ['de', 'en', 'de']", "$.languages", "twice"),
        ("[panel\n", "", "not TOML"),
        (f"languages = {'[' * 9999}", "", "not TOML"),
        (f"outbox_limit = {'9' * 5000}", "", "not TOML"),
    ],
)
def test_a_fault_names_path_place_and_remedy(text: str, place: str, reason: str) -> None:
    fault = parse(text, "/etc/townhall-kiosk/config.toml")
    assert isinstance(fault, ConfigFault)
    assert fault.path == "/etc/townhall-kiosk/config.toml"
    assert fault.place == place
    assert reason in fault.reason
    assert "docs/configuration.md" in fault.remedy


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("[panel]\nwidth_px = 'wide'\n", "$.panel.width_px"),
        ("[panel]\nwidth_mm = inf\n", "$.panel.width_mm"),
        ("[site]\ntimezone = 'Mars/Base'\n", "$.site.timezone"),
        ("languages = []\n", "$.languages"),
    ],
)
def test_a_broken_file_leaves_the_last_good_one_in_force(tmp_path: Path, text: str, place: str) -> None:
    path = tmp_path / "config.toml"
    save(path, TerminalConfig(panel=Panel(width_px=1280)))
    for _start in range(2):  # the second finds what the first one kept
        path.write_text(text, "utf-8")
        loaded = load(path)
        assert isinstance(loaded, Loaded)
        assert loaded.config.panel.width_px == 1280
        assert loaded.fault is not None
        assert loaded.fault.place == place


def test_without_a_good_one_a_broken_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_bytes(b"\xff\xfe")
    assert isinstance(load(path), ConfigFault)


def test_a_good_file_becomes_the_last_good_one(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text("languages = ['en']\n", "utf-8")
    assert isinstance(load(path), Loaded)
    path.write_text("nonsense", "utf-8")
    loaded = load(path)
    assert isinstance(loaded, Loaded)
    assert loaded.config.languages == ("en",)


def test_a_terminal_starts_though_no_copy_of_its_configuration_can_be_kept(tmp_path: Path) -> None:
    path, good = tmp_path / "config.toml", tmp_path / "config.good.toml"
    path.write_text("languages = ['en']\n", "utf-8")
    good.mkdir()
    loaded = load(path)
    assert isinstance(loaded, Loaded)
    assert (loaded.config.languages, loaded.fault) == (("en",), None)
    assert loaded.not_kept == f"{good}: Is a directory"


def test_the_key_is_readable_by_its_owner_only(tmp_path: Path) -> None:
    save(tmp_path / "config.toml", TerminalConfig())
    assert (tmp_path / "config.toml").stat().st_mode & 0o077 == 0
