"""A made catalogue of any size in up to thirteen languages, for benches: German names, invented words elsewhere."""

import json
import random
from collections.abc import Iterator
from pathlib import Path

from msgspec import Raw

from kiosk.catalogue.model import Catalogue, Category, Featured, Fee, Office, Queue, Service
from kiosk.catalogue.records import digest, sha256, take_apart
from kiosk.wire import Change
from offline_cache.catalogue.file import Head

LANGUAGES = ("de", "de-x-ls", "en", "ar", "uk", "ru", "tr", "fa", "vi", "ro", "pl", "cs", "fr")
_FIRST = (
    "Personal,Reise,Führer,Wohn,Gewerbe,Hunde,Eltern,Kinder,Bau,Park,Melde,Geburts,Ehe,Sterbe,Jagd,Fischerei,"
    "Kraftfahrzeug,Grund,Abfall,Wasser,Straßen,Markt,Gaststätten,Waffen,Spiel,Schul,Bildungs,Pflege,Renten"
)
_SECOND = (
    "ausweis,pass,schein,bescheinigung,urkunde,steuer,erlaubnis,genehmigung,anmeldung,abmeldung,gebühr,"
    "zuschuss,hilfe,karte,plakette,register,auskunft,platz,beitrag,befreiung,nachweis,verzeichnis"
)
COMPOUNDS = [first + second for first in _FIRST.split(",") for second in _SECOND.split(",")]
_TAIL = ["", " - Antrag", " - Verlängerung", " beantragen", " für Jugendliche", " - Änderung", " - Ersatz bei Verlust"]
_WORDS = ["Perso", "Ausweis", "Umzug", "Auto", "Hund", "Heirat", "Baby", "Geld", "Müll", "Rente"]
_LETTERS = {
    "ar": "ابتثجحخدرزسشصطعغفقكلمنهوي",
    "fa": "ابپتثجچحخدرزسشصطعغفقکگلمنوهی",
    "uk": "абвгґдежзиіїйклмнопрстуфхцчшщьюя",
    "ru": "абвгдежзийклмнопрстуфхцчшщыьэюя",
    "vi": "aăâbcdđeêghiklmnoôơpqrstuưvxy",
    "tr": "abcçdefgğhıijklmnoöprsştuüvyz",
    "pl": "aąbcćdeęfghijklłmnńoóprsśtuwyzźż",
    "cs": "aábcčdďeéěfghiíjklmnňoópqrřsštťuúůvyýzž",
}


def names_from(names: str, dldb: str) -> list[str]:
    """German names to start from: a file with one a line, the DLDB's, else made ones."""
    if names:
        return [line.strip() for line in Path(names).read_text("utf-8").splitlines() if line.strip()]
    services = Path(dldb) / "services_de.json"
    if services.exists():
        return [str(service["name"]) for service in json.loads(services.read_text("utf-8"))["data"]]
    return [compound + tail for compound in COMPOUNDS for tail in _TAIL][::8]


def catalogue_of(size: int, languages: tuple[str, ...], names: list[str], dice: random.Random) -> Catalogue:
    """``size`` services with name, teaser, papers, fee and everyday words in every language."""
    german = list(dict.fromkeys(names))[:size]
    while len(german) < size:
        german.append(f"{dice.choice(COMPOUNDS)}{dice.choice(_TAIL)} {dice.choice(names)}"[:180])
    vocabulary = {lang: _vocabulary(lang, dice) for lang in languages if not lang.startswith("de")}
    services = tuple(_service(no, name, vocabulary, languages, dice) for no, name in enumerate(german))
    categories = tuple(Category(id=f"c{no}", names={"de": f"Thema {no}"}) for no in range(40))
    office = Office(id="o", names={"de": "Bürgeramt"}, address="Markt 1")
    queue = Queue(id="q", series="A", names={"de": "Bürgeramt"}, office="o")
    return Catalogue(
        version=1,
        languages=languages,
        categories=categories,
        services=services,
        offices=(office,),
        queues=(queue,),
        featured=(Featured(service="s0"),),
    )


def state_of(catalogue: Catalogue, rev: int = 1) -> tuple[Head, list[Change]]:
    """The catalogue as a hub tells it: the state, and a change that writes each record."""
    records = take_apart(catalogue)
    changes = [
        Change(op="write", kind=key.kind, id=key.id, lang=key.lang, rev=rev, sha256=sha256(body), body=Raw(body))
        for key, body in records.items()
    ]
    state = digest((key, rev, sha256(body)) for key, body in records.items())
    return Head(epoch="bench", cursor=rev, version=catalogue.version, digest=state), changes


def _service(
    no: int, german: str, vocabulary: dict[str, list[str]], languages: tuple[str, ...], dice: random.Random
) -> Service:
    def text(lang: str, words: int) -> str:
        return german if lang not in vocabulary else " ".join(dice.choices(vocabulary[lang], k=words))

    return Service(
        id=f"s{no}",
        names={lang: text(lang, dice.randint(2, 5)) for lang in languages},
        teasers={lang: f"{text(lang, 20)}."[:600] for lang in languages},
        bring={lang: (text(lang, 3), text(lang, 6)) for lang in languages},
        words={lang: tuple(_everyday(lang, vocabulary, dice)) for lang in languages},
        fees=(Fee(id="f", names={"de": "Gebühr"}, cents=dice.randrange(10_000)),),
        categories=(f"c{dice.randrange(40)}",),
        queue="q",
        minutes=10,
    )


def _everyday(lang: str, vocabulary: dict[str, list[str]], dice: random.Random) -> Iterator[str]:
    yield from dice.sample(vocabulary.get(lang, _WORDS), 3)


def _vocabulary(lang: str, dice: random.Random) -> list[str]:
    """4,000 words; how often a letter begins one follows no rule, as in life."""
    letters = _LETTERS.get(lang, "abcdefghijklmnopqrstuvwxyz")
    weights = [dice.random() + 0.05 for _ in letters]
    return ["".join(dice.choices(letters, weights, k=dice.randint(3, 12))) for _ in range(4000)]
