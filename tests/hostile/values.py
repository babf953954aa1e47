"""Values for the fuzzer: what a struct of the wire takes, and what nobody should send in its place."""

import random
import re
from typing import Any

import msgspec
from msgspec import inspect

TEXTS = (
    *(
        "",
        " ",
        "\n",
        "\x00",
        "a\nb",
        "\r\n",
        "\u2028",
        "\u202e",
        "\u200c",
        "\ufeff",
        "\ufffd",
        "\u0661",
        "\u00b2",
        "🙂",
        "ß",
        "ı",
    ),
    *(
        "a" * 21,
        "a" * 201,
        "a" * 5000,
        "\u0301" * 300,
        "[" * 70,
        "{}",
        "%",
        "%00",
        "%s%n",
        "../..",
        "/",
        "//x",
        "\\",
        "'--",
        '"',
        "<b>",
    ),
    *(
        "null",
        "true",
        "NaN",
        "-1",
        "0",
        "00",
        "1e9",
        "9" * 30,
        "0x1",
        "1_0",
        "{{1}}",
        "${x}",
        "[b]",
        "&amp;",
        "http://[",
        "A 1",
        "Z 99-99",
    ),
)
NUMBERS = (-1, 0, 1, 2**31, 2**53, 2**53 + 1, 2**63 - 1, 2**63, 2**64, 10**30, -(2**63), 0.5, 1e300, True)
OTHERS: tuple[Any, ...] = (None, [], {}, "", 0, True, [[]], {"": None}, [None], "x")
_CHOICES = re.compile(r"\^\(([a-z_|]+)\)\\Z")


class Values:
    """Draws from one source of chance. ``known`` has words that mean something to this hub, ``named`` those of a field
    or parameter of this name."""

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        self.known: list[str] = []
        self.named: dict[str, list[str]] = {}

    def of(self, kind: Any) -> Any:
        """A value that this type takes, as JSON has it."""
        return self._of(inspect.type_info(kind))

    def _of(self, kind: Any) -> Any:
        match kind:
            case inspect.StructType():
                return {field.encode_name: self._field(field) for field in kind.fields if self._wanted(field)}
            case inspect.StrType():
                return self._text(kind)
            case inspect.IntType():
                return self._number(kind)
            case inspect.BoolType():
                return self.chance.random() < 0.5
            case inspect.EnumType():
                return self.chance.choice([each.value for each in kind.cls])
            case inspect.VarTupleType():
                return [
                    self._of(kind.item_type) for _ in range(self.chance.randrange(min(3, kind.max_length or 3) + 1))
                ]
            case inspect.DictType():
                return {self._of(kind.key_type): self._of(kind.value_type)}
            case inspect.RawType():
                return {"id": self._uuid(), "outcome": "printed", "result": "done", "slip": self.chance.choice(TEXTS)}
            case inspect.LiteralType():
                return self.chance.choice(kind.values)
            case _:
                raise AssertionError(f"a type of the wire that the fuzzer does not know: {kind}")

    def _field(self, field: inspect.Field) -> Any:
        known = self.named.get(field.name)
        return self.chance.choice(known) if known and self.chance.random() < 0.8 else self._of(field.type)

    def word(self, name: str) -> str:
        """Something for a parameter of this name."""
        return self.chance.choice(self.named.get(name) or self.known or ["x"])

    def _wanted(self, field: inspect.Field) -> bool:
        return field.required or self.chance.random() < 0.5

    def _text(self, kind: inspect.StrType) -> str:
        pattern = kind.pattern or ""
        if choices := _CHOICES.match(pattern):
            return self.chance.choice(choices[1].split("|"))
        for mark, made in self._by_pattern().items():
            if mark in pattern:
                return made
        assert not pattern, f"a pattern that the fuzzer does not know: {pattern}"
        return self.chance.choice([*self.known, "de", "x"])[: kind.max_length or 200]

    def _by_pattern(self) -> dict[str, str]:
        digits = "".join(self.chance.choices("0123456789abcdef", k=64))
        day = f"2026-{self.chance.randint(1, 12):02d}-{self.chance.randint(1, 31):02d}"
        return {
            "{8}-": self._uuid(),
            "{32}": digits[:32],
            "{64}": digits,
            "{4}-": day,
            "[A-Z]{1,2}": self.chance.choice("ABC"),
        }

    def _uuid(self) -> str:
        known = [each for each in self.known if len(each) == 36]
        if known and self.chance.random() < 0.5:
            return self.chance.choice(known)
        return f"0193aaaa-0000-7000-8000-{self.chance.getrandbits(48):012x}"

    def _number(self, kind: inspect.IntType) -> int:
        least, most = kind.ge if kind.ge is not None else 0, kind.le if kind.le is not None else 100
        return self.chance.choice([least, most, self.chance.randint(int(least), int(most)), min(int(most), 3)])

    def mutated(self, value: Any) -> Any:
        """The same with one thing wrong in it, somewhere."""
        if isinstance(value, dict) and value and self.chance.random() < 0.85:
            key = self.chance.choice(list(value))
            match self.chance.randrange(6):
                case 0:
                    return {name: each for name, each in value.items() if name != key}
                case 1:
                    return value | {self.chance.choice(TEXTS): self.chance.choice(OTHERS)}
                case _:
                    return value | {key: self.mutated(value[key])}
        if isinstance(value, list) and value and self.chance.random() < 0.85:
            at = self.chance.randrange(len(value))
            return [*value[:at], self.mutated(value[at]), *value[at + 1 :]] * self.chance.choice((1, 1, 1, 40))
        if isinstance(value, str) and self.chance.random() < 0.7:
            return self.chance.choice(
                (self.chance.choice(TEXTS), value + self.chance.choice(TEXTS), value.upper(), value * 30)
            )
        if isinstance(value, int) and self.chance.random() < 0.7:
            return self.chance.choice(NUMBERS)
        return self.chance.choice(OTHERS)

    def spoilt(self, body: bytes) -> bytes:
        """Bytes of a body with some of them changed, cut or doubled."""
        at = self.chance.randrange(len(body) + 1)
        match self.chance.randrange(5):
            case 0:
                return body[:at]
            case 1:
                return body[:at] + self.chance.randbytes(3) + body[at:]
            case 2:
                return body + body
            case 3:
                return body[:at] + b"[" * self.chance.choice((1, 65, 3000)) + body[at:]
            case _:
                return body[:at] + self.chance.choice((b"\x00", b"\xff", b"\\ud800", b"\n", b",")) + body[at + 1 :]


def plain(text: str) -> bytes:
    """UTF-8, whatever it holds."""
    return text.encode("utf-8", "surrogatepass")


def as_json(value: Any) -> bytes:
    """JSON also of what is too large for 64 bits."""
    try:
        return msgspec.json.encode(value)
    except OverflowError:
        import json

        return json.dumps(value).encode()
