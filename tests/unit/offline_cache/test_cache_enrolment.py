import socket
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from kiosk import config, wire
from kiosk.config import Loaded, Panel, TerminalConfig, Timing
from offline_cache.http.answers import Answer
from offline_cache.http.hub_client import HubClient
from offline_cache.sync.enrolment import EnrolFault, EnrolTrouble, enrol, hub_address, run_enrol
from tests.unit.offline_cache.peers import HubRoom, answer, peer, says

GOOD = wire.EnrolAnswer(terminal="t1", name="Foyer", key="k" * 40, site="s", town="Neustadt", site_name="Rathaus")


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HubRoom]:
    room = HubRoom(tmp_path_factory.mktemp("hub"))
    yield room
    room.close()


def read(path: Path) -> TerminalConfig:
    loaded = config.load(path)
    assert isinstance(loaded, Loaded), loaded
    assert loaded.fault is None
    return loaded.config


def test_a_code_becomes_a_key_in_the_configuration(hub: HubRoom, tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    config.save(path, TerminalConfig(timing=Timing(idle_s=90)))
    panel = Panel(rotation=90)
    code = hub.codes.pop()
    done = enrol(path, f"127.0.0.1:{hub.port}/", f" {code} ", panel)
    assert isinstance(done, TerminalConfig), done
    assert read(path) == done
    assert (done.timing.idle_s, done.panel, done.hub.url) == (90, panel, hub.url)
    assert (done.site.town, done.site.timezone) == ("Musterstadt", "Europe/Berlin")
    client = HubClient(done.hub.url, done.hub.key)
    assert isinstance(client.queues(), Answer)
    client.close()
    assert path.stat().st_mode & 0o777 == 0o600
    again = enrol(path, hub.url, code)
    assert isinstance(again, EnrolFault), "a code works once"
    assert again.trouble is EnrolTrouble.WRONG_CODE
    assert read(path) == done, "what was there before stays"


@pytest.mark.parametrize(
    ("reply", "trouble"),
    [
        (answer("403 No", msgspec.json.encode(wire.Fault(code="wrong_code", message="No."))), EnrolTrouble.WRONG_CODE),
        (answer("409 No", b"{}"), EnrolTrouble.WRONG_VERSION),
        (answer("429 No", b"{}"), EnrolTrouble.TOO_MANY_TRIES),
        (answer("404 No", b"<html>"), EnrolTrouble.NOT_A_HUB),
        (answer("200 OK", b"<html>"), EnrolTrouble.NOT_A_HUB),
        (answer("302 Go", b"", "Location: http://example.test/\r\n"), EnrolTrouble.NOT_A_HUB),
        (answer("500 Oops"), EnrolTrouble.NO_ANSWER),
        *(
            (answer("200 OK", msgspec.json.encode(msgspec.structs.replace(GOOD, **change))), EnrolTrouble.NOT_A_HUB)
            for change in (
                {"key": ""},
                {"key": "a\nb"},
                {"timezone": "Mars/Base"},
                {"timezone": "../etc"},
                {"base_url": "x" * 400},
            )
        ),
    ],
)
def test_every_fault_is_named_and_changes_nothing(tmp_path: Path, reply: bytes, trouble: EnrolTrouble) -> None:
    path = tmp_path / "config.toml"
    with peer(says(reply)) as other:
        fault = enrol(path, other.url, "K7MQ-2XPD")
    assert isinstance(fault, EnrolFault), fault
    assert fault.trouble is trouble
    assert not path.exists()


def test_nobody_there_and_no_address(tmp_path: Path) -> None:
    free = socket.create_server(("127.0.0.1", 0))
    url = f"127.0.0.1:{free.getsockname()[1]}"
    free.close()
    fault = enrol(tmp_path / "config.toml", url, "K7MQ-2XPD")
    assert isinstance(fault, EnrolFault)
    assert fault.trouble is EnrolTrouble.NO_ANSWER
    fault = enrol(tmp_path / "config.toml", "not an address", "K7MQ-2XPD")
    assert isinstance(fault, EnrolFault)
    assert fault.trouble is EnrolTrouble.BAD_ADDRESS


def test_unwritable_folder_is_found_before_the_code_is_used(hub: HubRoom, tmp_path: Path) -> None:
    code, path = hub.codes.pop(), tmp_path / "etc" / "config.toml"
    path.parent.write_text("")  # no folder: whoever runs this, nothing can be saved in it
    with peer(says(answer("200 OK", msgspec.json.encode(GOOD)))) as other:
        fault = enrol(path, other.url, code)
        assert other.requests == []
    assert isinstance(fault, EnrolFault)
    assert fault.trouble is EnrolTrouble.CANNOT_SAVE
    assert str(path) in fault.detail
    assert isinstance(enrol(path, hub.url, code), EnrolFault)
    path.parent.unlink()
    assert isinstance(enrol(path, hub.url, code), TerminalConfig), "the same code, tried again"
    assert sorted(each.name for each in path.parent.iterdir()) == ["config.good.toml", "config.toml"]


def test_the_command_names_path_and_remedy_when_it_cannot_save(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LANG", "de_DE.UTF-8")
    (tmp_path / "file").write_text("")
    path = tmp_path / "file" / "config.toml"
    assert run_enrol(path, "127.0.0.1:9", "K7MQ-2XPD") == 2
    told = capsys.readouterr().err
    assert f"{path}: Das Recht zu schreiben fehlt, oder der Datenträger ist voll. Beheben Sie das" in told
    assert "cannot_save" in told


@pytest.mark.parametrize(
    ("typed", "address"),
    [
        ("192.168.1.5:8080", "http://192.168.1.5:8080"),
        (" https://hub.local/ ", "https://hub.local"),
        ("http://[::1]:80", "http://[::1]:80"),
        ("", None),
        ("http://", None),
        ("ftp://hub", None),
        ("hub/path", None),
        ("hub?x", None),
        ("user@hub", None),
        ("hub\n", "http://hub"),
        ("hub\x00", None),
        ("x" * 400, None),
    ],
)
def test_addresses_as_people_type_them(typed: str, address: str | None) -> None:
    assert hub_address(typed) == address
