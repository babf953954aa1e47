"""Names for what flows ignore. Each flow says in its own file which of its states ignore what; there is no other list.

A flow may ignore only what nothing in the table answers always, and no answer that one of its states waits for
(``kiosk.session.completeness``).
"""

from kiosk.session.table import Trigger
from kiosk.vocabulary import events, intents
from kiosk.vocabulary.answers import ANSWERS

LATE_ANSWERS: tuple[type[Trigger], ...] = (
    *dict.fromkeys(answer for answers in ANSWERS.values() for answer in answers),
    events.HelpTaken,
)
"""To questions of another visitor, or of this one before they went on. HelpTaken comes again with each heartbeat."""

NEWS: tuple[type[Trigger], ...] = (
    events.Tick,
    events.DeviceChanged,
    events.HubChanged,
    events.CatalogueChanged,
    events.ClosureChanged,
    events.RestartOrdered,
)
"""It changes only the facts: the next view shows it."""

SET_UP: tuple[type[Trigger], ...] = (intents.Pick, intents.Proceed)
"""Answers to the questions of set-up, which no page of a visit asks."""

KEYS: tuple[type[Trigger], ...] = (
    intents.FocusField,
    intents.EditText,
    intents.SwitchKeyboard,
)
"""Of text fields and keyboards of a page that has just gone from under the finger."""

TO_BROWSING: tuple[type[Trigger], ...] = (
    intents.ShowLanguages,
    intents.ShowCategories,
    intents.OpenCategory,
    intents.OpenService,
    intents.OpenSearch,
)
"""Ways to look for a service."""
