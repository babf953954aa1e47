"""The wanted frame from the hub's calls."""

import pytest

from drivers.queue_display.letters import fit
from kiosk.calls import ROWS, frame_of
from kiosk.i18n.texts import Texts
from kiosk.vocabulary.hardware.display_frame import Row
from kiosk.wire import Call, CallKind, CallState

TEXTS = Texts.load("terminal")


def call(
    seq: int,
    label: str,
    counter: str = "4",
    kind: CallKind = CallKind.CALL,
    state: CallState = CallState.NOW,
    short: str = "",
) -> Call:
    at = "2026-03-02T09:00:00+01:00"
    return Call(seq=seq, kind=kind, label=label, counter=counter, at=at, state=state, short=short)


def shown(*calls: Call, news: frozenset[int] = frozenset()) -> list[tuple[str, str]]:
    return [(row.label, row.place) for row in frame_of(calls, TEXTS, "de", news).rows]


def test_newest_first_whatever_the_order() -> None:
    frame = frame_of((call(2, "B 027", "12"), call(1, "A 143")), TEXTS, "de", frozenset({2}))
    assert frame.rows == (Row("B 027", "Platz 12", "12", 2, news=True), Row("A 143", "Platz 4", "4", 1))


def test_a_recall_brings_the_number_to_the_top_once() -> None:
    calls = (call(1, "A 143"), call(2, "B 027"), call(3, "A 143", "5", CallKind.RECALL))
    assert shown(*calls) == [("A 143", "Platz 5"), ("B 027", "Platz 4")]


def test_who_has_come_or_did_not_come_is_called_no_more() -> None:
    """Who came this moment stands until it was read; who did not come is gone at once."""
    calls = (call(1, "A 001"), call(2, "A 002", state=CallState.OVER), call(3, "A 003", state=CallState.MISSED))
    assert shown(*calls) == [("A 001", "Platz 4")]
    frame = frame_of(calls, TEXTS, "de", frozenset({1, 2, 3}))
    assert [(row.label, row.over) for row in frame.rows] == [("A 002", True), ("A 001", False)]


def test_only_so_many_rows_are_kept() -> None:
    frame = frame_of([call(at, f"A {at:03d}") for at in range(1, 20)], TEXTS, "de")
    assert len(frame.rows) == ROWS
    assert frame.rows[0].label == "A 019"


@pytest.mark.parametrize(("counter", "place"), [("4", "Counter 4"), ("Zimmer 12", "Zimmer 12"), (" 4 ", "Counter 4")])
def test_a_counter_with_a_name_keeps_it(counter: str, place: str) -> None:
    assert frame_of((call(1, "A 1", counter),), TEXTS, "en").rows[0].place == place


def test_the_short_name_goes_with_it() -> None:
    given = call(1, "A 1", "Führerscheinstelle 2", short="FS 2")
    assert frame_of((given,), TEXTS, "de").rows[0].short == "FS 2"
    assert frame_of((call(1, "A 1", "Führerscheinstelle 2"),), TEXTS, "de").rows[0].short == "Führersch. 2"


def test_no_calls_is_idle() -> None:
    frame = frame_of((), TEXTS, "de")
    assert (frame.rows, frame.idle) == ((), "Bitte Nummer ziehen")


@pytest.mark.parametrize(
    ("label", "place", "short", "arrow", "line"),
    [
        ("A 143", "Platz 4", "", "", "A 143        Platz 4"),
        ("A 143", "Platz 4", "", ">", "A 143 > Platz 4     "),
        ("A 143", "Schalter 1234", "", ">", "A 143  Schalter 1234"),
        ("A 03-17", "Zimmer 104, Saal", "", ">", "A 03-17  Zimmer 104."),
        ("A 03-17", "Fuehrerscheinstelle 2", "FS 2", ">", "A 03-17 > FS 2      "),
        ("A 03-17", "Fuehrerscheinstelle 2", "Fuehrersch. 2", "", "A 03-17 Fuehrersc. 2"),
        ("A" * 30, "Platz 4", "", ">", "A" * 20),
    ],
)
def test_the_number_stays_whole_and_no_place_is_cut_silently(
    label: str, place: str, short: str, arrow: str, line: str
) -> None:
    assert fit(label, place, 20, arrow, short) == line
    assert len(fit(label, place, 20, arrow, short)) == 20
