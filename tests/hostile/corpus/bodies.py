"""Bodies of the API: text that is no JSON, JSON that is no body of ours, values beyond every limit."""

from collections.abc import Iterator
from typing import Any

import msgspec

from tests.hostile.corpus.model import Hostile, Wanted, post

UUID = "0193aaaa-0000-7000-8000-0000000000aa"
UUIDS: dict[str, str] = {
    "in capitals": UUID.upper(),
    "with a line end": UUID + "\n",
    "with a carriage return": UUID + "\r\n",
    "in Arabic digits": UUID.replace("0", "\u0660"),
    "in braces": "{" + UUID + "}",
    "too short": UUID[:-1],
    "too long": UUID + "0",
    "without dashes": UUID.replace("-", ""),
    "empty": "",
    "as a URN": "urn:uuid:" + UUID,
    "with a NUL": UUID[:-1] + "\x00",
}
TEXTS: dict[str, bytes] = {
    "nothing": b"",
    "blanks": b" \n\t ",
    "a word": b"hello",
    "null": b"null",
    "true": b"true",
    "a number": b"1",
    "a text": b'"x"',
    "a list": b"[]",
    "an object that never ends": b'{"id":',
    "a comma at the end": b'{"id": "x",}',
    "a comment": b'{/* x */"id": "x"}',
    "single quotes": b"{'id': 'x'}",
    "keys without quotes": b"{id: 1}",
    "something behind it": b'{"id": "x"} {"id": "y"}',
    "a mark of UTF-8": b'\xef\xbb\xbf{"id": "x"}',
    "UTF-16": '{"id": "x"}'.encode("utf-16"),
    "UTF-32": '{"id": "x"}'.encode("utf-32"),
    "no UTF-8": b'{"id": "\xff\xfe"}',
    "overlong UTF-8": b'{"id": "\xc0\xaf"}',
    "a surrogate in UTF-8": b'{"id": "\xed\xa0\x80"}',
    "a surrogate as an escape": b'{"id": "\\ud800"}',
    "surrogates in the wrong order": b'{"id": "\\udc00\\ud800"}',
    "a NUL as an escape": b'{"id": "\\u0000"}',
    "a NUL": b'{"id": "\x00"}',
    "a line end in a text": b'{"id": "a\nb"}',
    "an unknown escape": b'{"id": "\\x41"}',
    "half an escape": b'{"id": "\\u12"}',
    "NaN": b'{"id": NaN}',
    "infinity": b'{"id": -Infinity}',
    "a float without end": b'{"id": 1e999}',
    "a number of 5,000 digits": b'{"id": ' + b"9" * 5000 + b"}",
    "a number of 60,000 digits": b'{"id": ' + b"9" * 60_000 + b"}",
    "a number with a zero before it": b'{"id": 007}',
    "a number with a plus": b'{"id": +1}',
    "a key of 60,000 letters": b'{"' + b"k" * 60_000 + b'": 1}',
    "an empty key": b'{"": 1}',
    "a key that means something elsewhere": b'{"__proto__": {"id": 1}, "constructor": 2}',
    "10,000 keys": b"{" + b",".join(b'"k%d":1' % n for n in range(5000)) + b"}",
    "lists 65 deep": b"[" * 65 + b"]" * 65,
    "lists 10,000 deep": b"[" * 10_000 + b"]" * 10_000,
    "objects 10,000 deep": b'{"a":' * 10_000 + b"1" + b"}" * 10_000,
    "lists and objects, never closed": b'[{"a":' * 8000,
    "brackets in a text": b'{"id": "' + b"[" * 10_000 + b'"}',
    "the first bytes of a picture": b"\x89PNG\r\n\x1a\n" + b"\x00" * 100,
    "XML with an entity": b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>',
    "MessagePack": b"\x81\xa2id\xa1x",
}
HONEST: dict[str, dict[str, Any]] = {
    "tickets": {"id": UUID, "service": "x"},
    "help": {"id": UUID},
    "standing": {"token": "0" * 32},
    "slot": {"generation": "0" * 32, "machine": "m"},
    "sync": {"generation": "0" * 32, "ops": []},
    "heartbeat": {"version": "1", "catalogue_version": 1},
    "enrol": {"code": "ABCD-2345"},
}
REFUSED: dict[str, dict[str, list[Any]]] = {
    "tickets": {
        "id": [None, 1, [], {}],
        "service": [None, 1, "a" * 201, "", "\x00"],
        "lang": ["a" * 21, 1],
        "tapped_at": [1],
    },
    "help": {"reason": ["", "asked\n", "ASKED", None], "label": ["a" * 201, 1], "withdrawn": ["yes", 1, None]},
    "standing": {"token": ["", "0" * 31, "0" * 32 + "\n", "\u0660" * 32, "G" * 32, 1], "slip": ["x", "a" * 201, 1]},
    "slot": {"generation": ["", "0" * 33, "0" * 32 + "\n", "\u0660" * 32, None], "machine": ["a" * 201, 1, None]},
    "sync": {"generation": ["x"], "ops": [None, {}, [1], [None], [{}], [{"op": UUID}]]},
    "heartbeat": {
        "catalogue_version": [-1, 2**53 + 1, 2**63, 2**64, 10**30, 0.5, "1", None, True],
        "clock_ms": [-1, 2**53 + 1, 1e300],
        "devices": [{}, [1], [{"device": "p", "kind": "toaster", "state": "ready"}], [{"device": "p"}]],
        "notes": ["x", [1], ["a" * 201]],
        "outbox": [[], {"waiting": -1}, {"aside": [{"kind": "x"}] * 9}],
        "catalogue_fault": ["x" * 401],
        "missed": [
            [{"day": "2026-02-03", "text": "x", "visits": 1}] * 51,
            [{"day": "\u0662026-01-01", "text": "", "visits": 1}],
        ],
        "generation": ["a" * 201],
    },
    "enrol": {
        "code": ["", "a" * 200, "\n", "ABCD-2345\n", "\uff21\uff22\uff23\uff242345", "\u0661" * 8, "\x00", None, 1],
        "version": ["", "99", "\u0662.1", "2", None, "a" * 60_000],
    },
}
ODD: dict[str, dict[str, list[Any]]] = {
    "heartbeat": {
        "version": ["", "\x00", "a" * 50_000, "\u202e", "<script>"],
        "notes": [["closed"] * 3000],
        "clock_ms": [0, 2**53],
        "slot": [2**53],
    },
    "help": {"lang": ["", "\x00", "../de"], "label": ["<b>", "A\u202e1", "\n"]},
    "slot": {"machine": ["", "\x00", "'--"]},
}
FACT = {
    "id": UUID,
    "service": "x",
    "series": "A",
    "slot": 1,
    "n": 1,
    "business_day": "2026-11-24",
    "arrival_ms": 1_795_518_000_000,
}
FACTS: dict[str, list[Any]] = {
    "series": ["A\n", "a", "ABC", "\u0410", ""],
    "slot": [-1, 100, 77, None],
    "n": [0, 10_000, -1, 1.5],
    "business_day": [
        "0000-00-00",
        "2026-02-30",
        "9999-12-31",
        "\u0662\u0660\u0662\u0666-11-24",
        "2026-11-24\n",
        "2026-1-1",
        "",
    ],
    "arrival_ms": [-1, 2**53, 2**53 + 1, 0, 1e20],
    "id": list(UUIDS.values())[:4],
    "lang": ["a" * 21, "\x00"],
    "service": ["", "a" * 201, "\x00"],
}
OPS: dict[str, tuple[str, bytes]] = {
    "an unknown kind": ("dance", b"{}"),
    "a kind with a line end": ("ticket\n", b"{}"),
    "a body that is null": ("ticket", b"null"),
    "a body that is a list": ("ticket", b"[]"),
    "a body that is a number": ("paper", b"1e999"),
    "a paper's outcome with a line end": ("paper", b'{"id": "%s", "outcome": "printed\\n"}' % UUID.encode()),
    "an order's result nobody knows": ("order", b'{"id": "%s", "result": "eaten"}' % UUID.encode()),
    "a slip of 200 letters": ("scan", b'{"slip": "%s", "scanned_ms": 1}' % (b"x" * 200)),
    "a slip of brackets": ("scan", b'{"slip": "{}[]", "scanned_ms": 9007199254740992}'),
    "a cancelled nothing": ("cancel", b"{}"),
}


def requests() -> Iterator[Hostile]:
    for name, body in TEXTS.items():
        yield Hostile(f"json: {name}", post("/api/v1/tickets", body))
    for name in ("lists 10,000 deep", "no UTF-8", "a number of 5,000 digits", "a surrogate as an escape"):
        for call in ("enrol", "heartbeat", "sync", "standing", "slot", "help"):
            yield Hostile(f"json: {name}, {call}", post(f"/api/v1/{call}", TEXTS[name]))
    for name, ident in UUIDS.items():
        for call in ("tickets", "help"):
            yield Hostile(f"uuid: {name}, {call}", _call(call, id=ident))
    for wanted, table in ((Wanted.REFUSED, REFUSED), (Wanted.ANSWERED, ODD)):
        for call, fields in table.items():
            for field, values in fields.items():
                for n, value in enumerate(values):
                    yield Hostile(
                        f"body: {call}.{field} {wanted.name.lower()} {n}", _call(call, **{field: value}), wanted
                    )
    yield from _ops()
    yield Hostile("body: a key twice", post("/api/v1/help", b'{"id": "%s", "id": 1}' % UUID.encode()))
    yield Hostile("body: as a form", post("/api/v1/help", b"id=1", "application/x-www-form-urlencoded"))
    yield Hostile("body: both token and slip", _call("standing", slip="x"))


def _call(call: str, **fields: Any) -> bytes:
    return post(f"/api/v1/{call}", msgspec.json.encode(HONEST[call] | fields))


def _ops() -> Iterator[Hostile]:
    """What a batch holds is answered one by one: the batch itself is taken."""
    for field, values in FACTS.items():
        for n, value in enumerate(values):
            yield Hostile(
                f"fact: {field} {n}", _sync("ticket", msgspec.json.encode(FACT | {field: value})), Wanted.ANSWERED
            )
    for name, (kind, body) in OPS.items():
        yield Hostile(f"op: {name}", _sync(kind, body), Wanted.ANSWERED)
    op = {"op": UUID, "lane": UUID, "kind": "x", "body": {}}
    yield Hostile("op: 101 of them", _call("sync", ops=[op] * 101))
    yield Hostile("op: 100 of one id", _call("sync", ops=[op] * 100), Wanted.ANSWERED)
    yield Hostile("op: its id with a line end", _call("sync", ops=[op | {"op": UUID + "\n"}]))
    yield Hostile("op: a body 100 deep", _call("sync", ops=[op | {"body": _deep(100)}]))


def _sync(kind: str, body: bytes) -> bytes:
    op = {"op": UUID, "lane": UUID, "kind": kind, "body": msgspec.Raw(body)}
    return post("/api/v1/sync", msgspec.json.encode(HONEST["sync"] | {"ops": [op]}))


def _deep(levels: int) -> Any:
    found: Any = 1
    for _ in range(levels):
        found = [found]
    return found
