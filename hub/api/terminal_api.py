"""What terminals ask: enrol, slot, sync, queues, heartbeat, help, calls (numbers: ``number``)."""

import secrets
from contextlib import suppress
from functools import partial

import msgspec
from litestar import Router, get, post
from litestar.response import Stream
from sqlalchemy import Connection

from hub import hub_generation
from hub.api import http
from hub.api.described import says
from hub.api.http import Answer, ApiError, HubRequest, json_response, read, refusal, terminal
from hub.catalogue.content import misses
from hub.catalogue.publication import signing
from hub.connections.origins import origin_of
from hub.connections.proof import own_stream
from hub.context import Hub
from hub.errors import Refused
from hub.fleet import help_calls, orders, terminals
from hub.fleet.terminals import Known
from hub.ledger import entries
from hub.live import sse
from hub.live.stream_rights import ByKey
from hub.reports import permissions, slip_status
from hub.reports.apply import Teller, apply_all
from hub.reports.permissions import Key
from hub.sites import sites
from hub.store.faults import StoreFailed
from hub.tickets import ahead, slots, waiting
from hub.tickets.business_day import last_arrival, open_day
from hub.tickets.clock_change import closed_ahead
from hub.tickets.issue import NORMAL
from hub.tickets.model import local_iso
from hub.trail.entries import Note, Who, append
from hub.trail.words import What
from kiosk import wire

SYNC_MAX = 4 * http.BODY_MAX
"""Bytes; a hundred operations with every text as long as it may be have half of it."""

_enrol = msgspec.json.Decoder(wire.EnrolRequest)
_heartbeat = msgspec.json.Decoder(wire.Heartbeat)
_help = msgspec.json.Decoder(wire.HelpRequest)
_slot = msgspec.json.Decoder(wire.SlotRequest)
_standing = msgspec.json.Decoder(wire.StandingRequest)
_sync = msgspec.json.Decoder(wire.SyncRequest)


@get(wire.CA, opt=says(gives=wire.Authority, key=False, refuses=(404,)))
async def ca(hub: Hub) -> Answer:
    """The certificate of the authority that vouches for this hub; the terminal compares it with its enrolment code."""
    if not hub.ca:
        raise ApiError(404, wire.Fault(code="no_encryption", message="This hub speaks without encryption."))
    return json_response(wire.Authority(pem=hub.ca))


@post(
    wire.ENROL,
    status_code=200,
    opt=says(takes=wire.EnrolRequest, gives=wire.EnrolAnswer, key=False, refuses=(403, 404, 409, 429)),
)
async def enrol(request: HubRequest, hub: Hub) -> Answer:
    """A one-time code for a key."""
    address = request.client.host if request.client else ""
    origin = origin_of(address)
    body = await read(request, _enrol)
    if body.version.partition(".")[0] != wire.VERSION.partition(".")[0]:
        text = f"This hub speaks version {wire.VERSION}; install the same major version on the terminal."
        raise ApiError(409, wire.Fault(code="wrong_version", message=text, place="$.version"))
    if not hub.enrol_tries.begin(origin):
        raise ApiError(429, wire.Fault(code="too_many_tries", message="Wait a minute, then try again."))
    key = secrets.token_urlsafe(32)
    now_ms = hub.now_ms()

    def join(connection: Connection) -> Known | Refused:
        found = terminals.enrol(connection, body.code, terminals.secret_hash(key), body.machine, now_ms)
        if isinstance(found, Known):
            by = Who(found.id, found.name, "terminal", address)
            append(connection, Note(site=found.site, who=by, what=What.TERMINAL_ENROLLED, now_ms=now_ms), found.name)
        return found

    found = await hub.store.write(join)
    if isinstance(found, Refused):
        return refusal(found)
    hub.enrol_tries.was_no_guess(origin)
    hub.keys.forget()
    site = next(site for site in await hub.store.read(sites) if site.id == found.site)
    return json_response(
        wire.EnrolAnswer(
            terminal=found.id,
            name=found.name,
            key=key,
            site=site.id,
            town=site.town,
            site_name=site.name,
            timezone=site.timezone,
            base_url=site.base_url,
            signers=await hub.store.read(partial(signing.public_keys, site=site.id)),
        )
    )


@post(wire.SLOT, status_code=200, opt=says(takes=wire.SlotRequest, gives=wire.SlotAnswer, refuses=(409,)))
async def slot(request: HubRequest, hub: Hub) -> Answer:
    """The slot of a terminal's database, for numbers of its own."""
    known = await terminal(request, hub)
    body = await read(request, _slot)
    wanted = slots.Wanted(
        site=known.site, terminal=known.id, generation=body.generation, machine=body.machine, now_ms=hub.now_ms()
    )
    joined = await hub.store.write(lambda c: slots.join(c, wanted))
    if isinstance(joined, Refused):
        return refusal(joined)
    return json_response(
        wire.SlotAnswer(
            slot=joined.slot,
            slip_key=joined.slip_key.hex(),
            business_day=joined.day,
            hub_generation=joined.hub_generation,
        )
    )


@post(
    wire.SYNC,
    status_code=200,
    request_max_body_size=SYNC_MAX,
    opt=says(takes=wire.SyncRequest, gives=wire.SyncAnswer),
)
async def sync(request: HubRequest, hub: Hub) -> Answer:
    """What happened at the terminal: an answer for each operation."""
    known = await terminal(request, hub)
    body = await read(request, _sync)
    teller = Teller(known, hub.now_ms(), lambda: secrets.token_hex(16), body.generation)
    return json_response(wire.SyncAnswer(await hub.store.write(lambda c: apply_all(c, teller, body.ops))))


@post(
    wire.STANDING,
    status_code=200,
    opt=says(takes=wire.StandingRequest, gives=wire.StandingAnswer, refuses=(404, 409, 410, 422)),
)
async def standing_of(request: HubRequest, hub: Hub) -> Answer:
    """How the number on a slip stands that is held before the terminal."""
    known, now_ms = await terminal(request, hub), hub.now_ms()
    body, key = await read(request, _standing), Key(known.site, known.id)
    if bool(body.token) == bool(body.slip):
        raise ApiError(400, wire.Fault(code="bad_field", message="Send a token or a slip.", place="$"))
    if body.token:
        found = await hub.store.read(partial(slip_status.by_token, site=known.site, token=body.token, now_ms=now_ms))
    else:
        token = hub.tokens.draw()
        found = await hub.store.write(lambda c: _by_slip(c, key, body.slip, token, now_ms))
    if isinstance(found, wire.StandingAnswer) and found.standing().may_be_given_back:
        with suppress(StoreFailed):  # the answer says all the same how the number stands
            await hub.store.write(partial(permissions.note_shown, key=key, ident=found.id, now_ms=now_ms))
    return refusal(found) if isinstance(found, Refused) else json_response(found)


def _by_slip(connection: Connection, key: Key, slip: str, token: str, now_ms: int) -> wire.StandingAnswer | Refused:
    found = slip_status.by_slip(connection, key.site, slip, token, now_ms)
    if isinstance(found, Refused):
        permissions.tell_staff(connection, key, found, now_ms)
    return found


@get(wire.QUEUES, opt=says(gives=wire.QueueStates))
async def queues(request: HubRequest, hub: Hub) -> Answer:
    """How many wait where."""
    known = await terminal(request, hub)
    timezone, day, found, before = await hub.store.read(
        lambda c: (
            waiting.timezone_of(c, known.site),
            open_day(c, known.site) or "",
            waiting.queues_now(c, known.site),
            ahead.before_new(c, known.site, NORMAL),
        )
    )
    states = tuple(
        wire.QueueState(id=q.id, series=q.series, waiting=q.waiting, open=q.open, ahead=before[q.id]) for q in found
    )
    return json_response(wire.QueueStates(at=local_iso(hub.now_ms(), timezone), business_day=day, queues=states))


@post(wire.HEARTBEAT, status_code=200, opt=says(takes=wire.Heartbeat, gives=wire.HeartbeatAnswer))
async def heartbeat(request: HubRequest, hub: Hub) -> Answer:
    """How the terminal is; what the hub has to say in return."""
    known = await terminal(request, hub)
    body = await read(request, _heartbeat)
    now_ms = hub.now_ms()

    hub.clock.heard(known.id, body.clock_ms)

    def hear(connection: Connection) -> tuple[wire.Order, ...]:
        terminals.heard(connection, known, body, now_ms)
        misses.take(connection, known.site, known.id, body.missed, now_ms)
        return orders.due(connection, known.site, known.id, now_ms)

    told = await hub.store.write(hear)
    seq = hub.published.seq(known.site)
    news = await hub.store.read(lambda c: _news(c, known, now_ms))
    later_ms = news.hub_ms - now_ms
    told = tuple(msgspec.structs.replace(order, expires_ms=order.expires_ms + later_ms) for order in told)
    head = await hub.trail_heads.today(known.site, now_ms)
    return json_response(msgspec.structs.replace(news, manifest_seq=seq, orders=told, trail_head=head))


def _news(connection: Connection, known: Known, now_ms: int) -> wire.HeartbeatAnswer:
    """``hub_ms`` is what arrivals are counted by: when our clock was set back it waits for those who were before."""
    return wire.HeartbeatAnswer(
        ledger=entries.standing(connection, known.site, known.id),
        hub_ms=max(now_ms, last_arrival(connection, known.site)),
        business_day=open_day(connection, known.site) or "",
        hub_generation=hub_generation.of(connection, known.site).generation,
        closed_days=closed_ahead(connection, known.site),
        help=help_calls.taken(connection, known.site, known.id, now_ms),
    )


@post(wire.HELP, status_code=200, opt=says(takes=wire.HelpRequest))
async def ask_help(request: HubRequest, hub: Hub) -> Answer:
    """A visitor asks for a person, or needs nobody after all. 204."""
    known = await terminal(request, hub)
    body = await read(request, _help)
    call = help_calls.HelpCall(
        id=body.id,
        terminal=known.id,
        terminal_name=known.name,
        place="",
        reason=body.reason,
        lang=body.lang,
        label=body.label,
        opened_ms=hub.now_ms(),
    )
    keep = help_calls.withdraw if body.withdrawn else help_calls.open_help
    await hub.store.write(lambda c: keep(c, known.site, call))
    return json_response()


@get(wire.CALLS, opt=says(gives=wire.Calls))
async def calls(request: HubRequest, hub: Hub) -> Answer:
    """Who is called now: the fall-back where streams do not get through."""
    known = await terminal(request, hub)
    return json_response(await hub.called.read(known.site))


@get(wire.CALLS_STREAM, opt=says(kind="text/event-stream"))
async def calls_stream(request: HubRequest, hub: Hub) -> Stream:
    """The same as a stream: whenever it changes."""
    known = await terminal(request, hub)
    own_stream(request.scope, known.id)
    timezone = await hub.store.read(partial(waiting.timezone_of, site=known.site))
    right = ByKey(http.key_hash(request.headers.get("authorization", "")))
    return sse.calls(hub.feed, hub.called, known.site, timezone, hub.now_ms, right=right)


router = Router(
    path="/",
    route_handlers=[
        ca,
        enrol,
        slot,
        sync,
        queues,
        standing_of,
        heartbeat,
        ask_help,
        calls,
        calls_stream,
    ],
    request_max_body_size=http.BODY_MAX,
    exception_handlers=http.HANDLERS,
)
