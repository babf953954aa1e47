"""The message catalogues: whole, the same keys everywhere, every key used, and how they are asked."""

import re
import string
import subprocess
import sys
from enum import StrEnum
from pathlib import Path

import pytest
from babel.messages.catalog import Message
from babel.messages.pofile import read_po

from hub.auth.rights import Right
from hub.store.enums import AlarmKind, Role, TicketState
from hub.store.faults import Trouble
from kiosk.i18n.texts import FSI, LOCALE_DIR, PDI, Said, Texts, pick
from kiosk.vocabulary.access import Contrast, TextSize
from kiosk.vocabulary.hardware.devices import DeviceKind
from kiosk.vocabulary.hardware.problems import Problem
from kiosk.wire import OrderKind

ROOT = Path(__file__).resolve().parents[3]
SOURCES = sorted(LOCALE_DIR.glob("*/*.po"))
DOMAINS = ("terminal", "hub")
BILINGUAL = (*DOMAINS, "zvt")
"""Those that are German and English; the codes of payment terminals have no third language."""

FAMILIES = {
    "problem.": [problem.value for problem in Problem],
    "size.": [size.value for size in TextSize],
    "contrast.": [contrast.value for contrast in Contrast],
}
"""Keys that code builds: prefix -> every ending there is."""
HUB_FAMILIES: dict[str, type[StrEnum]] = {
    "alarm.": AlarmKind,
    "desk.known.": TicketState,
    "device.": DeviceKind,
    "order.": OrderKind,
    "problem.": Problem,
    "right.": Right,
    "role.": Role,
    "store.": Trouble,
}
"""The same for the hub's pages: what a terminal reports must never lack its word there."""


def messages(lang: str, domain: str) -> dict[str, Message]:
    with (LOCALE_DIR / lang / f"{domain}.po").open("rb") as file:
        catalogue = read_po(file)
    return {m.id[0] if isinstance(m.id, tuple) else m.id: m for m in catalogue if m.id}


def forms(message: Message) -> tuple[str, ...]:
    return tuple(message.string) if isinstance(message.string, tuple | list) else (message.string,)


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def test_compiled_files_match_their_sources() -> None:
    done = subprocess.run(
        [sys.executable, ROOT / "scripts/compile_texts.py", "--check"], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_no_text_is_empty_or_written_twice(source: Path) -> None:
    found = messages(source.parent.name, source.stem)
    keys = re.findall(r'^msgid "(.+)"$', source.read_text("utf-8"), re.M)
    assert len(keys) == len(set(keys)), sorted(key for key in keys if keys.count(key) > 1)
    assert not [key for key, message in found.items() if not all(forms(message)) or message.fuzzy]


@pytest.mark.parametrize("domain", BILINGUAL)
def test_german_and_english_have_the_same_keys(domain: str) -> None:
    assert messages("de", domain).keys() == messages("en", domain).keys()


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_placeholders_are_those_of_the_german_text(source: Path) -> None:
    german = messages("de", source.stem)
    for key, message in messages(source.parent.name, source.stem).items():
        assert key in german, f"{key} is no key of the German catalogue"
        assert bool(message.pluralizable) == bool(german[key].pluralizable), key
        want = set().union(*map(placeholders, forms(german[key])))
        for form in forms(message):
            missing = want - placeholders(form) - {"n"}
            assert placeholders(form) <= want, f"{key}: {form}"
            assert not missing, f"{key}: {form}"


@pytest.mark.parametrize(("lang", "count"), [("de", 2), ("en", 2), ("ar", 6)])
def test_plural_forms_are_complete(lang: str, count: int) -> None:
    for domain in DOMAINS:
        for key, message in messages(lang, domain).items():
            if message.pluralizable:
                assert len(forms(message)) == count, key


def test_arabic_terminal_is_complete() -> None:
    german = {key for key in messages("de", "terminal") if not key.startswith(("sim.", "demo."))}
    assert messages("ar", "terminal").keys() == german, (
        "the simulators and the demo are for developers: German, English"
    )


def test_arabic_addresses_people_in_the_polite_plural() -> None:
    singular = re.compile(r"\b(رقمك|دورك|قبلك|سنناديك|أنت|لك|عليك|يمكنك|لديك|اختر|اضغط|انتظر|خذ|راقب)\b")
    for domain in DOMAINS:
        for key, message in messages("ar", domain).items():
            assert not [form for form in forms(message) if singular.search(form)], f"{key}: see docs/languages.md"


def test_the_visitors_page_is_whole_in_arabic() -> None:
    visitors = {key for key in messages("de", "hub") if key.startswith("visitor.")}
    assert visitors
    assert visitors <= messages("ar", "hub").keys()


def test_every_problem_size_and_contrast_has_a_text() -> None:
    keys = messages("de", "terminal").keys()
    for prefix, endings in FAMILIES.items():
        assert {prefix + ending for ending in endings} <= keys


def test_every_reported_code_has_a_text_on_the_hub_pages() -> None:
    keys = messages("de", "hub").keys()
    assert [key for prefix, kind in HUB_FAMILIES.items() for each in kind if (key := prefix + each) not in keys] == []


def code() -> str:
    folders = ("kiosk", "screens", "drivers", "offline_cache", "hub")
    files = [
        path
        for folder in folders
        for path in (ROOT / folder).rglob("*")
        if path.suffix in (".py", ".html", ".kv", ".js")
    ]
    return "\n".join(path.read_text("utf-8") for path in files if "vendor" not in path.parts)


def test_no_key_is_unused() -> None:
    text = code()
    prefixes = set(re.findall(r'f"([a-z_]+(?:\.[a-z_]+)*[._])\{', text)) | set(FAMILIES)
    prefixes |= set(re.findall(r"""["']([a-z_]+(?:\.[a-z_]+)*[._])(?:%[sd])?["'] ?[+~%]""", text))  # in templates
    endings = tuple(set(re.findall(r'f"\{[^{}"]+\}(\.[a-z_.]+)"', text))) or ("no ending",)
    for domain in BILINGUAL:
        unused = [
            key
            for key in messages("de", domain)
            if f'"{key}"' not in text
            and f"'{key}'" not in text
            and not key.startswith(tuple(prefixes))
            and not key.endswith(endings)
        ]
        assert not unused, f"{domain}: nobody says {unused}"


def test_every_key_in_the_terminals_code_exists() -> None:
    known = set().union(*(messages("de", domain) for domain in BILINGUAL))
    used = set()
    for path in (path for folder in ("kiosk", "screens", "drivers") for path in (ROOT / folder).rglob("*.py")):
        text = path.read_text("utf-8")
        used |= set(re.findall(r'\bwords\(\s*"([a-z_]+\.[A-Za-z_.]+)"', text))
        used |= set(re.findall(r'\bsay\(\s*[\w.]+,\s*"([a-z_]+\.[A-Za-z_.]+)"', text))
    assert used, "the pattern finds nothing any more"
    assert not used - known


def test_every_key_in_the_hubs_templates_exists() -> None:
    known = messages("de", "hub").keys() | messages("de", "terminal").keys()
    used = set()
    for path in (ROOT / "hub/templates").rglob("*.html"):
        used |= set(re.findall(r'\bt\(\s*"([a-z_]+\.[A-Za-z0-9_.]+)"\s*[,)]', path.read_text("utf-8")))
    assert used, "the pattern finds nothing any more"
    assert not used - known


@pytest.fixture(scope="module")
def texts(tmp_path_factory: pytest.TempPathFactory) -> Texts:
    from importlib.util import module_from_spec, spec_from_file_location

    spec = spec_from_file_location("compile_texts", ROOT / "scripts/compile_texts.py")
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    folder = tmp_path_factory.mktemp("locale")
    arabic = "nplurals=6; plural=(n==0 ? 0 : n==1 ? 1 : n==2 ? 2 : n%100>=3 && n%100<=10 ? 3 : n%100>=11 ? 4 : 5);"
    for lang, plural, body in (
        ("de", "nplurals=2; plural=(n != 1);", 'msgid "a"\nmsgstr "Hallo {name}"\n\nmsgid "only"\nmsgstr "Nur hier"\n'),
        ("en", "nplurals=2; plural=(n != 1);", 'msgid "a"\nmsgstr "Hello {name}"\n'),
        ("ar", arabic, 'msgid "p"\nmsgid_plural "p"\n' + "".join(f'msgstr[{n}] "form{n} {{n}}"\n' for n in range(6))),
    ):
        (folder / lang).mkdir()
        po = folder / lang / "demo.po"
        po.write_text(
            f'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=UTF-8\\n"\n"Plural-Forms: {plural}\\n"\n\n{body}'
        )
        po.with_suffix(".mo").write_bytes(module.compiled(po))
    return Texts.load("demo", folder)


def test_say_falls_back_and_says_so(texts: Texts) -> None:
    assert texts.say("de", "a", name="Ada") == Said("Hallo Ada", "de")
    assert texts.say("tr", "a", name="Ada") == Said("Hello Ada", "en", fell_back=True)
    assert texts.say("en", "only") == Said("Nur hier", "de", fell_back=True)
    assert texts.say("en-GB", "a", name="x") == Said("Hello x", "en", fell_back=False)
    assert texts.say("de-x-ls", "only") == Said("Nur hier", "de", fell_back=True)


def test_unknown_key_is_a_bug(texts: Texts) -> None:
    with pytest.raises(KeyError, match="nobody"):
        texts.say("de", "nobody.wrote.this")


def test_arabic_has_six_plurals(texts: Texts) -> None:
    said = [texts.say("ar", "p", n).text for n in (0, 1, 2, 3, 11, 100)]
    assert said == ["form0 0", "form1 1", "form2 2", "form3 3", "form4 11", "form5 100"]


def test_values_are_isolated_in_arabic() -> None:
    said = Texts.load("terminal").say("ar", "ticket.spoken", number="A 042")
    assert f"{FSI}A 042{PDI}" in said.text


def test_values_are_never_read_as_templates(texts: Texts) -> None:
    assert texts.say("de", "a", name="{n}").text == "Hallo {n}"


def test_no_catalogue_at_all_is_said(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="compile_texts"):
        Texts.load("terminal", tmp_path)


def test_pick() -> None:
    names = {"de": "Personalausweis", "en": "Identity card"}
    assert pick(names, "de") == Said("Personalausweis", "de")
    assert pick(names, "ar") == Said("Identity card", "en", fell_back=True)
    assert pick({"de": "x"}, "ar") == Said("x", "de", fell_back=True)
    assert pick({"uk": "y"}, "ar") == Said("y", "uk", fell_back=True)
    assert pick({}, "de") == Said("", "de")
    assert pick({"de": "", "en": "z"}, "de") == Said("z", "en", fell_back=True)
