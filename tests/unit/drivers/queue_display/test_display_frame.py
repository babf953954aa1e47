"""The wanted frame from the hub's calls."""

import pytest

from drivers.queue_display.frame import ROWS, Row, frame_of
from drivers.queue_display.letters import fit
from kiosk.i18n.texts import Texts
from kiosk.wire import Call, CallKind

TEXTS = Texts.load("terminal")


def call(seq: int, label: str, counter: str = "4", kind: CallKind = CallKind.CALL) -> Call:
    return Call(seq=seq, kind=kind, label=label, counter=counter, at="2026-03-02T09:00:00+01:00")


def test_newest_first_whatever_the_order() -> None:
    frame = frame_of((call(2, "B 027", "12"), call(1, "A 143")), TEXTS, "de", fresh=True)
    assert frame.rows == (Row("B 027", "Platz 12"), Row("A 143", "Platz 4"))
    assert frame.fresh
    assert frame.mark == 2


def test_a_recall_brings_the_number_to_the_top_once() -> None:
    calls = (call(1, "A 143"), call(2, "B 027"), call(3, "A 143", "5", CallKind.RECALL))
    assert frame_of(calls, TEXTS, "de", fresh=False).rows == (Row("A 143", "Platz 5"), Row("B 027", "Platz 4"))


def test_only_so_many_rows_are_kept() -> None:
    frame = frame_of([call(at, f"A {at:03d}") for at in range(1, 20)], TEXTS, "de", fresh=False)
    assert len(frame.rows) == ROWS
    assert frame.rows[0].label == "A 019"


@pytest.mark.parametrize(("counter", "place"), [("4", "Counter 4"), ("Zimmer 12", "Zimmer 12"), (" 4 ", "Counter 4")])
def test_a_counter_with_a_name_keeps_it(counter: str, place: str) -> None:
    assert frame_of((call(1, "A 1", counter),), TEXTS, "en", fresh=False).rows[0].place == place


def test_no_calls_is_idle_and_never_fresh() -> None:
    frame = frame_of((), TEXTS, "de", fresh=True)
    assert (frame.rows, frame.fresh, frame.idle) == ((), False, "Bitte Nummer ziehen")


@pytest.mark.parametrize(
    ("label", "place", "arrow", "line"),
    [
        ("A 143", "Platz 4", "", "A 143        Platz 4"),
        ("A 143", "Platz 4", ">", "A 143 > Platz 4     "),
        ("A 143", "Schalter 1234", ">", "A 143  Schalter 1234"),
        ("A 03-17", "Zimmer 104, Saal", ">", "A 03-17 Zimmer 104, "),
        ("A" * 30, "Platz 4", ">", "A" * 20),
    ],
)
def test_the_number_stays_whole(label: str, place: str, arrow: str, line: str) -> None:
    assert fit(label, place, 20, arrow) == line
    assert len(fit(label, place, 20, arrow)) == 20
