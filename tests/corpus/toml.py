"""A folder of the own format with every field that there is, and all that may be wrong in one of them."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from tests.corpus import texts

FILES = {
    "catalogue.toml": """
languages = ["de"]
[[category]]
id = "ausweise"
names.de = "Ausweise"
icon = "id-badge"
order = 3
[[featured]]
service = "perso"
labels.de = "Ausweis"
details.de = "sofort"
[closed]
years = [2026]
country = "DE"
state = "SN"
[[closed.yearly]]
date = "12-24"
names.de = "Heiligabend"
""",
    "offices.toml": """
[[office]]
id = "amt"
names.de = "Amt"
address = "Am Wall 1, 12345 Musterstadt"
places.de = "Erdgeschoss"
hours.mon = ["08:00-12:00"]
[[office.closed_days]]
date = 2026-05-15
names.de = "Betriebsausflug"
[[office.closed_days.spans]]
day = 4
opens = 08:00:00
closes = 12:00:00
[[queue]]
id = "a"
series = "A"
names.de = "A"
places.de = "Wartebereich A"
office = "amt"
""",
    "services/10.toml": """
[defaults]
office = "amt"
[[service]]
id = "perso"
names.de = "Personalausweis"
teasers.de = "Für die Reise."
bring.de = ["alter Ausweis"]
fee_notes.de = "Nur bar."
words.de = ["Perso"]
categories = ["ausweise"]
queue = "a"
minutes = 8
valid_from = 2026-01-01
valid_to = 2026-12-31
[[service.fees]]
id = "f"
names.de = "Gebühr"
cents = 4600
from_age = 24
below_age = 99
valid_from = 2026-01-01
valid_to = 2026-12-31
""",
    "empty.toml": """
category = []
service = []
office = []
queue = []
featured = []
defaults = {}
closed = {}
""",
    "services/20.toml": """
[[service]]
id = "pass"
names = {de = "Reisepass"}
teasers = {}
bring = {}
fees = []
fee_notes = {}
words = {}
categories = []
""",
    "services/30.toml": """
[[service]]
id = "empfang"
names.de = "Empfang"
queue = "a"
reception = true
[[service]]
id = "kindergeld"
names.de = "Kindergeld"
there.de = "Familienkasse"
[service.elsewhere]
address = "Markt 2"
phone = "115"
url = "https://familienkasse.example/antrag?x=1"
[[service]]
id = "rente"
names.de = "Rente"
there = {de = "Rentenversicherung"}
elsewhere = {}
""",
    "offices-20.toml": """
[[office]]
id = "archiv"
names = {de = "Archiv"}
places = {}
hours = []
closed_days = []
""",
    "texts/ar.toml": """
[category.ausweise]
name = "بطاقات"
[service.perso]
name = "بطاقة الهوية"
teaser = "للسفر"
bring = ["البطاقة القديمة"]
words = ["هوية"]
fee_note = "نقدا"
fees.f = "رسم"
[service.kindergeld]
there = "صندوق العائلة"
[office.amt]
name = "مكتب"
place = "الطابق الأول"
[queue.a]
name = "أ"
place = "أ"
[featured.perso]
label = "هوية"
detail = "فورا"
""",
}

WRONG = {
    "text": ['"x"'],
    "integer": ["5", "-5"],
    "date": ["2026-05-15"],
    "time": ["08:00:00"],
    "list": ["[]"],
    "table": ["{}"],
    "other": ["true", "false", "0.5", "nan", "inf", "-inf", "{x = 1}", "2026-05-15T08:00:00", "[[1]]", "[{}]"],
    "huge": ["9" * 5_000, "0x" + "f" * 5_000, str(2**64), str(-(2**64)), "[" + "9" * 5_000 + "]"],
    "deep": [
        "{" + "a." * 5_000 + "a = 1}",
        "[" * 5_000 + "]" * 5_000,
        "{a = " * 5_000 + "1" + "}" * 5_000,
        "[" * 100 + "]" * 100,
    ],
}
"""Values by their kind; those of a field's own kind are left out where it is changed."""
ITEMS = ['["x", 5]', "[true]", "[nan]", '["x", []]', "[1979-05-27]"]
"""Lists with something wrong in them, wherever a list belongs."""
TEXTS = (*texts.CONTROL, *texts.KIVY, *texts.HTML[:6], "", " ", "x" * 10_000)
"""No text of a catalogue may be one of these; no id, reference, date or letter either."""
WORDS = (*texts.PATHS, *texts.FORMATS, "a\n", "ä", "APR", "HolidayBase", "02-30")
"""Nor may an id, a reference, a date or a letter be one of these; a name may."""
NO_TEXTS = {"id", "icon", "series", "service", "office", "queue", "country", "state", "date", "url"}
_IDS = ("CON", "APR", "HolidayBase", "02-30")
_SOUND = {
    "id": _IDS,
    "service": _IDS,
    "icon": ("02-30",),
    "address": ("",),
    "phone": ("",),
    "url": ("",),
    "hours": ("{}",),
}
"""By their form, these are some."""

_LINE = re.compile(r"([a-z_]+)((?:\.[a-z]+)*) = (.+)\Z")


class Case(NamedTuple):
    """One line of a file changed."""

    file: str
    line: int
    field: str
    value: str

    @property
    def name(self) -> str:
        return f"{self.file}:{self.line} {self.field} = {self.value[:40]}"

    def text(self) -> str:
        """The file as it is then."""
        lines = FILES[self.file].split("\n")
        lines[self.line - 1] = lines[self.line - 1].partition(" = ")[0] + f" = {self.value}"
        return "\n".join(lines)


def write(at: Path) -> Path:
    """The sound folder."""
    for name, text in FILES.items():
        (at / name).parent.mkdir(parents=True, exist_ok=True)
        (at / name).write_text(text, "utf-8")
    return at


def hostile() -> Iterator[Case]:
    """Every field with everything that it may not be."""
    for file, text in FILES.items():
        for number, line in enumerate(text.split("\n"), 1):
            if found := _LINE.match(line):
                field, _, value = found.groups()
                yield from (Case(file, number, field, wrong) for wrong in _wrong(field, value))


def fields() -> set[str]:
    """The names of all fields in the sound folder."""
    text = "\n".join(FILES.values())
    lists = set(re.findall(r"[a-z_]+(?=\]\])", text))
    return lists | {found[1] for line in text.split("\n") if (found := _LINE.match(line))}


def _wrong(field: str, value: str) -> Iterator[str]:
    own = _kind(value)
    for kind, literals in WRONG.items():
        if kind != own:
            yield from (each for each in literals if each not in _SOUND.get(field, ()))
    if own == "list":
        yield from ITEMS
        yield from (f"[{json.dumps(text)}]" for text in TEXTS)
    elif own == "table":
        yield from (f"{{{json.dumps(text)} = 5}}" for text in TEXTS)
    elif own == "text":
        hostile = (*TEXTS, *WORDS) if field in NO_TEXTS else TEXTS
        yield from (json.dumps(text) for text in hostile if text not in _SOUND.get(field, ()))
    else:
        yield from (json.dumps(text) for text in (*TEXTS[:3], *WORDS))


def _kind(value: str) -> str:
    if value in ("true", "false"):
        return "other"
    if value[0] in '["{':
        return {"[": "list", "{": "table"}.get(value[0], "text")
    return "time" if ":" in value else "date" if "-" in value else "integer"
