"""A catalogue taken apart into records and put together again."""

import random

import msgspec

from hub.catalogue.demo import demo_catalogue
from kiosk.catalogue.records import Key, digest, join, sha256, take_apart
from tests.unit.catalogue.whole_catalogue import put_together


def test_what_is_taken_apart_can_be_put_together():
    catalogue = demo_catalogue(7)
    assert put_together(take_apart(catalogue), 7) == catalogue


def test_a_changed_text_changes_one_record():
    catalogue = demo_catalogue()
    first = catalogue.services[0]
    renamed = msgspec.structs.replace(first, names={**first.names, "en": "Something else"})
    changed = msgspec.structs.replace(catalogue, services=(renamed, *catalogue.services[1:]))
    before, after = take_apart(catalogue), take_apart(changed)
    assert {key for key in before | after if before.get(key) != after.get(key)} == {Key("service", first.id, "en")}


def test_with_places_kept_something_put_in_between_moves_nothing():
    catalogue = demo_catalogue()
    places = {("service", s.id): 10 * at for at, s in enumerate(catalogue.services)}
    others = {(k.kind, k.id): 0 for k in take_apart(catalogue) if k.kind != "service"}
    new = msgspec.structs.replace(catalogue.services[0], id="new-one")
    longer = msgspec.structs.replace(catalogue, services=(catalogue.services[0], new, *catalogue.services[1:]))
    before = take_apart(catalogue, places | others)
    after = take_apart(longer, places | others | {("service", "new-one"): 5})
    assert {key.id for key in before | after if before.get(key) != after.get(key)} == {"new-one"}
    assert [s.id for s in put_together(after, 1).services] == [s.id for s in longer.services]


def test_only_the_languages_asked_for():
    catalogue = put_together(take_apart(demo_catalogue()), 1, frozenset({"de"}))
    assert {tag for service in catalogue.services for tag in service.names} == {"de"}


def test_the_digest_depends_on_every_record_and_not_on_their_order():
    entries = [(key, 1, sha256(body)) for key, body in take_apart(demo_catalogue()).items()]
    shuffled = random.Random(1).sample(entries, len(entries))
    assert digest(entries) == digest(shuffled)
    assert len({digest(entries[:at] + entries[at + 1 :]) for at in range(20)}) == 20
    key, rev, body = entries[0]
    assert digest([(key, rev + 1, body), *entries[1:]]) != digest(entries)


def test_external_office_is_named_also_in_a_hidden_language():
    catalogue = demo_catalogue()
    records = take_apart(catalogue)
    shared, texts = Key("service", "anderswo-rente"), {}
    for lang in ("de", "en", "ar"):
        texts[lang] = records[Key("service", "anderswo-rente", lang)]
    whole = join("service", shared.id, records[shared], texts).value
    assert whole == next(each for each in catalogue.services if each.id == shared.id)
    only_name = msgspec.json.encode({"names": "Rente"})
    assert join("service", shared.id, records[shared], {"de": only_name}).nameless


def test_fields_of_a_newer_hub_are_left_out():
    """As a terminal of before does with ``elsewhere`` and ``there``: the service stays, without a queue."""
    shared, text = (
        msgspec.json.encode({"id": "s", "later": {"x": 1}, "#": 0}),
        msgspec.json.encode({"names": "Rente", "teasers": "Macht die Rentenversicherung.", "elsewhen": "dort"}),
    )
    value = join("service", "s", shared, {"de": text}).value
    assert msgspec.to_builtins(value) == {
        "id": "s",
        "names": {"de": "Rente"},
        "teasers": {"de": "Macht die Rentenversicherung."},
    }
