"""Small catalogues in four languages, and one random change of them after another."""

import random

from msgspec.structs import replace

from kiosk.catalogue.model import Catalogue, Category, Featured, Fee, Queue, Service

LANGUAGES = ("de", "en", "fr", "ar")
QUEUES = ("a", "b")
WORDS = ["Ausweis", "Pass", "Hund", "Steuer", "Amt", "Umzug", "Müll", "Ehe", "Karte", "Antrag", "Straße", "هوية", "سفر"]


def service(dice: random.Random, ident: str) -> Service:
    langs = dice.sample(LANGUAGES, dice.randint(1, 4))
    return Service(
        id=ident,
        names={lang: " ".join(dice.sample(WORDS, dice.randint(1, 3))) for lang in langs},
        words={lang: tuple(dice.sample(WORDS, dice.randint(1, 2))) for lang in langs if dice.random() < 0.5},
        fees=(Fee(id="f", names={"de": dice.choice(WORDS)}, cents=dice.randrange(9999)),),
        categories=("c",),
        queue=dice.choice(QUEUES),
        minutes=dice.randint(1, 60),
    )


def begin(dice: random.Random, size: int = 6) -> Catalogue:
    services = tuple(service(dice, f"s{n}") for n in range(size))
    return Catalogue(
        version=1,
        languages=LANGUAGES,
        categories=(Category(id="c", names={"de": "Alles"}),),
        queues=tuple(Queue(id=each, series=each.upper(), names={"de": f"Amt {each}"}) for each in QUEUES),
        services=services,
        featured=(Featured(service="s0"),),
    )


def changed(dice: random.Random, now: Catalogue) -> Catalogue:
    services = list(now.services)
    for _ in range(dice.choice([1, 1, 1, 2, 5])):
        at = dice.randrange(len(services))
        match dice.randrange(5):
            case 0 if len(services) < 8:
                services.insert(at, service(dice, f"n{now.version}-{len(services)}-{dice.randrange(10**9)}"))
            case 1 if len(services) > 4:
                del services[at]
            case 2:
                lang = dice.choice(LANGUAGES)
                services[at] = replace(services[at], names={**services[at].names, lang: dice.choice(WORDS)})
            case 3:
                services[at] = replace(services[at], minutes=dice.randint(1, 600))
            case _:
                services[at] = service(dice, services[at].id)
    tiles = tuple(Featured(service=each.id) for each in dice.sample(services, 3))
    return replace(now, version=now.version + 1, services=tuple(services), featured=tiles)
