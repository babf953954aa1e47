"""The printer's inside, sans-io: status bytes, buffer, faults. Byte patterns after Epson's reference."""

from typing import Any

import pytest

from drivers.sim.printer import Abilities, Printer, PrinterFaults

INIT, CUT = b"\x1b@", b"\x1dV\x42\x00"
JOB = INIT + b"eins\nzwei\ndrei\n" + CUT
ASK = [b"\x10\x04" + bytes([n]) for n in (1, 2, 3, 4)]
ID = b"\x1d(H\x06\x0000" + b"abcd"


def made(**faults: Any) -> Printer:
    printer = Printer()
    printer.faults = PrinterFaults(**faults)
    return printer


def feed(printer: Printer, data: bytes, now: float = 0.0) -> bytes:
    return printer.receive(data) + printer.work(now)


@pytest.mark.parametrize(
    ("faults", "answers"),
    [
        ({}, "16121212"),
        ({"paper_near_end": True}, "1612121E"),
        ({"paper_out": True}, "1E32127E"),
        ({"cover_open": True}, "1E161212"),
        ({"cutter_error": True}, "1E521A12"),
        ({"printer_error": True}, "1E523212"),
        ({"overheated": True}, "1E525212"),
    ],
)
def test_real_time_status_bytes(faults: dict[str, bool], answers: str) -> None:
    printer = made(**faults)
    got = b"".join(feed(printer, ask) for ask in ASK)
    assert got == bytes.fromhex(answers)
    assert all(byte & 0x93 == 0x12 for byte in got)


def test_a_job_becomes_one_slip_with_its_raw_bytes() -> None:
    printer = made()
    feed(printer, JOB + JOB)
    assert [slip.texts for slip in printer.slips] == [["eins", "zwei", "drei"]] * 2
    assert printer.slips[0].raw == JOB


def test_completion_is_told_behind_the_data_only() -> None:
    printer = made()
    assert feed(printer, JOB + ID + b"\x1dr\x01") == b"\x37\x22abcd\x00" + b"\x00"


@pytest.mark.parametrize("fault", ["paper_out", "cover_open", "cutter_error"])
def test_offline_it_answers_in_real_time_and_keeps_the_rest(fault: str) -> None:
    printer = made(**{fault: True})
    assert feed(printer, JOB + ID + b"\x1dr\x01") == b""
    assert feed(printer, ASK[0]) == b"\x1e"
    assert printer.slips == []
    printer.faults = PrinterFaults()
    assert printer.work(0.0) == b"\x37\x22abcd\x00\x00"
    assert len(printer.slips) == 1


def test_paper_ends_in_the_middle_of_a_job() -> None:
    printer = made(paper_out_after_lines=2)
    assert feed(printer, JOB + b"\x1dr\x01") == b""
    assert printer.hanging().texts == ["eins", "zwei"]
    assert printer.condition.paper_out
    printer.faults = PrinterFaults()
    assert printer.work(0.0) == b"\x00"
    assert printer.slips[0].texts == ["eins", "zwei", "drei"]


def test_recover_2_throws_the_buffer_away_but_not_the_paper() -> None:
    printer = made(paper_out_after_lines=1)
    feed(printer, JOB)
    assert printer.buffered
    feed(printer, b"\x10\x05\x02")
    printer.faults = PrinterFaults()
    feed(printer, JOB)
    assert printer.slips[0].texts == ["eins", "eins", "zwei", "drei"]


def test_power_fails_after_lines_and_the_buffer_is_gone() -> None:
    printer = made(power_off_after_lines=1)
    feed(printer, JOB)
    assert printer.faults.power_off
    printer.power_lost()
    printer.faults = PrinterFaults()
    assert printer.work(0.0) == b""
    assert printer.hanging().texts == ["eins"]
    assert printer.slips == []


@pytest.mark.parametrize("count", range(1, len(JOB) + 1))
def test_power_fails_after_any_byte(count: int) -> None:
    printer = made(power_off_after_bytes=count)
    feed(printer, JOB)
    assert printer.faults.power_off
    assert printer.faults.power_off_after_bytes is None
    printer.power_lost()
    printer.faults = PrinterFaults()
    feed(printer, JOB)
    assert printer.slips[-1].texts[-3:] == ["eins", "zwei", "drei"]


def test_the_cutter_jams_at_the_cut_and_cuts_when_it_is_free() -> None:
    printer = made(cutter_jam=True)
    feed(printer, JOB)
    assert (printer.slips, printer.condition.cutter_error) == ([], True)
    printer.faults = PrinterFaults()
    printer.work(0.0)
    assert len(printer.slips) == 1


def test_automatic_status_comes_at_once_and_on_change_only() -> None:
    printer = made()
    assert feed(printer, b"\x1da\x0f") == bytes.fromhex("1400000F")
    assert feed(printer, b"x") == b""
    printer.faults = PrinterFaults(paper_out=True)
    assert printer.work(0.0) == bytes.fromhex("1C000F0F")
    assert printer.work(0.0) == b""
    printer.faults = PrinterFaults(paper_near_end=True)
    assert printer.work(0.0) == bytes.fromhex("1400030F")
    feed(printer, b"\x1da\x00")
    printer.faults = PrinterFaults()
    assert printer.work(0.0) == b""


def test_initialising_switches_automatic_status_off() -> None:
    printer = made()
    feed(printer, b"\x1da\x0f" + INIT)
    printer.faults = PrinterFaults(cover_open=True)
    assert printer.work(0.0) == b""


def test_a_printer_that_can_do_little_keeps_silent() -> None:
    able = Abilities(real_time=False, auto_status=False, process_id=False, gs_r=False, identity=False)
    printer = Printer(able)
    assert feed(printer, b"".join(ASK) + b"\x1da\x0f" + JOB + ID + b"\x1dr\x01\x1dI\x43") == b""
    assert len(printer.slips) == 1


def test_it_tells_who_it_is() -> None:
    assert feed(made(), b"\x1dI\x42\x1dI\x43") == b"_EPSON\x00_TM-T88V\x00"


def test_printing_takes_its_time() -> None:
    printer = Printer(Abilities(mm_per_s=100.0))
    feed(printer, b"eins\nzwei\n")
    assert printer.hanging().texts == ["eins"]
    wait = printer.due_in(0.0)
    assert wait == pytest.approx(30 / 8 / 100)
    assert printer.work(0.04) == b""
    assert printer.hanging().texts == ["eins", "zwei"]


def test_first_byte_of_a_job_is_noticed_once() -> None:
    printer = made()
    seen: list[int] = []
    printer.on_first_job_byte = seen.append
    feed(printer, ASK[0] + b"\x1da\x0f\x1dr\x01" + ID)
    assert seen == []
    feed(printer, JOB + ID)
    feed(printer, ASK[3] + JOB)
    assert len(seen) == 2


def test_tearing_off_by_hand_is_a_slip_too() -> None:
    printer = made()
    feed(printer, INIT + b"ohne Schnitt\n")
    printer.tear_off()
    printer.tear_off()
    assert [slip.text for slip in printer.slips] == ["ohne Schnitt"]


def test_what_it_does_not_know_stands_on_the_slip() -> None:
    printer = made()
    feed(printer, INIT + b"a\x1b\x99b\n" + CUT)
    assert printer.slips[0].unknown == (b"\x1b\x99",)
    assert printer.slips[0].texts == ["ab"]


def test_request_inside_a_picture_is_data_unless_the_printer_answers() -> None:
    picture = b"\x1dv0\x00\x01\x00\x08\x00" + b"\xff\xff" + ASK[0] + b"\xff\xff\xff"
    for inside, answer in ((False, b""), (True, b"\x16")):
        printer = made(answers_inside=inside)
        assert b"".join(feed(printer, picture[at : at + 1]) for at in range(len(picture))) == answer
        [dots] = printer.hanging().marks
        assert dots.data == picture[8:], "its data all the same"
        assert feed(printer, ASK[0]) == b"\x16", "answered once between commands"


def test_half_command_survives_a_reconnect_only_where_it_is_kept() -> None:
    for keeps, texts in ((False, ["neu"]), (True, [])):
        printer = made(keeps_half=keeps)
        feed(printer, b"\x1dv0\x00\x01\x00\x40\x00")
        printer.unplugged()
        feed(printer, b"neu\n")
        assert printer.hanging().texts == texts


def test_zeros_between_commands_are_nothing() -> None:
    printer = made()
    feed(printer, bytes(5000) + b"eins\n")
    assert printer.hanging().texts == ["eins"]
    assert printer.hanging().unknown == ()
    assert printer.jobs_begun == 1
