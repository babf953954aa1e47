"""Calls to counters of all kinds of names, and what is wrong with how a board shows them: measured boxes."""

import itertools
from typing import Any

import msgspec
from playwright.sync_api import Page, Route

from kiosk.i18n.hyphens import softened
from kiosk.vocabulary.short_names import short_name
from kiosk.wire import Call, CallKind, Calls, CallState

NAMES = (
    "4",
    "W",
    "Schalter 1",
    "Standesamt 1",
    "W" * 12,
    "Führerscheinstelle 2",
    "Einwohnermeldeamt 21",
    "W" * 20,
    "Bürgerbüro im Rathaus",
    "Kraftfahrzeugzulassungsstelle",
    "Bürgerbüro Außenstelle Nord, Zimmer 12",
    "Trauzimmer im Alten Rathaus, 2. Obergesc",
    "Donaudampfschifffahrtsgesellschaftsämter",
    "W" * 40,
)
"""1, 12, 20 and 40 letters, of one long word and of several."""
LABELS = ("A 001", "W 888", "A 03-17", "WW 8888", "WW 88-8888")
_SEQS = itertools.count(1000)

FAULTS = """() => {
  const faults = [], say = (what, element) => faults.push(`${what}: ${element.className} "${element.textContent}"`);
  const box = (element) => element.getBoundingClientRect();
  const inside = (one, other) => one.left >= other.left - 1 && one.right <= other.right + 1
    && one.top >= other.top - 1 && one.bottom <= other.bottom + 1;
  const apart = (one, other) => one.right <= other.left + 1 || other.right <= one.left + 1
    || one.bottom <= other.top + 1 || other.bottom <= one.top + 1;
  const written = (element) => {
    const range = document.createRange();
    range.selectNodeContents(element);
    return range.getBoundingClientRect();
  };
  const screen = { left: 0, top: 0, right: innerWidth, bottom: innerHeight };
  const unseen = (element) => getComputedStyle(element).clipPath !== "none";
  for (const card of document.querySelectorAll(".newest, .last li, .column li")) {
    if (unseen(card)) continue;
    if (!inside(box(card), screen)) say("off the screen", card);
    const parts = [...card.querySelectorAll(".label, .arrow, .where, .counter")].filter((part) => part.offsetWidth);
    for (const part of parts) if (!inside(box(part), box(card))) say("outside its card", part);
    for (const one of parts) for (const other of parts)
      if (one !== other && !apart(box(one), box(other))) say("on top of another", one);
    const number = card.querySelector(".label");
    if (number && !inside(written(number), box(card))) say("number cut", number);
    for (const name of card.querySelectorAll(".name"))
      if (!inside(written(name), box(name.parentElement))) say("name cut", name);
  }
  const boxes =
    ".newest, .newest :not(.icon), .last, .last *, .column, .column :not(.icon), .numbers, .area, footer, body";
  for (const each of document.querySelectorAll(boxes)) {
    const card = each.closest(".newest, .column");
    if (card && unseen(card)) continue;
    if (each.scrollWidth > each.clientWidth + 1 || each.scrollHeight > each.clientHeight + 1) say("clipped", each);
  }
  if (document.documentElement.scrollHeight > innerHeight || document.documentElement.scrollWidth > innerWidth)
    faults.push("the page scrolls");
  return faults;
}"""

LONG_HEAD = """() => {
  const [town, house] = document.querySelectorAll(".brand b, .brand span > span");
  town.textContent = "Verwaltungsgemeinschaft Oberdollendorf-Niederkassel am Rhein und an der Sieg";
  house.textContent = "Bürgerhaus und Verwaltungsaußenstelle in der ehemaligen Landwirtschaftsschule am Marktplatz";
  fit();
}"""

SIZES = """() => [...document.querySelectorAll(".name")].map((name) =>
  [name.textContent.replaceAll("\\u00ad", ""), name.dataset.name, parseFloat(getComputedStyle(name).fontSize)])"""


CAPITALS = """() => [...document.querySelectorAll(":is(.newest, .last, .column) :is(.label, .name)")]
  .filter((each) => !each.closest('[data-layout="columns"] .newest'))
  .map((each) => [each.matches(".label") ? "number" : "name", each.textContent.replaceAll("\\u00ad", ""),
    0.714 * parseFloat(getComputedStyle(each).fontSize)])"""
"""Every number and name with what it says and the height of its capitals in px (docs/assets.md: 0.714 em)."""


def call(label: str, counter: str, state: CallState = CallState.NOW, short: str = "", queue: str = "A") -> Call:
    """A call as the hub tells it."""
    return Call(
        seq=next(_SEQS),
        kind=CallKind.CALL,
        label=label,
        counter=counter,
        at="2026-11-24T12:00:00+01:00",
        state=state,
        short=short_name(counter, short),
        hyphenated=softened(counter, "de"),
        queue=queue,
    )


class Told:
    """A board whose stream is silent and whose poll says what the test wants."""

    def __init__(self, page: Page, url: str, query: str = "") -> None:
        self.page, self._url = page, url
        self._calls: tuple[Call, ...] = ()
        page.add_init_script("const later = setTimeout; setTimeout = (act, ms) => later(act, Math.min(ms, 100));")
        page.route("**/board/*/stream", lambda _route: None)
        page.route("**/board/*/calls", self._answer)
        self.open(query)

    def open(self, query: str = "") -> None:
        """The board at another address; nobody is called."""
        self._calls = ()
        self.page.goto(f"{self._url}/board{query}")
        self.page.evaluate("document.fonts.ready")

    def show(self, *calls: Call) -> None:
        """These are the calls, oldest first; comes back when they stand there."""
        self._calls = calls
        shown = [each for each in calls if each.state is CallState.NOW]
        self.page.wait_for_function(
            "([label, name]) => document.querySelector('#newest .label')?.textContent === label"
            " && document.querySelector('#newest .name').dataset.name === name",
            arg=[shown[-1].label, shown[-1].counter],
            timeout=60_000,
        )

    def _answer(self, route: Route) -> None:
        seq = max((each.seq for each in self._calls), default=0)
        told: dict[str, Any] = msgspec.to_builtins(Calls(seq=seq, at="2026-11-24T12:00:00+01:00", calls=self._calls))
        route.fulfill(json=told)
