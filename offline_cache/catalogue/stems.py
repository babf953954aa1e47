"""Word stems: one form for the endings of a folded word ("anmelden", "Anmeldung"; "Hund", "Hunde"), by language.

Rough on purpose: two words are compared only by equal stems, and both come from the same rule.
"""

import re
from collections.abc import Callable, Mapping

_ENDINGS_DE = re.compile(r"(?<=...)(?:em|en|es|e|n|(?<=[bdfghklmnrtaoy])s)\Z")
_PLURAL_DE = re.compile(r"^(\w{3,5})er\Z")
"""Of short words only: "Kinder" are children, but an "Ausländer" is no "Ausland"."""
_ADJECTIVE_DE = re.compile(r"(?<=ig|ch)er\Z")
_AFTER_ER_DE = re.compile(r"(?<=..er)n\Z")
_NOUN_DE = re.compile(r"(?<=...)(?:ungen|ung)\Z")
_PARTICIPLE_DE = re.compile(r"^(ab|an|auf|aus|ein|mit|nach|um|vor|zu)ge(\w{3,}?)(?:t|en)\Z")
_ENDINGS_EN = re.compile(r"(?<=...)(?:ing|ed|es|e|(?<!s)s)\Z")
_SHORT_EN = re.compile(r"[^aeiou][aeiou][^aeiouwxy]")
"""What "care" and "moved" leave; a word of its own ("car") has no "e" to lose."""
_ENDINGS_AR = re.compile(r"(?<=...)(?:ات|ان|ين|ون|ها|هم|كم|نا|ه|ت|ي)\Z")


def stem(word: str, lang: str) -> str:
    """What is left of a folded word without the endings of this language; the word itself where none are known."""
    rule = _RULES.get(lang.partition("-")[0])
    return rule(word) if rule is not None else word


def _german(word: str) -> str:
    word = _PARTICIPLE_DE.sub(r"\1\2", word)
    word = _AFTER_ER_DE.sub("", _NOUN_DE.sub("", word))
    for ending in (_ADJECTIVE_DE, _PLURAL_DE, _ENDINGS_DE):
        if (found := ending.search(word)) is not None:
            return found.group(1) if found.lastindex else word[: found.start()]
    return word


def _english(word: str) -> str:
    if len(word) > 4 and word.endswith(("ies", "ied")):
        word = f"{word[:-3]}y"
    if word.endswith("ense"):
        word = f"{word[:-2]}ce"
    found = _ENDINGS_EN.search(word)
    if found is None:
        return word
    left = word[: found.start()]
    return f"{left}e" if found[0] != "s" and _SHORT_EN.fullmatch(left) else left


def _arabic(word: str) -> str:
    """Twice: "my identity card" has the joint letter before the ending."""
    return _ENDINGS_AR.sub("", _ENDINGS_AR.sub("", word))


_RULES: Mapping[str, Callable[[str], str]] = {"de": _german, "en": _english, "ar": _arabic}
