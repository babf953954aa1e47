"""A synthetic XZuFi delivery: N services x L languages, the same for the same seed.

    python bench/xzufi_generator.py FILE_OR_FOLDER [--services 10000] [--languages 13] [--seed 1] [--files 1]

Names are real German compounds, the other languages are made of them with letters of their own scripts, so that
lengths, bytes and search words are like those of a town. With ``--files`` above 1: a folder with ``index.txt``.
"""

import argparse
import random
from collections.abc import Iterator
from pathlib import Path
from xml.sax.saxutils import escape

LANGUAGES = ("de", "en", "fr", "pl", "uk", "ru", "tr", "ar", "fa", "ro", "bg", "hr", "vi")
FIRST = (
    "Personal,Reise,Führer,Wohn,Gewerbe,Hunde,Eltern,Kinder,Bau,Park,Melde,Geburts,Ehe,Sterbe,Jagd,Fischerei,Fahrzeug,"
    "Grund,Abfall,Wasser,Straßen,Markt,Gaststätten,Waffen,Spiel,Schul,Bildungs,Pflege,Renten,Vereins,Sonder"
)
SECOND = (
    "ausweis,pass,schein,bescheinigung,urkunde,steuer,erlaubnis,genehmigung,anmeldung,abmeldung,gebühr,zuschuss,hilfe,"
    "karte,plakette,register,auskunft,platz,beitrag,befreiung,nachweis,verzeichnis"
)
COMPOUNDS = [first + second for second in SECOND.split(",") for first in FIRST.split(",")]
VERBS = (
    "beantragen",
    "verlängern",
    "ändern",
    "abholen",
    "anzeigen",
    "verloren melden",
    "für Jugendliche",
    "umschreiben",
)
PAPERS = (
    "Personalausweis oder Reisepass",
    "biometrisches Passfoto",
    "Nachweis der Wohnung",
    "Geburtsurkunde",
    "Vollmacht, falls Sie nicht selbst kommen",
    "ausgefüllter Antrag",
    "Nachweis über Einkünfte",
    "Mietvertrag",
)
WORDS = ("Perso", "Umzug", "Auto", "Hund", "Heirat", "Baby", "Geld", "Müll", "Rente", "Verein", "Laden", "Garten")
SENTENCES = (
    "Sie bekommen das Ergebnis noch am selben Tag.",
    "Sie brauchen dafür einen Termin oder eine Nummer.",
    "Wir prüfen Ihre Angaben und drucken das Papier aus.",
    "Bringen Sie alle Unterlagen im Original mit.",
    "Die Bearbeitung dauert in der Regel zwei Wochen.",
)
SCRIPTS = {"uk": 0x430, "ru": 0x430, "bg": 0x430, "ar": 0x628, "fa": 0x628}
NS = "http://xoev.de/schemata/xzufi/{version}"


def foreign(text: str, lang: str) -> str:
    """The same words in the letters of another script, or marked as another language."""
    start = SCRIPTS.get(lang)
    if lang == "de":
        return text
    if start is None:
        return f"{text} [{lang}]".replace("[", "(").replace("]", ")")
    return "".join(chr(start + ord(each.lower()) % 20) if each.isalpha() else each for each in text)


def name_of(number: int) -> str:
    """A name that no other number has."""
    compound, rest = COMPOUNDS[number % len(COMPOUNDS)], number // len(COMPOUNDS)
    verb, rest = VERBS[rest % len(VERBS)], rest // len(VERBS)
    return f"{compound} {verb}" + (f" {rest + 1}" if rest else "")


def module(code: str, texts: dict[str, str]) -> str:
    inhalt = "".join(f'<x:inhalt languageCode="{lang}">{escape(text)}</x:inhalt>' for lang, text in texts.items())
    return f"<x:modulText><x:leikaTextmodul><code>{code}</code></x:leikaTextmodul>{inhalt}</x:modulText>"


def service(number: int, languages: tuple[str, ...], dice: random.Random) -> str:
    name, papers = name_of(number), dice.sample(PAPERS, 3)
    teaser, words = " ".join(dice.sample(SENTENCES, 2)), dice.sample(WORDS, 3)
    full = "<p>" + "</p><p>".join(dice.sample(SENTENCES, 4)) + "</p>"
    items = {lang: "".join(f"<li>{foreign(paper, lang)}</li>" for paper in papers) for lang in languages}
    cents = dice.randrange(500, 20_000)
    keywords = "".join(
        f'<x:begriffImKontext><x:begriff languageCode="{lang}">{escape(foreign(word, lang))}</x:begriff>'
        "<x:typ><code>001</code></x:typ></x:begriffImKontext>"
        for lang in languages
        for word in words
    )
    return (
        f'<x:schreibe><x:leistung><x:id schemeAgencyID="L100099" schemeID="Leistung">{number}</x:id>'
        f"<x:referenzLeiKa><code>99{number:012}</code></x:referenzLeiKa>"
        + module("02", {lang: foreign(f"{name} (amtlich)", lang) for lang in languages})
        + module("03", {lang: foreign(name, lang) for lang in languages})
        + module("05", {lang: foreign(teaser, lang) for lang in languages})
        + module("06", {lang: full if lang == "de" else f"<p>{foreign(teaser, lang)}</p>" for lang in languages})
        + module("08", {lang: f"<ul>{text}</ul>" for lang, text in items.items()})
        + "<x:modulKosten><x:kosten><x:kostenauswahl><x:fix>"
        f'<x:betrag currencyCode="EUR">{cents // 100}.{cents % 100:02}'
        "</x:betrag></x:fix></x:kostenauswahl></x:kosten></x:modulKosten>"
        f"<x:modulBegriffImKontext>{keywords}</x:modulBegriffImKontext>"
        f'<x:kategorie><x:id schemeAgencyID="L100099">{number % 12}</x:id>'
        f'<x:bezeichnung languageCode="de">Thema {number % 12}</x:bezeichnung>'
        '</x:kategorie><x:gueltigkeitGebietID schemeID="rs">145110000000</x:gueltigkeitGebietID>'
        "</x:leistung></x:schreibe>\n"
    )


def office(number: int, mine: range) -> str:
    duties = "".join(
        f'<x:zustaendigkeit><x:id schemeAgencyID="L100099">Z{each}</x:id><x:leistungID schemeAgencyID="L100099">{each}'
        "</x:leistungID><x:rolle><code>01</code></x:rolle></x:zustaendigkeit>"
        for each in mine
    )
    return (
        f'<x:schreibe><x:organisationseinheit><x:id schemeAgencyID="L100099">OE{number}</x:id>'
        f'<x:name><x:name languageCode="de">Bürgeramt {number}</x:name></x:name>'
        "<x:anschrift><x:typ><code>002</code></x:typ>"
        f"<x:strasse>Am Wall</x:strasse><x:hausnummer>{number}</x:hausnummer><x:postleitzahl>09111</x:postleitzahl>"
        f"<x:ort>Musterstadt</x:ort></x:anschrift>{duties}</x:organisationseinheit></x:schreibe>\n"
    )


def message(numbers: range, languages: tuple[str, ...], seed: int, version: str = "2_2_0") -> Iterator[str]:
    """One transfer message, piece by piece."""
    yield (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<x:transfer xmlns:x="{NS.format(version=version)}"'
        f' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xzufiVersion="{version.replace("_", ".")}">'
        "<x:nachrichtenkopf><x:nachrichtUUID>0</x:nachrichtUUID></x:nachrichtenkopf>\n"
    )
    for number in numbers:
        yield service(number, languages, random.Random(seed * 1_000_003 + number))
    for start in range(numbers.start, numbers.stop, 200):
        yield office(start, range(start, min(start + 200, numbers.stop)))
    yield "</x:transfer>\n"


def write(path: Path, services: int, languages: int, seed: int = 1, files: int = 1) -> None:
    """Write a file, or a folder of ``files`` files with their index."""
    tags = LANGUAGES[:languages]
    if files == 1:
        with path.open("w", encoding="utf-8") as target:
            target.writelines(message(range(services), tags, seed))
        return
    path.mkdir(parents=True, exist_ok=True)
    size = -(-services // files)
    names = [f"teil-{n:03}.xml" for n in range(files)]
    for n, name in enumerate(names):
        write_part = range(n * size, min((n + 1) * size, services))
        with (path / name).open("w", encoding="utf-8") as target:
            target.writelines(message(write_part, tags, seed))
    (path / "index.txt").write_text("\n".join(names) + "\n", "utf-8")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("target", type=Path)
    parser.add_argument("--services", type=int, default=10_000)
    parser.add_argument("--languages", type=int, default=len(LANGUAGES))
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--files", type=int, default=1)
    args = parser.parse_args()
    write(args.target, args.services, args.languages, args.seed, args.files)
