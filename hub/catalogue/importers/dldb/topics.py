"""DLDB topics -> categories of the first page, and search words from the topics below."""

from msgspec.structs import replace

from hub.catalogue.importers.dldb.notes import Notes
from hub.catalogue.importers.dldb.shape import DldbTopic, Read, Skipped, lang_of
from kiosk.catalogue.model import Category
from kiosk.catalogue.texts import NAME_LIMIT

TOPICS = "topic_de.json"
OTHER = Category(
    id="weitere",
    names={"de": "Weitere Anliegen", "en": "More services", "ar": "خدمات أخرى"},
    icon="dots",
    order=9999,
)
"""Where a service without a topic is found."""

_ICONS = (
    ("auto", "car"),
    ("meldewesen", "id"),
    ("steuer", "cash"),
    ("wohn", "home"),
    ("gesund", "heart"),
    ("migration", "world"),
    ("arbeit", "briefcase"),
    ("wirtschaft", "building-store"),
    ("familie", "baby-carriage"),
    ("umwelt", "leaf"),
    ("behinderung", "wheelchair"),
    ("sicherheit", "lifebuoy"),
    ("schule", "school"),
    ("politik", "users-group"),
    ("verbraucher", "shopping-cart"),
    ("kultur", "music"),
    ("tourismus", "map"),
)
"""Icons by a word in the topic's name."""


class Topics:
    """The tree of topics. The first page shows the topics marked for navigation, or those without a parent.

    ``skipped`` are those without a name that can be shown.
    """

    def __init__(self, topics: Read[DldbTopic], notes: Notes) -> None:
        self._lang = lang_of(None, topics.locale)
        named = [
            replace(each, name=notes.at(TOPICS, each.id, "name").text(each.name, NAME_LIMIT)) for each in topics.records
        ]
        usable = [topic for topic in named if topic.name]
        self.skipped = [
            Skipped(TOPICS, f"id {topic.id}", "its name cannot be shown") for topic in named if not topic.name
        ]
        self._topics = {topic.id: topic for topic in usable}
        self._parents: dict[str, list[str]] = {}
        self._listing: dict[str, list[str]] = {}
        for topic in usable:
            for child in topic.relation.childs:
                self._parents.setdefault(child.id, []).append(topic.id)
            for service in topic.relation.services:
                self._listing.setdefault(service.id, []).append(topic.id)

    def roots(self, service: str, named: str | None) -> tuple[str, ...]:
        """The categories of a service: the root topic it names, else the roots of the topics that list it."""
        if named in self._topics:
            return (named,)
        found = [root for topic in self._listing.get(service, ()) for root in self._roots_of(topic)]
        return tuple(dict.fromkeys(found))

    def words(self, service: str) -> tuple[str, ...]:
        """The names of the topics that list a service."""
        return tuple(self._topics[topic].name for topic in self._listing.get(service, ()))

    def categories(self, used: set[str]) -> tuple[Category, ...]:
        """The categories that have services, by name, the rest of the services last."""
        named = sorted((t for t in self._topics.values() if t.id in used), key=lambda topic: topic.name)
        found = [
            Category(id=topic.id, names={self._lang: topic.name}, icon=_icon(topic.name), order=position)
            for position, topic in enumerate(named, start=1)
        ]
        return (*found, OTHER) if OTHER.id in used else tuple(found)

    def _roots_of(self, topic: str) -> list[str]:
        """Upwards to the first page; a ring of parents ends where it was entered."""
        found: list[str] = []
        seen: set[str] = set()
        todo = [topic]
        while todo:
            current = todo.pop()
            if current in seen:
                continue
            seen.add(current)
            parents = [p for p in self._parents.get(current, ()) if p in self._topics]
            if self._topics[current].relation.navi == "1" or not parents:
                found.append(current)
            else:
                todo.extend(parents)
        return found


def _icon(name: str) -> str:
    lower = name.casefold()
    return next((icon for word, icon in _ICONS if word in lower), "category")
