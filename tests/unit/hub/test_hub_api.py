"""The terminals' API over a real socket: what is answered, what is refused and where."""

import threading
from concurrent.futures import ThreadPoolExecutor

import msgspec
import pytest
import requests

from hub import events, hub_generation, sites
from hub.access.rate_limit import ADDRESSES_MAX, WRONG_PER_MINUTE, Tries
from hub.api.http import BODY_MAX
from hub.catalogue.publication import publishing
from hub.counter import calling
from hub.counter.calling import Act
from hub.fleet import help_calls, terminals
from hub.reports import cancel
from hub.settings import queue_settings
from hub.sites import Site
from hub.tickets import waiting
from hub.trail import entries
from kiosk import wire
from kiosk.catalogue.model import Catalogue, Queue, Service
from kiosk.vocabulary.slips import Slip, read_slip
from tests.asgi import asking
from tests.hub_apps import app_for
from tests.unit.hub.catalogue_helpers import in_force
from tests.unit.hub.sync_helpers import own


def ask(live, number: int = 1, service: str = "ausweis", **more) -> requests.Response:
    return live.post("/tickets", {"id": live.hall.uuid(number), "service": service, **more})


def fault(answer: requests.Response) -> tuple[int, str, str]:
    body = msgspec.json.decode(answer.content, type=wire.Fault)
    assert body.message
    return answer.status_code, body.code, body.place


def test_number_comes_as_the_wire_says(live) -> None:
    answer = ask(live, lang="uk", tapped_at="2026-11-24T12:00:00+01:00")
    assert answer.status_code == 200
    ticket = msgspec.json.decode(answer.content, type=wire.TicketAnswer)
    assert (ticket.series, ticket.n, ticket.queue, ticket.service) == ("A", 1, "meldung", "ausweis")
    assert (ticket.business_day, ticket.issued_at) == ("2026-11-24", "2026-11-24T12:00:00+01:00")
    assert (ticket.ahead, ticket.url) == (0, "")
    slip = read_slip(ticket.slip_code, live.hall.see(hub_generation.of, live.hall.site).slip_key)
    assert isinstance(slip, Slip)
    assert (slip.id, str(slip.label)) == (ticket.id, "A 001")


def test_url_holds_a_random_token_when_the_site_has_a_base_url(live) -> None:
    hall = live.hall
    hall.do(
        sites.change_site,
        Site(hall.site, "Musterstadt", "Rathaus", "Europe/Berlin", "https://warten.musterstadt.de"),
        hall.clock(),
    )
    urls = [ask(live, n).json()["url"] for n in range(1, 4)]
    assert len(set(urls)) == 3
    for url in urls:
        base, _, token = url.rpartition("/")
        assert base == "https://warten.musterstadt.de/t"
        assert len(bytes.fromhex(token)) == 16
        assert hall.see(waiting.standing, token) is not None


def test_fifty_posts_of_one_id_from_eight_hands_are_one_ticket(live) -> None:
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _n: requests_post(live, "/tickets", 7), range(50)))
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.text for answer in answers}) == 1
    assert ask(live, 8).json()["n"] == 2


def requests_post(live, path: str, number: int) -> requests.Response:
    """With a connection of its own: a session is not for several threads."""
    return requests.post(
        f"{live.url}/api/v1{path}",
        json={"id": live.hall.uuid(number), "service": "ausweis"},
        headers={"authorization": f"Bearer {live.key}"},
        timeout=300,
    )


def test_refusals_are_faults_with_code_and_place(live) -> None:
    ask(live, 1)
    assert fault(ask(live, 2, "gibtsnicht")) == (404, "unknown_service", "service")
    assert fault(ask(live, 1, "zulassung")) == (422, "id_used_otherwise", "id")
    live.hall.do(cancel.cancel, live.hall.site, live.hall.uuid(1), live.hall.clock())
    assert fault(ask(live, 1)) == (410, "ticket_cancelled", "id")


@pytest.mark.parametrize(
    ("body", "code", "place"),
    [
        (b"", "bad_json", "body"),
        (b"{", "bad_json", "body"),
        (b"\xff\xfe", "bad_json", "body"),
        (b"[]", "bad_field", "$"),
        (b"{}", "bad_field", "$"),
        (b'{"id": 5, "service": "a"}', "bad_field", "$.id"),
        (b'{"id": "abc", "service": "a"}', "bad_field", "$.id"),
        (b'{"id": "0193AAAA-0000-7000-8000-000000000001", "service": "a"}', "bad_field", "$.id"),
        (b'{"id": "0193aaaa-0000-7000-8000-000000000001", "service": null}', "bad_field", "$.service"),
        (
            b'{"id": "0193aaaa-0000-7000-8000-000000000001", "service": "' + b"x" * 201 + b'"}',
            "bad_field",
            "$.service",
        ),
        (b'{"id": "0193aaaa-0000-7000-8000-000000000001", "service": "a", "lang": []}', "bad_field", "$.lang"),
        (b"[" * 60_000, "bad_json", "body"),
        (b'{"x": ' + b"[" * 60_000, "bad_json", "body"),
    ],
)
def test_broken_body_is_refused_with_its_place(live, body: bytes, code: str, place: str) -> None:
    assert fault(live.call("POST", "/tickets", data=body)) == (400, code, place)
    assert ask(live).status_code == 200


@pytest.mark.parametrize("path", ["/tickets", "/heartbeat", "/help"])
def test_too_large_a_body_is_refused(live, path: str) -> None:
    answer = live.call("POST", path, data=b" " * (BODY_MAX + 1))
    assert fault(answer)[:2] == (413, "http_413")


def test_unknown_fields_are_ignored_so_that_minor_versions_can_add_some(live) -> None:
    assert ask(live, colour="blue").status_code == 200


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer ", "Bearer wrong", "Basic YTpi", "Bearer \u00e4"])
@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/tickets"),
        ("GET", "/queues"),
        ("GET", "/manifest"),
        ("POST", "/heartbeat"),
        ("POST", "/help"),
        ("GET", "/calls"),
        ("GET", "/calls/stream"),
    ],
)
def test_nobody_gets_anything_without_a_key(live, header: str, method: str, path: str) -> None:
    answer = live.call(method, path, headers={"authorization": header.encode("latin-1")}, data=b"{}")
    assert fault(answer) == (401, "unknown_key", "")


def test_unknown_paths_and_methods_are_faults_too(live) -> None:
    assert fault(live.get("/nothing"))[:2] == (404, "http_404")
    assert fault(live.call("PUT", "/tickets"))[:2] == (405, "http_405")
    assert fault(live.call("DELETE", "/queues"))[:2] == (405, "http_405")


def test_bug_while_numbering_is_told_and_logged_and_the_hub_goes_on(live, caplog: pytest.LogCaptureFixture) -> None:
    live.hall.store.write_now(lambda c: c.exec_driver_sql("DROP TABLE counter_seq"))
    assert fault(ask(live))[:2] == (500, "bug")
    assert "no such table: counter_seq" in caplog.text
    assert live.get("/queues").status_code == 200


def test_code_works_once_and_the_older_key_dies(live) -> None:
    old, new = live.key, live.enrol("t1", "23456789")
    assert fault(live.call("GET", "/queues", key=old)) == (401, "unknown_key", "")
    assert live.call("GET", "/queues", key=new).status_code == 200
    again = live.http.post(f"{live.url}/api/v1/enrol", json={"code": "23456789"}, timeout=300)
    assert fault(again) == (403, "wrong_code", "code")


def test_code_is_read_however_it_is_typed_and_only_for_half_an_hour(live) -> None:
    hall = live.hall
    assert hall.do(terminals.add_code, hall.site, "t1", "WXYZ2345", hall.clock()) is None
    hall.clock.forward(terminals.CODE_LIVES_MS)
    late = live.http.post(f"{live.url}/api/v1/enrol", json={"code": "WXYZ2345"}, timeout=300)
    assert fault(late) == (403, "wrong_code", "code")
    assert hall.do(terminals.add_code, hall.site, "t1", "WXYZ2346", hall.clock()) is None
    typed = live.http.post(f"{live.url}/api/v1/enrol", json={"code": " wxyz-2346 "}, timeout=300)
    assert typed.status_code == 200
    assert typed.json()["terminal"] == "t1"


def test_new_code_makes_the_one_before_worthless(live) -> None:
    hall = live.hall
    for code in ("AAAA2222", "BBBB3333"):
        assert hall.do(terminals.add_code, hall.site, "t1", code, hall.clock()) is None
    first = live.http.post(f"{live.url}/api/v1/enrol", json={"code": "AAAA2222"}, timeout=300)
    assert fault(first)[1] == "wrong_code"


def test_guessing_codes_is_slowed_down(live) -> None:
    codes = [live.http.post(f"{live.url}/api/v1/enrol", json={"code": "ZZZZZZZZ"}, timeout=300) for _ in range(11)]
    assert [answer.status_code for answer in codes] == [403] * 10 + [429]


def test_guesses_at_one_time_are_no_more_than_one_after_the_other(hall) -> None:
    """A guess counts from its beginning, not from its answer."""
    with app_for(hall.store, hall.clock, 5.0) as (app, _), asking(app) as asgi:
        answers = asgi.ask_together(60, wire.ENROL, b'{"code": "ZZZZZZZZ"}')
    statuses = [answer.status for answer in answers]
    assert (statuses.count(403), statuses.count(429)) == (WRONG_PER_MINUTE, 60 - WRONG_PER_MINUTE)


def test_guesses_from_one_ipv6_network_count_together(hall) -> None:
    """One customer has 2^64 addresses."""
    statuses = []
    with app_for(hall.store, hall.clock, 5.0) as (app, _), asking(app) as asgi:
        for n in range(WRONG_PER_MINUTE + 1):
            asgi.address = f"2001:db8::{n:x}"
            statuses.append(asgi.ask("POST", wire.ENROL, body=b'{"code": "ZZZZZZZZ"}').status)
    assert statuses == [403] * WRONG_PER_MINUTE + [429]


def test_whoever_enrols_many_terminals_from_one_address_need_not_wait(live) -> None:
    for n in range(WRONG_PER_MINUTE + 2):
        assert live.enrol("t1", f"ABCDEFG{'23456789ABCDEFGH'[n]}")


def test_failed_guesses_expire_after_a_minute_and_not_by_other_addresses() -> None:
    now = [100.0]
    tries = Tries(lambda: now[0])
    assert [tries.begin("a") for _ in range(WRONG_PER_MINUTE + 1)] == [True] * WRONG_PER_MINUTE + [False]
    for n in range(ADDRESSES_MAX - 1):
        assert tries.begin(f"other {n}")
    assert not tries.begin("a"), "so many addresses are remembered"
    now[0] += 60.1
    assert tries.begin("a")


def test_another_major_version_is_refused(live) -> None:
    answer = live.http.post(f"{live.url}/api/v1/enrol", json={"code": "X", "version": "1.0"}, timeout=300)
    assert fault(answer) == (409, "wrong_version", "$.version")


def test_keys_and_codes_are_kept_as_hashes_only(live) -> None:
    live.hall.store.write_now(lambda c: c.exec_driver_sql("SELECT 1"))
    files = b"".join(path.read_bytes() for path in live.hall.store.path.parent.iterdir() if path.is_file())
    assert live.key.encode() not in files
    assert b"ABCDEFGH" not in files
    assert terminals.secret_hash(live.key).encode() in files


def test_revoked_terminal_is_shut_out_at_once_where_it_was_revoked(live) -> None:
    assert live.get("/queues").status_code == 200
    live.hall.do(terminals.revoke, live.hall.site, "t1", live.hall.clock())
    done = threading.Event()
    for _ in range(60):  # another process may need up to 5 s; here nobody told the key ring
        if live.get("/queues").status_code == 401:
            done.set()
            break
        done.wait(0.1)
    assert done.is_set()


def test_what_became_of_a_ticket_comes_with_the_outbox_alone(live) -> None:
    for path in (f"/tickets/{live.hall.uuid(1)}/cancel", f"/tickets/{live.hall.uuid(1)}/paper"):
        assert live.post(path, {"outcome": "printed"}).status_code == 404


def test_queues_tell_how_many_wait(live) -> None:
    ask(live, 1)
    states = msgspec.json.decode(live.get("/queues").content, type=wire.QueueStates)
    assert (states.at, states.business_day) == ("2026-11-24T12:00:00+01:00", "2026-11-24")
    assert [(queue.id, queue.series, queue.waiting, queue.open) for queue in states.queues] == [
        ("meldung", "A", 1, True),
        ("fahrzeuge", "B", 0, True),
    ]


def test_heartbeat_keeps_the_state_and_brings_news(live) -> None:
    hall = live.hall
    device = {"device": "printer", "kind": "receipt_printer", "state": "needs_attention", "problems": ["paper_out"]}
    beat = {"version": "0.1.0", "catalogue_version": 3, "devices": [device], "notes": ["catalogue_old"]}
    answer = msgspec.json.decode(live.post("/heartbeat", beat).content, type=wire.HeartbeatAnswer)
    life = hall.see(hub_generation.of, hall.site)
    head = str(hall.see(entries.head, hall.site))
    assert answer == wire.HeartbeatAnswer(
        hub_ms=hall.clock(), hub_generation=life.generation, trail_head=head, ledger=wire.LedgerStanding()
    )
    now = hall.see(terminals.terminals_now, hall.site, hall.clock())[0]
    assert (now.name, now.away, now.catalogue_version, now.notes) == ("Terminal 1", False, 3, ("catalogue_old",))
    assert now.devices[0].problems == ("paper_out",)
    assert hall.see(terminals.terminals_now, hall.site, hall.clock.forward(20_000))[0].away
    broken = {**beat, "devices": [{**device, "kind": "toaster"}]}
    assert fault(live.post("/heartbeat", broken)) == (400, "bad_field", "$.devices[0].kind")


def test_heartbeat_tells_the_outbox_the_clock_and_the_open_day(live) -> None:
    hall = live.hall
    hall.ticket()
    owed = {"waiting": 4, "quarantined": 1, "oldest_s": 60, "own_numbers": 3}
    beat = {"version": "0.1.0", "catalogue_version": 0, "generation": "a" * 32, "slot": 3, "outbox": owed}
    answer = live.post("/heartbeat", {**beat, "clock_ms": hall.clock() + 90_000}).json()
    assert (answer["business_day"], answer["orders"], answer["manifest_seq"]) == ("2026-11-24", [], 0)
    (now,) = hall.see(terminals.terminals_now, hall.site, hall.clock())
    assert (now.slot, now.clock_skew_ms, now.outbox) == (3, 90_000, wire.OutboxState(4, 1, 60, 3))
    (slow,) = hall.see(terminals.terminals_now, hall.site, hall.clock() + 10_000)
    assert (slow.slow, slow.away) == (True, False)


def test_only_what_staff_see_of_an_outbox_is_an_event(live) -> None:
    hall = live.hall
    for waiting_ops, own_numbers in ((1, 0), (2, 0), (0, 0), (3, 1), (3, 1)):
        owed = {"waiting": waiting_ops, "own_numbers": own_numbers}
        live.post("/heartbeat", {"version": "0.1.0", "catalogue_version": 0, "outbox": owed})
    told = [e for e in hall.see(events.since, hall.site, 0) if e.kind is events.Kind.TERMINAL]
    assert len(told) == 2 + 2, "added, enrolled, first heard, one number on its way"


def test_slot_and_sync_over_the_wire(live) -> None:
    hall = live.hall
    asked = {"generation": "a" * 32, "machine": "m1"}
    slot = msgspec.json.decode(live.post("/slot", asked).content, type=wire.SlotAnswer)
    assert (slot.slot, slot.business_day, len(slot.slip_key)) == (1, "2026-11-24", 64)
    assert live.post("/slot", asked).json()["slot"] == 1
    assert fault(live.post("/slot", {**asked, "machine": "m2"})) == (409, "cloned_disk", "machine")
    assert fault(live.post("/slot", {**asked, "generation": "A"})) == (400, "bad_field", "$.generation")
    ops = [own(hall, n, hall.uuid(n), n, slot=slot.slot, arrival_ms=hall.clock() + n) for n in range(1, 101)]
    hall.clock.forward(1000)
    body = msgspec.json.encode(wire.SyncRequest("a" * 32, tuple(ops)))
    first = live.call("POST", "/sync", data=body)
    assert first.status_code == 200
    answers = msgspec.json.decode(first.content, type=wire.SyncAnswer).answers
    assert [(a.op, a.status) for a in answers] == [(each.op, 200) for each in ops]
    assert live.call("POST", "/sync", data=body).content == first.content
    assert len(hall.see(waiting.waiting_list, hall.site)) == 100
    many = msgspec.json.encode(wire.SyncRequest("a" * 32, (*ops, ops[0])))
    assert fault(live.call("POST", "/sync", data=many)) == (400, "bad_field", "$.ops")


def test_help_is_kept_once_and_its_taker_is_told_to_the_terminal(live) -> None:
    hall = live.hall
    call = {"id": hall.uuid(50), "lang": "ar", "reason": "asked", "label": "A 001"}
    assert [live.post("/help", call).status_code for _ in range(3)] == [204] * 3
    opened = hall.see(help_calls.standing_calls, hall.site, hall.clock())
    assert [(c.terminal_name, c.reason, c.label, c.lang) for c in opened] == [("Terminal 1", "asked", "A 001", "ar")]
    beat = {"version": "1.0", "catalogue_version": 1}
    assert live.post("/heartbeat", beat).json()["help"] == [], "nobody promised to come"
    hall.store.write_now(
        lambda c: c.exec_driver_sql(
            "INSERT INTO user (site_id, id, login, name, role, password_hash, created_ms)"
            " VALUES ('rathaus', 'u', 'anna', 'Anna', 'clerk', '$argon2id$x', 0)"
        )
    )
    assert hall.do(help_calls.acknowledge, hall.site, hall.uuid(50), "u", hall.clock()) is True
    assert hall.do(help_calls.acknowledge, hall.site, hall.uuid(50), "u", hall.clock()) is False
    assert live.post("/heartbeat", beat).json()["help"] == [{"id": hall.uuid(50), "name": "Anna"}]
    assert hall.do(help_calls.close, hall.site, hall.uuid(50), hall.clock()) is True
    assert live.post("/heartbeat", beat).json()["help"] == []
    assert fault(live.post("/help", {**call, "reason": "device"})) == (400, "bad_field", "$.reason")


@pytest.mark.parametrize("heard_first", [True, False], ids=["called, then withdrawn", "the call comes late"])
def test_who_needs_nobody_after_all_withdraws_the_call(live, heard_first: bool) -> None:
    hall = live.hall
    call = {"id": hall.uuid(51), "lang": "de", "reason": "asked"}
    if heard_first:
        assert live.post("/help", call).status_code == 204
        assert len(hall.see(help_calls.standing_calls, hall.site, hall.clock())) == 1
    assert live.post("/help", {**call, "withdrawn": True}).status_code == 204
    assert live.post("/help", call).status_code == 204
    assert hall.see(help_calls.standing_calls, hall.site, hall.clock()) == []


def catalogue(*services: Service, queues: tuple[Queue, ...] = ()) -> Catalogue:
    return Catalogue(version=0, services=services, queues=queues)


def test_there_is_no_catalogue_without_signature(live) -> None:
    hall = live.hall
    pass_ = Service(id="pass", names={"de": "Reisepass"}, queue="meldung")
    assert hall.do(publishing.publish, hall.site, catalogue(pass_), "test", hall.clock()).version == 1
    found = hall.see(in_force, hall.site)
    assert (found.version, [s.id for s in found.services]) == (1, ["pass"])
    assert [(queue.id, queue.series) for queue in found.queues] == [("meldung", "A"), ("fahrzeuge", "B")]
    assert live.get("/catalogue").status_code == 404


def test_staffs_routing_wins_over_the_catalogue(live) -> None:
    hall = live.hall
    pass_ = Service(id="pass", names={"de": "Reisepass"}, queue="meldung")
    hall.do(publishing.publish, hall.site, catalogue(pass_), "test", hall.clock())
    assert ask(live, 1, "pass").json()["series"] == "A"
    hall.do(queue_settings.route, hall.site, "pass", "fahrzeuge", hall.clock())
    assert ask(live, 2, "pass").json()["series"] == "B"
    assert hall.see(in_force, hall.site).services[0].queue == "fahrzeuge"
    hall.do(publishing.publish, hall.site, catalogue(pass_), "test", hall.clock())
    assert ask(live, 3, "pass").json()["series"] == "B"
    hall.do(publishing.publish, hall.site, catalogue(), "test", hall.clock())
    assert fault(ask(live, 4, "pass")) == (404, "unknown_service", "service")


def test_catalogue_with_a_letter_that_is_taken_is_refused(live) -> None:
    hall = live.hall
    other = Queue(id="bau", series="A", names={"de": "Bauen"})
    answer = hall.do(publishing.publish, hall.site, catalogue(queues=(other,)), "test", hall.clock())
    assert (answer.code, answer.place) == ("name_taken", "queues.bau.series")
    assert hall.see(in_force, hall.site) is None


def test_calls_can_be_polled(live) -> None:
    hall = live.hall
    ask(live, 1)
    start = live.get("/calls").json()
    assert start["calls"] == []
    hall.do(calling.call_next, Act(site=hall.site, counter="p1", op="1", now_ms=hall.clock()))
    calls = msgspec.json.decode(live.get("/calls").content, type=wire.Calls)
    assert [(c.kind, c.label, c.counter, c.at, c.state) for c in calls.calls] == [
        (wire.CallKind.CALL, "A 001", "Platz 1", "2026-11-24T12:00:00+01:00", wire.CallState.NOW)
    ]
    assert calls.whole
    assert calls.seq > start["seq"]
    assert live.get(f"/calls?after={calls.seq}").json()["calls"] == live.get("/calls").json()["calls"], "an older one"


def test_store_that_cannot_save_is_told_and_nothing_is_promised(live) -> None:
    assert requests.get(f"{live.url}/healthz", timeout=300).status_code == 200
    live.hall.store.close()
    assert fault(ask(live))[:2] == (503, "store_failed")
    assert fault(live.post("/heartbeat", {"version": "1", "catalogue_version": 0}))[:2] == (503, "store_failed")
    assert requests.get(f"{live.url}/healthz", timeout=300).status_code == 503
