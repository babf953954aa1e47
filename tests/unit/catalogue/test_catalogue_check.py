"""Every kind of fault is found at its place, a sound catalogue has none, and nothing makes the check raise."""

from datetime import date, time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from kiosk.catalogue.check import FAULTS_LIMIT, check
from kiosk.catalogue.model import Catalogue, Category, ClosedDay, Elsewhere, Featured, Fee, Office, Queue, Service, Span

NAMES = {"de": "Personalausweis", "en": "Identity card", "ar": "بطاقة الهوية"}
SOUND = Catalogue(
    version=1,
    languages=("de", "en", "de-x-ls"),
    categories=(Category(id="c", names=NAMES, icon="id-badge-2"),),
    offices=(Office(id="o", names=NAMES, hours=(Span(day=0, opens=time(8), closes=time(12)),)),),
    queues=(Queue(id="q", series="A", names=NAMES, office="o"),),
    services=(
        Service(
            id="s",
            names=NAMES,
            teasers={"de": "Gebühr 46,00 € [A4] & Co. <18 Jahre: fragen Sie – bitte!"},
            bring={"de": ("alter Ausweis",)},
            words={"de": ("Perso",)},
            categories=("c",),
            office="o",
            queue="q",
            minutes=12,
            fees=(Fee(id="f", names=NAMES, cents=4600, from_age=24),),
        ),
    ),
    featured=(Featured(service="s", labels=NAMES),),
)


def service(**changed: object) -> Catalogue:
    return replace(SOUND, services=(replace(SOUND.services[0], **changed),))


def office(**changed: object) -> Catalogue:
    return replace(SOUND, offices=(replace(SOUND.offices[0], **changed),))


def fee(**changed: object) -> Catalogue:
    return service(fees=(replace(SOUND.services[0].fees[0], **changed),))


def span(day: int, opens: str, closes: str) -> Span:
    return Span(day=day, opens=time.fromisoformat(opens), closes=time.fromisoformat(closes))


def test_a_sound_catalogue_has_no_fault() -> None:
    assert check(SOUND) == ()


@pytest.mark.parametrize(
    ("catalogue", "place", "reason"),
    [
        (replace(SOUND, version=-1), "version", "-1"),
        (replace(SOUND, version=2**60), "version", "not between"),
        (replace(SOUND, languages=()), "languages", "no language"),
        (replace(SOUND, languages=("Deutsch!",)), "languages", "not a language tag"),
        (replace(SOUND, languages=("de", "de")), "languages", "twice"),
        (replace(SOUND, services=SOUND.services * 2), "services", "“s” is there twice"),
        (replace(SOUND, categories=SOUND.categories * 2), "categories", "twice"),
        (replace(SOUND, offices=SOUND.offices * 2), "offices", "twice"),
        (replace(SOUND, queues=(*SOUND.queues, replace(SOUND.queues[0], id="r"))), "queues.series", "“A” is there"),
        (replace(SOUND, queues=(replace(SOUND.queues[0], series="O"),)), "queues[q].series", "not a series letter"),
        (replace(SOUND, queues=(replace(SOUND.queues[0], series="A\n"),)), "queues[q].series", "not a series letter"),
        (replace(SOUND, queues=(replace(SOUND.queues[0], office="x"),)), "queues[q].office", "no office “x”"),
        (replace(SOUND, queues=(replace(SOUND.queues[0], id="q\n"),)), "queues[“q\\u000a”]", "not an id"),
        (replace(SOUND, featured=(Featured(service="x"),)), "featured[x]", "no service “x”"),
        (replace(SOUND, featured=SOUND.featured * 2), "featured", "twice"),
        (replace(SOUND, featured=SOUND.featured * 30), "featured", "at most 24"),
        (replace(SOUND, categories=(Category(id="c", names=NAMES, icon="../x"),)), "categories[c].icon", "icon name"),
        (replace(SOUND, categories=(Category(id="c", names={}),)), "categories[c].names", "no text"),
        (service(names={"de": " "}), "services[s].names.de", "empty"),
        (service(names={"de": "x" * 201}), "services[s].names.de", "too long: 201"),
        (service(names={"de": "a\x00b"}), "services[s].names.de", "U+0000"),
        (service(names={"de": "a\u202eb"}), "services[s].names.de", "U+202E"),
        (service(names={"de": "a\ud800b"}), "services[s].names.de", "U+D800"),
        (service(names={"de": "a\nb"}), "services[s].names.de", "U+000A"),
        (service(names={"d e": "x"}), "services[s].names.“d e”", "not a language tag"),
        (service(teasers={"de": "[b]fett[/b]"}), "services[s].teasers.de", "markup, “[b]”"),
        (service(teasers={"de": "[color=ff0000]rot"}), "services[s].teasers.de", "markup"),
        (service(teasers={"de": "[ref=http://x]hier"}), "services[s].teasers.de", "markup"),
        (service(teasers={"de": "<p>Absatz</p>"}), "services[s].teasers.de", "markup"),
        (service(teasers={"de": "<script>"}), "services[s].teasers.de", "markup"),
        (service(teasers={"de": "a &amp; b"}), "services[s].teasers.de", "markup"),
        (service(bring={"de": ("gut", "")}), "services[s].bring.de[1]", "empty"),
        (service(words={"de": ("x",) * 81}), "services[s].words.de", "too long: 81"),
        (service(categories=("x",)), "services[s].categories", "no category “x”"),
        (service(categories=("c", "c")), "services[s].categories", "twice"),
        (service(office="x"), "services[s].office", "no office “x”"),
        (service(queue="x"), "services[s].queue", "no queue “x”"),
        (service(minutes=0), "services[s].minutes", "cannot be"),
        (service(valid_from=date(2026, 2, 7), valid_to=date(2026, 2, 6)), "services[s].valid_to", "before it begins"),
        (fee(from_age=24, below_age=24), "services[s].fees[f].below_age", "no age is left"),
        (fee(from_age=-1), "services[s].fees[f].from_age", "cannot be an age"),
        (fee(names={}), "services[s].fees[f].names", "no text"),
        (fee(valid_from=date(2026, 2, 7), valid_to=date(2026, 2, 6)), "services[s].fees[f].valid_to", "before it"),
        (service(fees=SOUND.services[0].fees * 2), "services[s].fees", "twice"),
        (office(address="a\tb"), "offices[o].address", "U+0009"),
        (
            office(hours=(span(0, "08:00", "12:00"), span(0, "11:00", "16:00"))),
            "offices[o].hours",
            "overlap on Monday",
        ),
        (
            office(hours=(span(6, "22:00", "03:00"), span(0, "02:00", "04:00"))),
            "offices[o].hours",
            "overlap on Monday",
        ),
        (office(hours=(span(0, "08:00", "08:00"),)), "offices[o].hours[Monday 08:00-08:00]", "the minute it opens"),
        (office(hours=(span(0, "08:00+01:00", "12:00"),)), "offices[o].hours[Monday 08:00-12:00]", "time zone"),
        (office(hours=(span(0, "08:00", "09:00"),) * 57), "offices[o].hours", "at most 56"),
        (
            office(closed_days=(ClosedDay(date=date(2026, 12, 24)),) * 2),
            "offices[o].closed_days[2026-12-24]",
            "twice",
        ),
        (
            office(closed_days=(ClosedDay(date=date(2026, 12, 24), spans=(span(0, "08:00", "09:00"),)),)),
            "offices[o].closed_days[2026-12-24].spans",
            "is a Thursday",
        ),
    ],
)
def test_each_fault_is_found_at_its_place(catalogue: Catalogue, place: str, reason: str) -> None:
    faults = check(catalogue)
    assert [fault.place for fault in faults[:1]] == [place]
    assert reason in faults[0].reason
    assert faults[0].remedy.endswith((".", ")", '"', "-"))


@pytest.mark.parametrize(
    "hours",
    [
        (span(0, "08:00", "12:00"), span(0, "12:00", "16:00")),
        (span(6, "22:00", "02:00"), span(0, "02:00", "04:00")),
        tuple(span(day, "00:00", "00:00") for day in range(7)),
    ],
)
def test_hours_that_touch_or_never_end_are_sane(hours: tuple[Span, ...]) -> None:
    assert check(office(hours=hours)) == ()


def test_many_faults_are_told_up_to_the_limit() -> None:
    bad = tuple(Service(id=f"s{n}", names={}) for n in range(500))
    assert len(check(replace(SOUND, services=bad, featured=()))) == FAULTS_LIMIT


def test_a_message_repeats_only_the_beginning_of_a_huge_text() -> None:
    (fault,) = check(service(names={"de": "y" * 10_000_000}))
    assert len(str(fault)) < 300


ANY_TEXT = st.text(st.characters(codec=None), max_size=20)
TEXTS = st.dictionaries(st.one_of(st.sampled_from(["de", "en"]), ANY_TEXT), ANY_TEXT, max_size=3)
LISTS = st.dictionaries(st.sampled_from(["de", "x y"]), st.lists(ANY_TEXT, max_size=3).map(tuple), max_size=2)
ANY_ID = st.one_of(st.sampled_from(["a", "b"]), ANY_TEXT)
ANY_SPANS = st.lists(st.builds(Span, day=st.integers(0, 6), opens=st.times(), closes=st.times()), max_size=4).map(tuple)


@settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.builds(
        Catalogue,
        version=st.integers(),
        languages=st.lists(ANY_TEXT, max_size=3).map(tuple),
        categories=st.lists(st.builds(Category, id=ANY_ID, names=TEXTS, icon=ANY_TEXT), max_size=2).map(tuple),
        offices=st.lists(
            st.builds(
                Office,
                id=ANY_ID,
                names=TEXTS,
                address=ANY_TEXT,
                places=TEXTS,
                hours=ANY_SPANS,
                closed_days=st.lists(
                    st.builds(ClosedDay, date=st.dates(), names=TEXTS, spans=ANY_SPANS), max_size=2
                ).map(tuple),
            ),
            max_size=2,
        ).map(tuple),
        queues=st.lists(
            st.builds(Queue, id=ANY_ID, series=ANY_TEXT, names=TEXTS, office=st.none() | ANY_ID), max_size=2
        ).map(tuple),
        services=st.lists(
            st.builds(
                Service,
                id=ANY_ID,
                names=TEXTS,
                teasers=TEXTS,
                bring=LISTS,
                words=LISTS,
                categories=st.lists(ANY_ID, max_size=2).map(tuple),
                office=st.none() | ANY_ID,
                queue=st.none() | ANY_ID,
                minutes=st.none() | st.integers(),
                valid_from=st.none() | st.dates(),
                valid_to=st.none() | st.dates(),
                fees=st.lists(
                    st.builds(Fee, id=ANY_ID, names=TEXTS, cents=st.none() | st.integers(0, 100)), max_size=2
                ).map(tuple),
            ),
            max_size=2,
        ).map(tuple),
        featured=st.lists(st.builds(Featured, service=ANY_ID, labels=TEXTS), max_size=2).map(tuple),
    )
)
def test_whatever_it_holds_the_check_never_raises(catalogue: Catalogue) -> None:
    for fault in check(catalogue):
        assert str(fault).isprintable()


def _away(**fields: object) -> tuple[str, ...]:
    service = Service(id="kg", names={"de": "Kindergeld"}, **fields)  # type: ignore[arg-type]
    return tuple(fault.place for fault in check(Catalogue(version=1, services=(service,))))


def test_what_others_do_says_who_and_in_a_sound_form() -> None:
    there = {"de": "Familienkasse"}
    sound = Elsewhere(address="Markt 2", phone="115", url="https://familienkasse.example/a?b=1")
    assert _away(elsewhere=sound, there=there) == ()
    assert _away(elsewhere=Elsewhere(), there=there) == ()
    assert _away(elsewhere=sound) == ("services[kg].there",)
    assert _away(there=there) == ("services[kg].there",)
    assert _away(elsewhere=Elsewhere(phone="<b>1</b>"), there=there) == ("services[kg].elsewhere.phone",)
    for url in ("familienkasse.de", "javascript:alert(1)", "https://a b", "https://" + "x" * 200):
        assert _away(elsewhere=Elsewhere(url=url), there=there) == ("services[kg].elsewhere.url",)
    assert _away(elsewhere=sound, there=there, reception=True) == ("services[kg].elsewhere",)
