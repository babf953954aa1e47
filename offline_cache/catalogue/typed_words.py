"""What somebody typed, word by word, and each word as a term of the search tables' query language (FTS5)."""

from collections.abc import Iterable, Iterator, Sequence
from enum import IntEnum
from typing import NamedTuple

from offline_cache.catalogue.index import SHORT
from offline_cache.catalogue.known_words import KnownWords
from offline_cache.catalogue.little_words import Weight, weight
from offline_cache.catalogue.normalize import bare, query_words

_LEAST_ALONE = 4


class Reading(IntEnum):
    """How far a typed word may be from the catalogue's; each takes in the ones before it."""

    EXACT = 0
    BEGINS = 1
    JOINED = 2
    """The same stem, or one of the two is a part of the other."""
    HEADS = 3
    """A compound stands for what it is a kind of: a "Reisepass" is a "Pass"."""
    SLIPPED = 4
    GUESSED = 5


class Typed(NamedTuple):
    """One typed word, folded; ``bare`` is it without an Arabic article. ``last``: perhaps not typed to its end."""

    word: str
    bare: str
    weight: Weight
    last: bool

    @property
    def is_short(self) -> bool:
        """Whether too much begins like it to search for it alone."""
        return len(self.bare) < _LEAST_ALONE

    def forms(self) -> tuple[str, ...]:
        """The word and its other form, once each."""
        return tuple(dict.fromkeys((self.word, self.bare)))


def read_typed(text: str) -> tuple[Typed, ...]:
    """The words that count; all of them where every one is grammar. Bounded in number and length."""
    words = query_words(text)
    typed = [Typed(word, bare(word), weight(word), word is words[-1]) for word in words]
    return tuple(each for each in typed if each.weight) or tuple(typed)


def weighing(typed: Sequence[Typed], least: Weight) -> tuple[Typed, ...]:
    """The words that say at least so much; all of them where none does."""
    return tuple(each for each in typed if each.weight >= least) or tuple(typed)


class Matter(NamedTuple):
    """The words that name the matter, where others that name a kind are left out. ``by_word``: an everyday word that
    they are whole is sure too; beside a sort of paper only the name is."""

    words: tuple[Typed, ...]
    by_word: bool


def named(typed: Sequence[Typed], known: KnownWords, no: int) -> Iterator[Matter]:
    """What names the matter when kinds are left out: of the typed words, and of a typed compound's parts."""
    readings = [tuple(typed)]
    if len(typed) == 1 and not known.is_known(typed[0].bare, no):
        readings += [read_typed(" ".join(parts)) for parts in known.splits(typed[0].bare, no)]
    for words in readings:
        matter = tuple(each for each in words if each.weight is Weight.MATTER)
        if matter and len(matter) < len(words):
            yield Matter(matter, by_word=all(each.weight >= Weight.ACT for each in words))


def terms_of(typed: Typed, reading: Reading, known: KnownWords, no: int) -> str:
    """The word as a term in the language with this number; "" when nothing there is like it."""
    terms = dict.fromkeys(term for form in typed.forms() for term in _own(form, typed, reading))
    for form in typed.forms():
        if reading is Reading.EXACT:
            terms.update(_quoted(known.kin(form, no)))
        if reading >= Reading.JOINED:
            terms.update(_joined(form, known, no))
        if reading is Reading.HEADS:
            terms.update(_heads(form, known, no))
    if reading >= Reading.SLIPPED:
        near = known.near(typed.word, no)
        terms.update(_quoted(each.word for each in near if each.sure or reading is Reading.GUESSED))
    return f"({' OR '.join(terms)})" if terms else ""


def _own(form: str, typed: Typed, reading: Reading) -> tuple[str, ...]:
    whole = reading is Reading.EXACT or (len(form) <= SHORT and not typed.last)
    return (f'"{form}"' if whole else f'"{form}"*',)


def _quoted(words: Iterable[str]) -> dict[str, None]:
    return dict.fromkeys(f'"{word}"' for word in words)


def _joined(form: str, known: KnownWords, no: int) -> dict[str, None]:
    terms = _quoted((*known.kin(form, no), *known.inside(form, no)))
    for parts in known.splits(form, no):
        groups = [[f'"{part}"*', *_quoted((*known.kin(part, no), *known.inside(part, no)))] for part in parts]
        terms["(" + " AND ".join(f"({' OR '.join(group)})" for group in groups) + ")"] = None
    return terms


def _heads(form: str, known: KnownWords, no: int) -> dict[str, None]:
    """Only of a compound that the catalogue has as one word, and only what stands for itself there too ("Geld" does
    not)."""
    if not known.is_known(form, no):
        return {}
    return _quoted(parts[-1] for parts in known.splits(form, no) if known.is_entry(parts[-1], no))


def meant(typed: Sequence[Typed], reading: Reading, known: KnownWords, no: int) -> str:
    """The text that may have been meant by all these words; "" when there is no other."""
    words = [_meant(each, reading, known, no) for each in typed]
    return " ".join(words) if all(words) and words != [each.word for each in typed] else ""


def _meant(typed: Typed, reading: Reading, known: KnownWords, no: int) -> str:
    if known.is_known(typed.bare, no):
        return typed.bare
    if kin := known.kin(typed.bare, no):
        return kin[0]
    if splits := known.splits(typed.bare, no):
        return " ".join(splits[0])
    near = known.near(typed.word, no) if reading >= Reading.SLIPPED else ()
    best = next((each for each in near if each.sure or reading is Reading.GUESSED), None)
    return bare(best.word) if best else ""
