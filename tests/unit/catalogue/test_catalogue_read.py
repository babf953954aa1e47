"""Bytes to catalogue: what is sound comes back equal; what is not is refused with its place, and nothing raises."""

import json
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.catalogue import read as reading
from kiosk.catalogue.faults import CatalogueFaults
from kiosk.catalogue.model import Catalogue, Service
from kiosk.catalogue.read import read, write

SOUND: dict[str, Any] = {
    "version": 3,
    "schema": "1.0",
    "languages": ["de"],
    "services": [{"id": "perso", "names": {"de": "Personalausweis"}, "office": "amt"}],
    "offices": [
        {"id": "amt", "names": {"de": "Amt"}, "hours": [{"day": 0, "opens": "08:00:00", "closes": "12:00:00"}]}
    ],
}


def sound_with(**changed: Any) -> bytes:
    return json.dumps({**SOUND, **changed}).encode()


def refused(data: bytes) -> CatalogueFaults:
    found = read(data, "catalogue.json")
    assert isinstance(found, CatalogueFaults)
    assert found.faults
    assert all(fault.place and fault.reason and fault.remedy for fault in found.faults)
    assert str(found).startswith("catalogue.json: ")
    return found


def test_a_sound_file_is_read_and_written_back() -> None:
    found = read(sound_with(), "catalogue.json")
    assert isinstance(found, Catalogue)
    assert found.services[0].names == {"de": "Personalausweis"}
    assert read(write(found)) == found
    assert write(found) == write(msgspec.json.decode(write(found), type=Catalogue))


def test_a_newer_minor_version_may_hold_more() -> None:
    assert isinstance(read(sound_with(schema="1.7", more={"x": 1})), Catalogue)


@pytest.mark.parametrize(
    ("schema", "reason"), [("2.0", "newer"), ("0.9", "too old"), ("one", "not a version"), ("1.0\n", "not a version")]
)
def test_another_major_version_is_refused(schema: str, reason: str) -> None:
    assert reason in refused(sound_with(schema=schema)).faults[0].reason


def test_a_newer_schema_is_named_before_any_other_fault() -> None:
    assert refused(sound_with(schema="2.0", services="all new")).faults[0].place == "schema"


@pytest.mark.parametrize(
    ("data", "place"),
    [
        (b"", "file"),
        (b"{", "file"),
        (b"[]", "file"),
        (b"null", "file"),
        (b"\xff\xfe\x00", "file"),
        (b'{"version": NaN}', "file"),
        (b'{"version": Infinity}', "file"),
        (b'{"version": 1e999}', "$.version"),
        (b'{"version": 1.5}', "$.version"),
        (b'{"version": true}', "$.version"),
        (b'{"version": "1"}', "$.version"),
        (b'{"version": 99999999999999999999999}', "version"),
        (b'{"schema": "1.0"}', "file"),
        (b'{"version": 1, "services": {}}', "$.services"),
        (b'{"version": 1, "services": [{"id": "", "names": {}}]}', "$.services[0].id"),
        (b'{"version": 1, "services": [{"id": "a b", "names": {}}]}', "$.services[0].id"),
        (b'{"version": 1, "services": [{"id": "a", "names": ["x"]}]}', "$.services[0].names"),
        (b'{"version": 1, "services": [{"id": "a", "names": {"de": 7}}]}', "$.services[0].names[...]"),
        (b'{"version": 1, "services": [{"id": "a", "names": {"de": "x\xff"}}]}', "file"),
        (rb'{"version": 1, "services": [{"id": "a", "names": {"de": "\ud800"}}]}', "file"),
        (rb'{"version": 1, "services": [{"id": "a", "names": {"de": "x\u0007"}}]}', "services[a].names.de"),
        (rb'{"version": 1, "services": [{"id": "a\n", "names": {"de": "x"}}]}', "$.services[0].id"),
        (b'{"version": 1, "services": [{"id": "a", "names": {"de": "[b]x[/b]"}}]}', "services[a].names.de"),
        (
            b'{"version": 1, "services": [{"id": "a", "names": {"de": "x"}, "fees": [{"id": "f", "names": {}}]}]}',
            "$.services[0].fees[0]",
        ),
        (
            b'{"version": 1, "services": [{"id": "a", "names": {"de": "x"},'
            b' "fees": [{"id": "f", "names": {"de": "x"}, "cents": -1}]}]}',
            "$.services[0].fees[0].cents",
        ),
        (
            b'{"version": 1, "offices": [{"id": "a", "names": {"de": "x"},'
            b' "hours": [{"day": 7, "opens": "08:00:00", "closes": "09:00:00"}]}]}',
            "$.offices[0].hours[0].day",
        ),
        (
            b'{"version": 1, "offices": [{"id": "a", "names": {"de": "x"},'
            b' "hours": [{"day": 0, "opens": "25:00:00", "closes": "09:00:00"}]}]}',
            "$.offices[0].hours[0].opens",
        ),
    ],
)
def test_hostile_files_are_refused_with_their_place(data: bytes, place: str) -> None:
    assert refused(data).faults[0].place == place


@pytest.mark.parametrize("where", [b'{"version": 1, "x": %s}', b'{"version": 1, "services": [%s]}', b"%s"])
def test_deep_nesting_is_refused(where: bytes) -> None:
    refused(where % (b"[" * 200_000 + b"]" * 200_000))


def test_a_name_of_ten_megabytes_is_refused_in_few_words() -> None:
    found = refused(sound_with(services=[{"id": "a", "names": {"de": "x" * 10_000_000}}]))
    assert found.faults[0].place == "services[a].names.de"
    assert len(str(found)) < 400


def test_a_file_beyond_the_limit_is_not_even_parsed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "SIZE_LIMIT", 10)
    assert "too large" in refused(sound_with()).faults[0].reason


def test_doubled_keys_and_ids_do_not_slip_through() -> None:
    twice = [{"id": "a", "names": {"de": "x"}}, {"id": "a", "names": {"de": "y"}}]
    assert "twice" in refused(sound_with(services=twice, offices=[])).faults[0].reason


@given(st.binary(max_size=300))
def test_no_bytes_make_it_raise(data: bytes) -> None:
    assert isinstance(read(data), Catalogue | CatalogueFaults)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["id", "names", "de"]), inner),
    max_leaves=8,
)


@given(st.sampled_from(Catalogue.__struct_fields__), JSON)
def test_no_value_in_no_field_makes_it_raise(field: str, value: object) -> None:
    assert isinstance(read(sound_with(**{field: value})), Catalogue | CatalogueFaults)


@given(st.sampled_from(Service.__struct_fields__), JSON)
def test_no_value_in_a_service_makes_it_raise(field: str, value: object) -> None:
    service = {**SOUND["services"][0], field: value}
    assert isinstance(read(sound_with(services=[service])), Catalogue | CatalogueFaults)
