"""On which printer a slip comes out: the one whose paper the screen has promised."""

from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from drivers import registry
from drivers.host.port import DeviceSaid, JobEnded
from kiosk.config import Device, TerminalConfig
from kiosk.core import Core
from kiosk.eventlog import EventLog
from kiosk.i18n.texts import Texts
from kiosk.main.workers import Workers
from kiosk.vocabulary import events
from kiosk.vocabulary.effects import CommitPaper, PrintTicket
from kiosk.vocabulary.hardware.device_events import CodeRead, DeviceEvent, PrintInDoubt
from kiosk.vocabulary.hardware.devices import DeviceKind, DeviceState, DeviceStatus
from kiosk.vocabulary.hardware.problems import Problem
from kiosk.vocabulary.ids import IdMaker
from kiosk.vocabulary.labels import Label
from kiosk.vocabulary.outcomes import NotPrinted, Printed
from kiosk.vocabulary.slips import Slip, slip_text
from kiosk.vocabulary.tickets import Numbered, PaperState
from kiosk.wire import OutboxState, QueueState, QueueStates
from offline_cache.store.own_numbers import SlotStatus
from offline_cache.store.store_dispatch import NotRegistered
from offline_cache.store.tickets import TicketsAtStart, Unfinished
from tests.flows.visits import MONDAY_TEN
from tests.unit.kiosk.test_reader_texts import arrived

TICKET = Numbered(
    id="0195f000-0000-7000-8000-000000000001",
    label=Label("A", 0, 1),
    service="perso",
    queue="a",
    business_day="2026-03-02",
    issued_at="2026-03-02T09:00:00Z",
    ahead=0,
    slip_code="TK:1",
)


def printer(*, enabled: bool = True) -> Device:
    return Device(kind=DeviceKind.RECEIPT_PRINTER, model="escpos_80", url="tcp://127.0.0.1:9", enabled=enabled)


def says(device: str, state: DeviceState, *problems: Problem) -> DeviceStatus:
    return DeviceStatus(device, DeviceKind.RECEIPT_PRINTER, state, problems)


class Hall:
    """Workers that are never started: what they would print on which device, and what the core is told."""

    def __init__(self, folder: Path, devices: dict[str, Device]) -> None:
        config, texts, log = TerminalConfig(devices=devices), Texts.load("terminal"), EventLog("terminal")
        ids = IdMaker(lambda: 1_772_000_000_000, lambda _bits: 1)
        core = Core(
            texts=texts,
            site=config.site,
            terminal="T1",
            timing=config.timing,
            languages=config.languages,
            now=lambda: MONDAY_TEN,
            mono=lambda: 0.0,
            make_id=ids,
            perform=lambda effect: None,
            show=lambda view: None,
            log=log,
        )
        self.printed_on: list[str] = []
        self.told: list[events.Event] = []
        core.post = self.told.append  # type: ignore[method-assign]
        self.workers = Workers(config, folder, core, texts, ids, log)
        self.workers._hosts.submit = lambda device, job, command: self.printed_on.append(device)  # type: ignore[method-assign]

    def print(self) -> list[str]:
        self.workers.perform(PrintTicket("job", TICKET, "de"))
        return self.printed_on


@pytest.fixture
def hall(tmp_path: Path) -> Callable[..., Hall]:
    return lambda **devices: Hall(tmp_path, devices)


def test_a_disabled_printer_is_not_printed_on(hall: Callable[..., Hall]) -> None:
    assert hall(old=printer(enabled=False), new=printer(), spare=printer()).print() == ["new"]


def test_without_an_enabled_printer_the_outcome_is_not_printed(hall: Callable[..., Hall]) -> None:
    here = hall(old=printer(enabled=False))
    assert here.print() == []
    assert here.told[-1] == events.PrintFinished("job", NotPrinted(Problem.NOT_FOUND))


def test_a_slip_comes_out_of_the_printer_whose_paper_was_promised(hall: Callable[..., Hall]) -> None:
    here = hall(a=printer(), b=printer())
    now = {"a": says("a", DeviceState.OFFLINE, Problem.SILENT), "b": says("b", DeviceState.READY)}
    here.workers._hosts.statuses = lambda: now  # type: ignore[method-assign]
    assert here.print() == ["b"]


def test_heartbeat_notes_a_failed_store_and_a_damaged_file(tmp_path: Path, hall: Callable[..., Hall]) -> None:
    workers = hall().workers
    workers._questions.outbox_state = OutboxState  # type: ignore[method-assign]
    of_the_catalogue = workers._follower.codes
    assert workers._heartbeat().notes == of_the_catalogue
    (tmp_path / "terminal.db.damaged-1").write_bytes(b"")
    workers._note("store-failed", {})
    assert workers._heartbeat().notes == ("store_failed", "store_damaged", *of_the_catalogue)
    workers._note("store-opened", {})
    assert workers._heartbeat().notes == ("store_damaged", *of_the_catalogue)
    (tmp_path / "terminal.db.damaged-1").unlink()
    assert workers._heartbeat().notes == of_the_catalogue


def test_the_hub_is_told_that_the_work_of_a_thread_was_ended(hall: Callable[..., Hall]) -> None:
    workers = hall().workers
    workers._questions.outbox_state = OutboxState  # type: ignore[method-assign]
    assert "thread_died" not in workers._heartbeat().notes
    workers._note("thread-died", {"thread": "numbers", "detail": "KeyError at numbers.py:1"})
    assert "thread_died" in workers._heartbeat().notes
    assert [each.thread for each in workers.watch.deaths()] == ["numbers"]


def test_every_owner_thread_of_the_workers_is_watched(hall: Callable[..., Hall]) -> None:
    names = {each.name for each in hall().workers.watch._threads}
    assert names == {
        "storage",
        "numbers",
        "catalogue",
        "catalogue-sync",
        "sync",
        "help",
        "standing",
        "calls",
        "device-watch",
    }


def test_a_reader_set_to_the_wrong_keyboard_is_told_of_until_it_is_right(
    hall: Callable[..., Hall], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    at, key = hall(), bytes(32)
    workers = at.workers
    workers._questions.outbox_state = OutboxState  # type: ignore[method-assign]
    workers._storage.latest = lambda _kind: SlotStatus(generation="7" * 32, slip_key=key)  # type: ignore[method-assign,assignment,return-value]
    text = slip_text(Slip(id=TICKET.id, label=TICKET.label, business_day="2026-03-02", arrival_s=0, service=0), key)
    wrong = arrived(text, "us", "de")
    for code, noted in ((text, False), (wrong, True), (wrong, True), ("nonsense", True), (text, False)):
        workers._ends().unsolicited(DeviceSaid("scanner", DeviceKind.SCANNER, "", CodeRead(code)))
        assert at.told[-1] == events.Scanned(code)
        assert ("scanner_keyboard" in workers._heartbeat().notes) is noted
    assert caplog.text.count("scanner-keyboard") == 1
    assert text[5:20] not in caplog.text


def test_tiles_count_the_people_ahead_also_with_an_older_hub() -> None:
    queues = (QueueState(id="a", series="A", waiting=23, ahead=67), QueueState(id="b", series="B", waiting=4))
    assert QueueStates(at="", business_day="", queues=queues).people_before() == {"a": 67, "b": 4}


def test_late_slip_is_logged_and_kept_as_a_fact_of_its_ticket(
    hall: Callable[..., Hall], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    here = hall(new=printer())
    kept: list[object] = []
    here.workers._storage.submit = kept.append  # type: ignore[method-assign]
    here.print()
    here.workers._ends().late(JobEnded("new", DeviceKind.RECEIPT_PRINTER, "job", Printed()))
    assert kept == [CommitPaper(TICKET.id, PaperState.PRINTED)]
    assert caplog.text.count("device-late-outcome") == 1


def test_each_printer_is_asked_at_start_for_the_slips_in_doubt(hall: Callable[..., Hall]) -> None:
    here = hall(a=printer(), b=printer())
    asked: list[tuple[str, object]] = []
    here.workers._hosts.recover = lambda device, fact: asked.append((device, fact))  # type: ignore[method-assign]
    here.workers._ask_for_slips(TicketsAtStart(0, Unfinished((), (TICKET.id,)), paper_in_doubt=True))
    assert asked == [("a", PrintInDoubt(TICKET.id)), ("b", PrintInDoubt(TICKET.id))]


@pytest.mark.parametrize("kind", DeviceKind)
def test_event_that_nobody_takes_is_a_bug_of_the_driver(hall: Callable[..., Hall], kind: DeviceKind) -> None:
    with pytest.raises(TypeError, match="DeviceEvent of d"):
        hall().workers._ends().unsolicited(DeviceSaid("d", kind, "", DeviceEvent()))


def test_terminal_is_not_built_with_a_fact_that_no_participant_knows(
    hall: Callable[..., Hall], monkeypatch: pytest.MonkeyPatch
) -> None:
    row = msgspec.structs.replace(registry.rows()[0], facts=(PrintInDoubt,))
    monkeypatch.setattr(registry, "rows", lambda: (row,))
    with pytest.raises(NotRegistered, match=r"no store participant knows the fact .*PrintInDoubt"):
        hall()
