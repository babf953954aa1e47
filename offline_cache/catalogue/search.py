"""Find services on every key. Sure hits answer all that was typed; unsure ones ("did you mean") miss a part of it.

Sure, each round behind the ones before:

1. a name or everyday word that begins with the text ("perso", "reisep");
2. every typed word begins a word of the name or the everyday words ("hund anmel");
3. or has its stem, stands inside a compound, or is a compound of such words ("Hundesteueranmeldung"), in the one
   language that knows the words, if there is one;
4. or, where nothing is found, is one slip of the finger away ("Meldebescheinigug");
5. what only names a kind ("Karte", "abmelden") or for whom it is may be missing where the rest is the whole name.

Unsure: the words stand in a teaser or among the papers to bring, are two slips away, or some of them are not known.

Every round looks in the chosen language, then in English, then in German. One word of one or two letters is looked up
in a list made with the index: so short a beginning fits a tenth of the catalogue.
"""

from collections.abc import Iterable, Iterator, Sequence

import apsw
import msgspec

from kiosk.i18n.languages import FALLBACKS, base
from offline_cache.catalogue.file import check_pages
from offline_cache.catalogue.index import LAST, SHORT
from offline_cache.catalogue.known_words import KnownWords
from offline_cache.catalogue.little_words import Weight, is_aid, is_person
from offline_cache.catalogue.typed_words import Reading, Typed, meant, named, read_typed, terms_of, weighing
from offline_cache.store.database import close_quietly

LIMIT = 48
"""Sure hits at most: eight pages of six."""
UNSURE = 12
"""Unsure hits at most where there is no sure one."""
PAGE = 6
"""Beside sure hits unsure ones only fill the first page."""

SURE_READINGS: tuple[Reading, ...] = (Reading.BEGINS, Reading.JOINED, Reading.HEADS, Reading.SLIPPED)
VAGUE_READINGS: tuple[Reading, ...] = (Reading.BEGINS, Reading.EXACT)

Found = dict[int, None]
Langs = tuple[int, ...]

NAMES = "{name words} : "
ANYWHERE = ""

_BEGINS = """
SELECT service FROM entry WHERE folded >= ?1 AND folded < ?1 || ?2 AND language IN (?3, ?4, ?5)
ORDER BY is_name AND folded < ?1 || '!' DESC, folded = ?1 DESC, language = ?3 DESC,
featured DESC, length(folded), folded, service LIMIT ?6
"""
_MATCHES = "SELECT rowid FROM find_{no} WHERE find_{no} MATCH ?1 ORDER BY {rank} rowid LIMIT ?2"
_BM25 = "bm25(find_{no}, 10.0, 4.0, 1.0),"
_RATED = 24
"""Quotes in a query that is rated, two for each word. Rating looks at every word of every row: with forty compounds on
ten thousand services that is too slow for a key."""
_IDS = "SELECT service.id FROM json_each(?) JOIN service ON service.no = json_each.value ORDER BY json_each.key"
_ENTRIES = "SELECT folded, is_name FROM entry INDEXED BY entry_of WHERE service = ? AND language = ?"


class Hits(msgspec.Struct, frozen=True):
    """Ids of services, best first: those that answer what was typed, and those that only may have been meant."""

    sure: tuple[str, ...] = ()
    unsure: tuple[str, ...] = ()


def _names_nothing(typed: Sequence[Typed]) -> bool:
    """No matter and no thing ("Termin"): the end of a compound ("Trautermin") is no answer to that."""
    return all(each.weight in (Weight.LITTLE, Weight.ACT) for each in typed)


def _sorts(typed: Sequence[Typed]) -> set[bool]:
    """Of which sort the named things are: aid, or a paper, number or office."""
    return {is_aid(each.word) for each in typed if each.weight is Weight.THING}


class SearchIndex:
    """Search over one open ``catalogue.db``. Belongs to the thread that owns the connection."""

    def __init__(self, db: apsw.Connection) -> None:
        self._db = db
        self._languages = {str(tag): int(str(no)) for no, tag in db.execute("SELECT no, tag FROM language")}
        self.known = KnownWords(db, {no: tag for tag, no in self._languages.items()})

    def search(self, text: str, lang: str, limit: int = LIMIT) -> Hits:
        """What is found; nothing for a text without letters. Raises apsw.Error on a damaged file."""
        typed = read_typed(text)
        if not typed:
            return Hits()
        langs = self._langs(lang)
        if len(typed) == 1 and len(typed[0].word) <= SHORT:
            return Hits(self._ids(list(self._short(typed[0].word, langs))[:limit]))
        sure: Found = {}
        away: set[int] = set()
        self._find_sure(sure, away, typed, langs, limit)
        unsure: Found = {}
        if len(sure) < PAGE:
            self._find_unsure(unsure, typed, langs, guess=not sure)
        room = PAGE - len(sure) if sure else UNSURE
        rest = [each for each in unsure if each not in sure and each not in away][:room]
        return Hits(self._ids(list(sure)[:limit]), self._ids(rest))

    def check(self) -> None:
        """Look through the whole file. Raises apsw.CorruptError when it is damaged."""
        check_pages(self._db)

    def forget(self) -> None:
        """Drop the words searched for so far; from any thread."""
        self.known.forget()

    def close(self) -> None:
        """Let the file go."""
        close_quietly(self._db)

    def _short(self, prefix: str, langs: Langs) -> Found:
        found: Found = {}
        for no in langs:
            row = self._db.execute("SELECT services FROM short WHERE language = ? AND prefix = ?", (no, prefix))
            for (services,) in row:
                found.update(dict.fromkeys(msgspec.json.decode(str(services), type=list[int])))
        return found

    def _find_sure(self, found: Found, away: set[int], typed: Sequence[Typed], langs: Langs, limit: int) -> None:
        """Add what answers all that was typed; to ``away`` what must not be offered beside it."""
        matter = weighing(typed, Weight.LITTLE)
        self._begins(found, typed, langs, limit)
        if len(matter) < len(typed):
            self._begins(found, matter, langs, limit)
        self._match_all(found, matter, langs, limit)
        least = weighing(typed, Weight.THING)
        if not found and len(least) < len(matter):
            self._begins(found, least, langs, limit)
            self._match_all(found, least, langs, limit)
            if any(is_person(each.word) for each in typed):
                away.update(self._of_other_matters(found, least, langs))
            for each in away:
                del found[each]
        if len(found) < PAGE:
            found.update(dict.fromkeys(no for no, sure in self._whole_ones(least, langs) if sure))

    def _of_other_matters(self, found: Found, least: Sequence[Typed], langs: Langs) -> set[int]:
        """What was found only by a part of what it says ("dog died"), where for others the words say all."""
        whole = {each for each in found if any(self._wholly(each, no, least) is not None for no in langs)}
        return set(found) - whole if whole else set()

    def _match_all(self, found: Found, typed: Sequence[Typed], langs: Langs, limit: int) -> None:
        """Add services whose name and everyday words hold every typed word, closer readings first."""
        for reading in VAGUE_READINGS if _names_nothing(typed) else SURE_READINGS:
            if found and reading > Reading.JOINED:
                break
            if reading is not Reading.HEADS or len(typed) > 1:
                self._read_so(found, typed, reading, langs, limit)

    def _read_so(self, found: Found, typed: Sequence[Typed], reading: Reading, langs: Langs, limit: int) -> None:
        """Add what all the words find in this reading, first what begins with the text that was meant.

        Slips are looked for in one language after the other, until one finds something.
        """
        slipped = reading >= Reading.SLIPPED
        langs = langs if reading is Reading.BEGINS else self._loosely(typed, langs)
        for some in [(no,) for no in langs] if slipped else [langs]:
            if slipped and found:
                return
            for text in dict.fromkeys(meant(typed, reading, self.known, no) for no in some if reading > Reading.BEGINS):
                self._begin_with(found, text, langs, limit)
            for no in some:
                self._match(found, no, typed, reading, NAMES, limit)

    def _loosely(self, typed: Sequence[Typed], langs: Langs) -> Langs:
        """The languages in which endings and parts of these words are looked at: the one that knows them all as they
        are, else all ("Rente" has nothing to do with an English "rent")."""
        knowing = (no for no in langs if all(self.known.is_known(each.bare, no) for each in typed))
        first = next(knowing, None)
        return langs if first is None else (first,)

    def _whole_ones(self, typed: Sequence[Typed], langs: Langs) -> Iterator[tuple[int, bool]]:
        """Services of which the words that name the matter are a whole name or everyday word, though they lack what
        only names a kind; whether that is sure."""
        for no in self._loosely(typed, langs):
            for matter in named(typed, self.known, no):
                groups = " AND ".join(terms_of(each, Reading.EXACT, self.known, no) for each in matter.words)
                rows = self._db.execute(_MATCHES.format(no=no, rank=""), (f"{NAMES}({groups})", UNSURE)).fetchall()
                for service in (int(str(row[0])) for row in rows):
                    kind = self._wholly(service, no, matter.words, typed)
                    if kind is not None:
                        yield service, kind or matter.by_word

    def _wholly(self, service: int, no: int, words: Sequence[Typed], typed: Sequence[Typed] = ()) -> bool | None:
        """Whether the words are the whole name of the service (True), one of its everyday words (False), or neither.

        One that names a paper where help was typed, or the other way round, is none ("house number", "housing
        benefit").
        """
        stems, sorts = self._stems(words, no), _sorts(typed)
        whole: bool | None = None
        for folded, is_name in self._db.execute(_ENTRIES, (service, no)):
            entry = read_typed(str(folded))
            said, others = self._stems(weighing(entry, Weight.MATTER), no), _sorts(entry)
            if said and said <= stems and (not sorts or not others or sorts & others):
                whole = bool(is_name) or bool(whole)
        return whole

    def _stems(self, words: Iterable[Typed], no: int) -> set[str]:
        return {self.known.stem_of(each.bare, no) for each in words}

    def _find_unsure(self, found: Found, typed: Sequence[Typed], langs: Langs, *, guess: bool) -> None:
        least = weighing(typed, Weight.THING)
        found.update(dict.fromkeys(no for no, sure in self._whole_ones(least, langs) if not sure))
        vague = _names_nothing(least)
        for reading in (Reading.EXACT, Reading.BEGINS) if vague else (Reading.EXACT, Reading.BEGINS, Reading.JOINED):
            for no in langs if reading is Reading.BEGINS else self._loosely(least, langs):
                self._match(found, no, least, reading, ANYWHERE, UNSURE)
        if not guess or vague:
            return
        meant_so: Found = {}
        self._read_so(meant_so, least, Reading.GUESSED, langs, UNSURE)
        found.update(meant_so)
        matter = [each for each in least if each.weight is Weight.MATTER]
        if len(typed) > 1:
            self._by_turns(found, matter, langs)
        if not found and len(matter) == 1:
            self._by_beginning(found, matter[0], langs)

    def _by_beginning(self, found: Found, typed: Typed, langs: Langs) -> None:
        """Add what the known beginning of a compound finds whose other half is not known."""
        for no in langs:
            if part := self.known.beginning(typed.bare, no):
                self._match(found, no, read_typed(part), Reading.JOINED, NAMES, PAGE)

    def _by_turns(self, found: Found, matter: Sequence[Typed], langs: Langs) -> None:
        """Add what each word finds alone, the best of each first: not all of them are known together."""
        alone: list[list[int]] = []
        for each in matter:
            one: Found = {}
            if not each.is_short:
                self._begins(one, [each], langs, PAGE)
                for reading in (Reading.BEGINS, Reading.JOINED, Reading.SLIPPED):
                    for no in langs if len(one) < PAGE else ():
                        self._match(one, no, [each], reading, NAMES, PAGE)
            alone.append(list(one))
        for place in range(PAGE):
            found.update(dict.fromkeys(hits[place] for hits in alone if place < len(hits)))

    def _begins(self, found: Found, typed: Sequence[Typed], langs: Langs, limit: int) -> None:
        """Add services with a name or everyday word that begins with these words."""
        for text in dict.fromkeys((" ".join(each.word for each in typed), " ".join(each.bare for each in typed))):
            self._begin_with(found, text, langs, limit)

    def _begin_with(self, found: Found, text: str, langs: Langs, limit: int) -> None:
        if text and len(found) < limit:
            three = (*langs, -1, -1, -1)[:3]
            self._add(found, self._db.execute(_BEGINS, (text, LAST, *three, limit)))

    def _match(self, found: Found, no: int, typed: Sequence[Typed], reading: Reading, where: str, limit: int) -> None:
        """Add services that hold every typed word in this reading, in the language with this number."""
        if len(found) >= limit:
            return
        groups = [terms_of(each, reading, self.known, no) for each in typed]
        if not all(groups):
            return
        query = f"{where}({' AND '.join(groups)})"
        rank = _BM25.format(no=no) if query.count('"') <= _RATED else ""
        self._add(found, self._db.execute(_MATCHES.format(no=no, rank=rank), (query, limit * 2)))

    def _langs(self, lang: str) -> Langs:
        """Numbers of the chosen language and the two it falls back to, where the catalogue has them."""
        main = lang if lang in self._languages else base(lang)
        return tuple(self._languages[tag] for tag in dict.fromkeys((main, *FALLBACKS)) if tag in self._languages)

    def _add(self, found: Found, rows: apsw.Cursor) -> None:
        for (service,) in rows:
            found.setdefault(int(str(service)))

    def _ids(self, numbers: list[int]) -> tuple[str, ...]:
        return tuple(str(row[0]) for row in self._db.execute(_IDS, (msgspec.json.encode(numbers).decode(),)))
