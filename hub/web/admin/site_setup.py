"""Create a site: first administrator, starting catalogue with its queues, counters, a first terminal."""

import re
import unicodedata
from datetime import time
from typing import Protocol

import msgspec
from sqlalchemy import Connection

from hub import sites
from hub.auth import people
from hub.catalogue.demo import demo_catalogue
from hub.catalogue.importers.draft import Draft
from hub.catalogue.publication import publishing
from hub.fleet import terminals
from hub.settings import counter_settings
from hub.sites import Site
from hub.store.enums import Role
from kiosk.catalogue.model import Catalogue, Featured, Office, Queue, Service, Span

FIRST_SERVICE = "anliegen"


class NewHouse(msgspec.Struct, frozen=True, kw_only=True):
    """What the set-up page asks for."""

    town: str
    name: str
    timezone: str
    base_url: str
    hours: tuple[Span, ...]
    catalogue: str
    """"demo" or "empty"."""
    counters: int
    counter_word: str
    """"Schalter" or "Counter": the counters are called "Schalter 1" and so on."""
    terminal_name: str


class Administrator(msgspec.Struct, frozen=True):
    """The first person: ``kept`` is the argon2id hash."""

    login: str
    name: str
    kept: str


class Founded(msgspec.Struct, frozen=True):
    """What there is now."""

    site: str
    user: str
    terminal: str


class MakeId(Protocol):
    """Makes ids."""

    def __call__(self) -> str:
        """The next one."""
        ...


def create_site(
    connection: Connection, new: NewHouse, administrator: Administrator, new_id: MakeId, now_ms: int
) -> Founded:
    """Make everything in one transaction. Raises ValueError when the starting catalogue is refused (a bug of ours)."""
    site = Site(slug(new.name), new.town, new.name, new.timezone, new.base_url)
    sites.add_site(connection, site, now_ms)
    user = new_id()
    people.add(
        connection,
        site.id,
        user,
        administrator.login,
        administrator.name,
        Role.ADMINISTRATOR,
        administrator.kept,
        now_ms,
    )
    published = publishing.publish(connection, site.id, starting_catalogue(new), new.catalogue, now_ms)
    if not isinstance(published, publishing.InForce):
        raise ValueError(str(published))
    for n in range(1, new.counters + 1):
        counter_settings.add_counter(connection, site.id, new_id(), f"{new.counter_word} {n}", now_ms)
    terminal = new_id()
    terminals.add_terminal(connection, site.id, terminal, new.terminal_name, now_ms)
    return Founded(site.id, user, terminal)


def starting_catalogue(new: NewHouse) -> Catalogue:
    """The demo's services at this town hall's hours, or one queue with one service that fits everything."""
    whole = demo_catalogue() if new.catalogue == "demo" else _empty(new)
    offices = tuple(msgspec.structs.replace(office, hours=new.hours) for office in whole.offices)
    return msgspec.structs.replace(whole, offices=offices)


def set_hours(draft: Draft, hours: tuple[Span, ...]) -> Draft:
    """Change the town hall's hours: the first office's, and of every office that kept the same until now.

    What staff wrote about their queues stays: this is no import.
    """
    before = house_hours(draft.shell)
    offices = tuple(
        msgspec.structs.replace(office, hours=hours) if office.hours == before else office
        for office in draft.shell.offices
    )
    shell = msgspec.structs.replace(draft.shell, offices=offices, queues=())
    return msgspec.structs.replace(draft, shell=shell, origin="hub", source="", report="")


def house_hours(catalogue: Catalogue) -> tuple[Span, ...]:
    """The town hall's hours: those of the first office."""
    return catalogue.offices[0].hours if catalogue.offices else ()


def hours_in_words(hours: tuple[Span, ...]) -> dict[str, str]:
    """The hours by day (0 = Monday), for the trail."""
    spans: dict[str, list[str]] = {}
    for span in hours:
        spans.setdefault(str(span.day), []).append(f"{span.opens:%H:%M}-{span.closes:%H:%M}")
    return {day: ", ".join(each) for day, each in spans.items()}


def usual_hours() -> tuple[Span, ...]:
    """What the form starts with."""
    return tuple(Span(day=day, opens=time(8), closes=time(16 if day != 3 else 18)) for day in range(5))


def slug(name: str) -> str:
    """The site's id in addresses: "Bürgerhaus am Wall" is "buergerhaus-am-wall"."""
    german = name.lower()
    for umlaut, letters in (("ä", "ae"), ("ö", "oe"), ("ü", "ue"), ("ß", "ss")):
        german = german.replace(umlaut, letters)
    plain = unicodedata.normalize("NFKD", german).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:60] or "rathaus"


def _empty(new: NewHouse) -> Catalogue:
    names = {"de": new.name, "en": new.name}
    return Catalogue(
        version=1,
        languages=("de", "en"),
        offices=(Office(id="haus", names=names),),
        queues=(Queue(id="a", series="A", names={"de": "Bürgerservice", "en": "Citizens' service"}, office="haus"),),
        services=(
            Service(id=FIRST_SERVICE, names={"de": "Ihr Anliegen", "en": "Your request"}, office="haus", queue="a"),
            Service(
                id="empfang",
                names={"de": "Empfang", "en": "Reception"},
                teasers={
                    "de": "Sie finden Ihr Anliegen nicht? Wir schicken Sie zur richtigen Stelle.",
                    "en": "Cannot find what you came for? We send you to the right place.",
                },
                office="haus",
                queue="a",
                reception=True,
            ),
        ),
        featured=(Featured(service=FIRST_SERVICE),),
    )
