"""How good search is: the labelled questions of ``search_questions.toml`` asked of the demo catalogue.

    python bench/search_quality.py [--questions FILE] [--before COMMIT | --before ""] [--missed]

Prints, for each kind of question, in how many a right service stands first, and among the first three, sure hits and
"did you mean" together; and for questions that the catalogue has no answer to, in how many something is invented: a
wrong service stands there as a sure hit. The column "before" is the same of the engine of ``--before``, taken out of
git and run in a temporary folder; without ``--before``, of the commit that brought the questions, which knew one list
of hits only. ``--missed`` names each question that was not answered right. The time per key is bench/search.py's.
"""

import argparse
import io
import json
import os
import subprocess
import sys
import tarfile
import tempfile
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from hub.catalogue.demo import demo_catalogue
from kiosk.catalogue.model import Catalogue
from offline_cache.catalogue.build import whole
from offline_cache.catalogue.search import SearchIndex
from offline_cache.catalogue.store import CatalogueStore

HERE = Path(__file__).parent
HIT_AT_3 = 0.95
INVENTED = 0.03


class Question(NamedTuple):
    """What is typed on a screen in ``lang``, and the services that answer it (none: nothing may)."""

    lang: str
    kind: str
    text: str
    right: tuple[str, ...]


class Score(NamedTuple):
    """How one question came out: place of the first right service (0 = first; None = not there), a wrong sure hit."""

    question: Question
    place: int | None
    invented: bool
    shown: tuple[str, ...]


def questions(path: Path, known: frozenset[str]) -> Iterator[Question]:
    for lang, kinds in tomllib.loads(path.read_text("utf-8")).items():
        for kind, lines in kinds.items():
            for text, *right in lines:
                yield Question(lang, kind, text, tuple(each for each in right if each in known))


def opened(folder: Path, catalogue: Catalogue) -> SearchIndex:
    store = CatalogueStore(folder / "catalogue.db", languages=catalogue.languages)
    head, changes = whole(catalogue, catalogue.languages)
    assert isinstance(store.take(changes, head, onto=False), Catalogue)
    index = store.index()
    assert index is not None
    return index


def ask(index: SearchIndex, question: Question) -> Score:
    found = index.search(question.text, question.lang)
    sure, unsure = (found, ()) if isinstance(found, tuple) else (found.sure, found.unsure)
    places = [place for place, each in enumerate((*sure, *unsure)) if each in question.right]
    return Score(
        question, places[0] if places else None, invents(question, sure, unsure), (*sure[:3], "|", *unsure[:3])
    )


def invents(question: Question, sure: tuple[str, ...], unsure: tuple[str, ...]) -> bool:
    """Whether a wrong service stands there: as sure where none or one "only" is right, in any way where none may."""
    shown = (*sure, *unsure) if question.kind == "silence" else sure
    return may_invent(question) and bool(set(shown) - set(question.right))


def may_invent(question: Question) -> bool:
    """Whether wrong services are counted: other questions may show more than their answer."""
    return not question.right or question.kind == "only"


def figures(scores: list[Score]) -> dict[str, tuple[int, int, int, int, int]]:
    """By kind: questions with an answer, right at once, right in three; questions without, and inventions."""
    out: dict[str, tuple[int, int, int, int, int]] = {}
    for score in scores:
        for kind in (f"{score.question.lang} {score.question.kind}", "all"):
            asked, first, three, none, invented = out.get(kind, (0, 0, 0, 0, 0))
            some = bool(score.question.right)
            out[kind] = (
                asked + some,
                first + (some and score.place == 0),
                three + (some and score.place is not None and score.place < 3),
                none + may_invent(score.question),
                invented + score.invented,
            )
    return out


def labelled_at() -> str:
    """The commit that brought the questions; "" outside of a git repository."""
    asked = ["git", "log", "--diff-filter=A", "--format=%H", "--", "bench/search_questions.toml"]
    found = subprocess.run(asked, cwd=HERE.parent, check=False, capture_output=True, text=True)
    return (found.stdout.split() or [""])[-1]


def before(commit: str, path: Path) -> dict[str, list[int]]:
    """The figures of this program's engine and catalogue at another commit."""
    if not commit:
        return {}
    packed = subprocess.run(
        ["git", "archive", commit, "hub", "kiosk", "offline_cache"], cwd=HERE.parent, check=True, capture_output=True
    ).stdout
    with tempfile.TemporaryDirectory() as folder:
        with tarfile.open(fileobj=io.BytesIO(packed)) as archive:
            archive.extractall(folder, filter="data")
        command = [sys.executable, __file__, "--questions", str(path), "--before", "", "--json"]
        environment = {**os.environ, "PYTHONPATH": folder}
        said = subprocess.run(command, check=True, capture_output=True, text=True, env=environment).stdout
    return dict(json.loads(said))


def line(kind: str, now: tuple[int, ...], then: list[int] | None) -> str:
    def share(part: int, of: int) -> str:
        return f"{part:4} of {of:3}" if of else " " * 11

    def three(row: tuple[int, ...] | list[int]) -> str:
        return f"{share(row[1], row[0])} {share(row[2], row[0])} {share(row[4], row[3])}"

    return f"{kind:20} {three(now)}   {three(then) if then else ''}"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--questions", type=Path, default=HERE / "search_questions.toml")
    parser.add_argument("--before", default=labelled_at())
    parser.add_argument("--missed", action="store_true")
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    catalogue = demo_catalogue()
    known = frozenset(service.id for service in catalogue.services)
    with tempfile.TemporaryDirectory() as folder:
        index = opened(Path(folder), catalogue)
        scores = [ask(index, question) for question in questions(args.questions, known)]
        index.close()
    now = figures(scores)
    if args.json:
        print(json.dumps(now))
        return 0
    then = before(args.before, args.questions)
    print(f"{'':20} {'hit@1':>11} {'hit@3':>11} {'invented':>11}   before: hit@1, hit@3, invented")
    for kind, row in now.items():
        if kind != "all":
            print(line(kind, row, then.get(kind)))
    print(line("all", now["all"], then.get("all")))
    if args.missed:
        for score in scores:
            if score.invented or (score.question.right and (score.place is None or score.place > 0)):
                print(f"{score.question.lang} {score.question.text!r}: {' '.join(score.shown)}  {score.question.right}")
    asked, _, three, none, invented = now["all"]
    good = three >= HIT_AT_3 * asked and invented <= INVENTED * none
    print(f"hit@3 >= {HIT_AT_3:.0%} and invented <= {INVENTED:.0%}: {'holds' if good else 'MISSED'}")
    return 0 if good else 1


if __name__ == "__main__":
    raise SystemExit(main())
