"""DIN 91379: our own tables against KoSIT's data file and the validator."""

import unicodedata
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.i18n import latin
from kiosk.i18n.latin import DataType, is_valid

ORACLE = Path(__file__).resolve().parents[3] / "../shared/data/din91379/latinchars.xml"
NS = "{http://xoev.de/latinchars}"


def oracle() -> list[ElementTree.Element]:
    if not ORACLE.exists():
        pytest.skip("KoSIT's latinchars.xml is not in ../shared/data/din91379; our tables are tested without")
    root = ElementTree.parse(ORACLE).getroot()
    return [*root.findall(f"{NS}char"), *root.findall(f"{NS}sequence")]


def letter_of(entry: ElementTree.Element) -> str:
    return "".join(chr(int(code, 16)) for code in str(entry.findtext(f"{NS}cp")).split())


def in_group(*groups: str) -> list[ElementTree.Element]:
    return [entry for entry in oracle() if entry.get("group") in groups]


def test_every_letter_of_the_data_file_is_ours() -> None:
    theirs = {letter_of(entry) for entry in in_group("bll")}
    assert theirs <= set(latin.letters())
    assert set(latin.letters()) - theirs == {"ḗ", "ē̍", "ō̍"}, "what the norm added to String.Latin+ 1.2"


@pytest.mark.parametrize(("kind", "groups"), [("A", ("bll", "bnlreq")), ("B", ("bnl",)), ("C", ("bnlopt", "bnlnot"))])
def test_groups_belong_to_their_data_type(kind: str, groups: tuple[str, ...]) -> None:
    order = list(DataType)
    for entry in in_group(*groups):
        letter = letter_of(entry)
        for smaller in order[: order.index(DataType(kind))]:
            assert not is_valid(letter, smaller), letter
        assert is_valid(letter, DataType(kind)), letter


def test_there_are_149_sequences_all_normal() -> None:
    assert len(latin.sequences()) == len(set(latin.sequences())) == 149
    assert all(unicodedata.is_normalized("NFC", sequence) for sequence in latin.sequences())


NAMES = ["Müller-Lüdenscheidt", "Nguyễn Thị Ánh", "Şahin", "Łukasz Dvořák", "K͟hān", "D'Angelo", "O’Brien"]


@pytest.mark.parametrize("name", NAMES)
def test_names_are_valid(name: str) -> None:
    assert is_valid(name)
    assert is_valid(unicodedata.normalize("NFC", unicodedata.normalize("NFD", name)))


@pytest.mark.parametrize("name", ["Ольга", "محمد", "Müller 3", "", "K\u0332"])
def test_foreign_names_are_refused(name: str) -> None:
    assert not is_valid(name)


@given(st.lists(st.sampled_from([*latin.letters(), " ", "-", "’"]), min_size=1, max_size=12))
def test_every_row_of_letters_is_valid_and_normal(row: list[str]) -> None:
    text = "".join(row)
    assert is_valid(text)
    assert unicodedata.is_normalized("NFC", text)
    decomposed = unicodedata.normalize("NFD", text)
    assert is_valid(decomposed) == (decomposed == text)


def test_no_letter_is_cut_in_two() -> None:
    assert not [letter for letter in latin.letters() if not is_valid(letter)]


def test_decomposed_text_is_refused() -> None:
    assert not is_valid("Mu\u0308ller")


def test_data_types_grow() -> None:
    assert is_valid("Müller 3", DataType.B)
    assert not is_valid("a\tb", DataType.B)
    assert is_valid("a\tb", DataType.C)
