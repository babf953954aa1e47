"""Ids that only grow, labels as people type them, problems that all have a remedy and words."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.i18n.texts import Texts
from kiosk.vocabulary.hardware.problems import REMEDIES, Problem
from kiosk.vocabulary.ids import IdMaker, ms_of, uuid7
from kiosk.vocabulary.labels import SERIES_LETTERS, Label, parse_label


@given(st.lists(st.integers(0, 2**40), min_size=2, max_size=60))
def test_ids_grow_whatever_the_clock_does(clock: list[int]) -> None:
    ticks = iter(clock)
    make = IdMaker(lambda: next(ticks), lambda bits: (1 << bits) - 1)
    made = [make() for _ in clock]
    assert made == sorted(made)
    assert len(set(made)) == len(made)


def test_five_thousand_ids_in_one_millisecond_are_five_thousand() -> None:
    make = IdMaker(lambda: 1_772_000_000_000, lambda bits: 0)
    assert len({make() for _ in range(5000)}) == 5000


def test_an_id_is_a_uuid_of_version_seven_with_its_time_inside() -> None:
    text = str(uuid7(1_772_000_000_123, 5, 7))
    assert UUID(text).version == 7
    assert UUID(text).variant == "specified in RFC 4122"
    assert ms_of(text) == 1_772_000_000_123


def test_ids_start_behind_the_newest_on_disk() -> None:
    make = IdMaker(lambda: 1000, lambda bits: 0)
    make.not_before(5000)
    assert ms_of(make()) >= 5000


def test_another_uuid_has_no_time() -> None:
    with pytest.raises(ValueError, match="not a UUIDv7"):
        ms_of("9c5b94b1-35ad-49bb-b118-8e8fc24abf80")


@pytest.mark.parametrize(
    ("typed", "label"),
    [
        ("A 143", Label("A", 0, 143)),
        ("a143", Label("A", 0, 143)),
        (" b 007 ", Label("B", 0, 7)),
        ("A 03-17", Label("A", 3, 17)),
        ("a03-17", Label("A", 3, 17)),
    ],
)
def test_labels_are_read_as_people_type_them(typed: str, label: Label) -> None:
    assert parse_label(typed) == label


@pytest.mark.parametrize("typed", ["", "143", "A", "A 0", "I 5", "O 143", "Q 1", "A-143", "A 12345", "A 143\n1", "Ä 5"])
def test_what_is_no_label_is_none(typed: str) -> None:
    assert parse_label(typed) is None


@given(st.sampled_from(SERIES_LETTERS), st.integers(0, 99), st.integers(1, 999))
def test_a_label_reads_back(series: str, slot: int, n: int) -> None:
    label = Label(series, slot, n)
    assert parse_label(str(label)) == label


@pytest.mark.parametrize("problem", list(Problem))
def test_every_problem_has_a_mender_and_words_in_every_language(problem: Problem) -> None:
    assert problem in REMEDIES
    texts = Texts.load("terminal")
    for lang in ("de", "en", "ar"):
        said = texts.say(lang, f"problem.{problem.value}")
        assert said.text.strip()
        assert not said.fell_back
