"""Faults of an import in the language of the page: every sentence that the sources can say has its German text."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from hub.errors import Code, Refused, faulty
from hub.web.common.fault_texts import FaultText, told, translated
from hub.web.common.page import environment
from hub.web.common.texts import sayer
from kiosk.catalogue.faults import Fault

ROOT = Path(__file__).resolve().parents[3]
SENTENCES = {"Fault": (1, 2), "refused": (2, 3), "_refused": (2, 3), "Malformed": (1,), "_twice": (2,)}
"""Which arguments of which call hold a sentence."""
OTHER = {"cli.py", "imports.py"}
"""``kiosk import`` alone says these, to whoever sits at the hub's console."""
REASONS = ("_unfit", "_not_ours", "_too_much", "_no_delivery")
"""Functions that return a sentence, "" for none."""


def modules() -> Iterator[tuple[str, ast.Module]]:
    for folder in ("hub/catalogue", "kiosk/catalogue"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            if path.name not in OTHER:
                yield str(path.relative_to(ROOT)), ast.parse(path.read_text("utf-8"))


def written(node: ast.AST, names: dict[str, list[ast.expr]]) -> Iterator[str]:
    """The sentences that an expression can be, an example in the place of each value."""
    match node:
        case ast.Constant(value=str(text)):
            yield text
        case ast.JoinedStr(values=parts):
            inside = [[""]]
            for part in parts:
                found = list(written(part.value, names)) if isinstance(part, ast.FormattedValue) else []
                constant = part.value if isinstance(part, ast.Constant) else ""
                inside.append([str(constant)] if isinstance(part, ast.Constant) else found or ["7"])
            texts = [""]
            for choices in inside:
                texts = [text + choice for text in texts for choice in choices]
            yield from texts
        case ast.IfExp(body=one, orelse=other):
            yield from (*written(one, names), *written(other, names))
        case ast.BinOp(left=left, right=right):
            ends = list(written(right, names)) or ["mon."]
            yield from (begin + end for begin in written(left, names) for end in ends)
        case ast.Name(id=name):
            for value in names.get(name, []):
                yield from written(value, names)


def sentences(module: ast.Module) -> set[str]:
    names: dict[str, list[ast.expr]] = {"FORM": [ast.Constant("docs/catalogue.md shows the form.")]}
    for node in ast.walk(module):
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            names.setdefault(node.targets[0].id, []).append(node.value)
    found: set[str] = set()
    for node in ast.walk(module):
        if isinstance(node, ast.Call):
            called = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
            for at in SENTENCES.get(called, ()):
                if at < len(node.args):
                    found.update(written(node.args[at], names))
        if isinstance(node, ast.FunctionDef) and node.name in REASONS:
            for each in ast.walk(node):
                if isinstance(each, ast.Return) and each.value is not None:
                    found.update(written(each.value, names))
    return {each for each in found if any(letter.isalpha() for letter in each)}


def test_every_sentence_of_the_importers_has_its_german_text() -> None:
    said = [(path, each) for path, module in modules() for each in sentences(module)]
    assert len(said) > 130, "the sources are read"
    assert [each for each in said if translated(each[1], "de") in (None, each[1])] == []
    assert [each for each in said if translated(each[1], "en") != each[1]] == []


@pytest.mark.parametrize(
    ("english", "german"),
    [
        ("there are 9 spans, at most 8 may be", "es sind 9 Zeiträume, höchstens 8 dürfen es sein"),
        ("the text is too long: 9 letters, 8 may be (“a, b may be (c)”)", "der Text ist zu lang: 9 Zeichen, 8 dürfen"),
        ("two spans overlap on Monday", "zwei Zeiträume überschneiden sich am Montag"),
        ("Expected `str`, got `int`", "Hier muss `str` stehen, nicht `int`"),
        ("“is not an id” is not an id", "“is not an id” ist keine Kennung"),
    ],
)
def test_the_fitting_text_is_taken_with_its_values(english: str, german: str) -> None:
    assert (translated(english, "de") or "").startswith(german)


def test_an_unknown_sentence_stays_english_and_is_marked() -> None:
    faults = (Fault("a", "not UTF-8 text", "Save the file as UTF-8."), Fault("b", "not UTF-8 text", "Blow on it."))
    assert told(faults, "de") == [
        FaultText("a", "kein Text in UTF-8", "Speichern Sie die Datei als UTF-8.", "de"),
        FaultText("b", "not UTF-8 text", "Blow on it.", "en"),
    ]


def test_a_page_says_in_its_language_what_terminals_refuse() -> None:
    page = environment().from_string('{% import "macros.html" as m with context %}{{ m.refusal(refused) }}')
    fault = Fault("queues[0]", "two spans overlap on Monday", "Save the file as UTF-8.")
    said = page.render(t=sayer("de"), lang="de", refused=faulty(fault))
    assert '<span lang="de">zwei Zeiträume überschneiden sich am Montag. Speichern Sie die Datei als UTF-8.' in said
    assert "queues[0]" in said
    unknown = page.render(t=sayer("de"), lang="de", refused=Refused(Code.WRONG_STATE, "Somebody else publishes."))
    assert '<span lang="en">Somebody else publishes.' in unknown
