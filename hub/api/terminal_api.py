"""What terminals ask: enrol, slot, sync, queues, heartbeat, help, calls (numbers: ``number``)."""

import secrets
from contextlib import suppress
from functools import partial

import msgspec
from litestar import Router, get, post
from litestar.response import Stream
from sqlalchemy import Connection

from hub import streams
from hub.api import wiring
from hub.api.described import says
from hub.api.wiring import Answer, Asked, Turned, done, read, refusal, terminal
from hub.catalogue import misses, signing
from hub.connections.proof import own_stream
from hub.hall import Hall
from hub.queues import ahead, entitled, help, instance, orders, slots, standing, terminals, waiting
from hub.queues.clock_set import closed_ahead
from hub.queues.days import last_arrival, open_day
from hub.queues.entitled import Key
from hub.queues.issue import NORMAL
from hub.queues.refusals import Refused
from hub.queues.sync import Teller, apply_all
from hub.queues.terminals import Known
from hub.queues.tickets import local_iso
from hub.sites import sites
from hub.store.faults import StoreFailed
from hub.stream_rights import ByKey
from hub.trail.entries import Note, Who, append
from hub.trail.words import What
from kiosk import wire

SYNC_MAX = 4 * wiring.BODY_MAX
"""Bytes; a hundred operations with every text as long as it may be have half of it."""

_enrol = msgspec.json.Decoder(wire.EnrolRequest)
_heartbeat = msgspec.json.Decoder(wire.Heartbeat)
_help = msgspec.json.Decoder(wire.HelpRequest)
_slot = msgspec.json.Decoder(wire.SlotRequest)
_standing = msgspec.json.Decoder(wire.StandingRequest)
_sync = msgspec.json.Decoder(wire.SyncRequest)


@get(wire.CA, opt=says(gives=wire.Authority, key=False, refuses=(404,)))
async def ca(hall: Hall) -> Answer:
    """The certificate of the authority that vouches for this hub; the terminal compares it with its enrolment code."""
    if not hall.ca:
        raise Turned(404, wire.Fault(code="no_encryption", message="This hub speaks without encryption."))
    return done(wire.Authority(pem=hall.ca))


@post(
    wire.ENROL,
    status_code=200,
    opt=says(takes=wire.EnrolRequest, gives=wire.EnrolAnswer, key=False, refuses=(403, 404, 409, 429)),
)
async def enrol(request: Asked, hall: Hall) -> Answer:
    """A one-time code for a key."""
    address = request.client.host if request.client else ""
    body = await read(request, _enrol)
    if body.version.partition(".")[0] != wire.VERSION.partition(".")[0]:
        text = f"This hub speaks version {wire.VERSION}; install the same major version on the terminal."
        raise Turned(409, wire.Fault(code="wrong_version", message=text, place="$.version"))
    if not hall.enrol_tries.begin(address):
        raise Turned(429, wire.Fault(code="too_many_tries", message="Wait a minute, then try again."))
    key = secrets.token_urlsafe(32)
    now_ms = hall.now_ms()

    def join(connection: Connection) -> Known | Refused:
        found = terminals.enrol(connection, body.code, terminals.secret_hash(key), body.machine, now_ms)
        if isinstance(found, Known):
            by = Who(found.id, found.name, "terminal", address)
            append(connection, Note(site=found.site, who=by, what=What.TERMINAL_ENROLLED, now_ms=now_ms), found.name)
        return found

    found = await hall.store.write(join)
    if isinstance(found, Refused):
        return refusal(found)
    hall.enrol_tries.was_no_guess(address)
    hall.keys.forget()
    site = next(site for site in await hall.store.read(sites) if site.id == found.site)
    return done(
        wire.EnrolAnswer(
            terminal=found.id,
            name=found.name,
            key=key,
            site=site.id,
            town=site.town,
            site_name=site.name,
            timezone=site.timezone,
            base_url=site.base_url,
            signers=await hall.store.read(partial(signing.public_keys, site=site.id)),
        )
    )


@post(wire.SLOT, status_code=200, opt=says(takes=wire.SlotRequest, gives=wire.SlotAnswer, refuses=(409,)))
async def slot(request: Asked, hall: Hall) -> Answer:
    """The slot of a terminal's database, for numbers of its own."""
    known = await terminal(request, hall)
    body = await read(request, _slot)
    wanted = slots.Wanted(
        site=known.site, terminal=known.id, generation=body.generation, machine=body.machine, now_ms=hall.now_ms()
    )
    joined = await hall.store.write(lambda c: slots.join(c, wanted))
    if isinstance(joined, Refused):
        return refusal(joined)
    return done(
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
async def sync(request: Asked, hall: Hall) -> Answer:
    """What happened at the terminal: an answer for each operation."""
    known = await terminal(request, hall)
    body = await read(request, _sync)
    teller = Teller(known, hall.now_ms(), lambda: secrets.token_hex(16), body.generation)
    return done(wire.SyncAnswer(await hall.store.write(lambda c: apply_all(c, teller, body.ops))))


@post(
    wire.STANDING,
    status_code=200,
    opt=says(takes=wire.StandingRequest, gives=wire.StandingAnswer, refuses=(404, 409, 410, 422)),
)
async def standing_of(request: Asked, hall: Hall) -> Answer:
    """How the number on a slip stands that is held before the terminal."""
    known, now_ms = await terminal(request, hall), hall.now_ms()
    body, key = await read(request, _standing), Key(known.site, known.id)
    if bool(body.token) == bool(body.slip):
        raise Turned(400, wire.Fault(code="bad_field", message="Send a token or a slip.", place="$"))
    if body.token:
        found = await hall.store.read(partial(standing.by_token, site=known.site, token=body.token, now_ms=now_ms))
    else:
        token = hall.tokens.draw()
        found = await hall.store.write(lambda c: _by_slip(c, key, body.slip, token, now_ms))
    if isinstance(found, wire.StandingAnswer) and found.standing().may_be_given_back:
        with suppress(StoreFailed):  # how the number stands is told all the same
            await hall.store.write(partial(entitled.note_shown, key=key, ident=found.id, now_ms=now_ms))
    return refusal(found) if isinstance(found, Refused) else done(found)


def _by_slip(connection: Connection, key: Key, slip: str, token: str, now_ms: int) -> wire.StandingAnswer | Refused:
    found = standing.by_slip(connection, key.site, slip, token, now_ms)
    if isinstance(found, Refused):
        entitled.tell_staff(connection, key, found, now_ms)
    return found


@get(wire.QUEUES, opt=says(gives=wire.QueueStates))
async def queues(request: Asked, hall: Hall) -> Answer:
    """How many wait where."""
    known = await terminal(request, hall)
    timezone, day, found, before = await hall.store.read(
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
    return done(wire.QueueStates(at=local_iso(hall.now_ms(), timezone), business_day=day, queues=states))


@post(wire.HEARTBEAT, status_code=200, opt=says(takes=wire.Heartbeat, gives=wire.HeartbeatAnswer))
async def heartbeat(request: Asked, hall: Hall) -> Answer:
    """How the terminal is; what the hub has to say in return."""
    known = await terminal(request, hall)
    body = await read(request, _heartbeat)
    now_ms = hall.now_ms()

    hall.clock.heard(known.id, body.clock_ms)

    def hear(connection: Connection) -> tuple[wire.Order, ...]:
        terminals.heard(connection, known, body, now_ms)
        misses.take(connection, known.site, known.id, body.missed, now_ms)
        return orders.due(connection, known.site, known.id, now_ms)

    told = await hall.store.write(hear)
    seq = hall.showcase.seq(known.site)
    news = await hall.store.read(lambda c: _news(c, known, now_ms))
    later_ms = news.hub_ms - now_ms
    told = tuple(msgspec.structs.replace(order, expires_ms=order.expires_ms + later_ms) for order in told)
    head = await hall.trail_heads.today(known.site, now_ms)
    return done(msgspec.structs.replace(news, manifest_seq=seq, orders=told, trail_head=head))


def _news(connection: Connection, known: Known, now_ms: int) -> wire.HeartbeatAnswer:
    """``hub_ms`` is what arrivals are counted by: when our clock was set back it waits for those who were before."""
    return wire.HeartbeatAnswer(
        hub_ms=max(now_ms, last_arrival(connection, known.site)),
        business_day=open_day(connection, known.site) or "",
        hub_generation=instance.of(connection, known.site).generation,
        closed_days=closed_ahead(connection, known.site),
        help=help.taken(connection, known.site, known.id, now_ms),
    )


@post(wire.HELP, status_code=200, opt=says(takes=wire.HelpRequest))
async def ask_help(request: Asked, hall: Hall) -> Answer:
    """A visitor asks for a person, or needs nobody after all. 204."""
    known = await terminal(request, hall)
    body = await read(request, _help)
    call = help.HelpCall(
        id=body.id,
        terminal=known.id,
        terminal_name=known.name,
        place="",
        reason=body.reason,
        lang=body.lang,
        label=body.label,
        opened_ms=hall.now_ms(),
    )
    keep = help.withdraw if body.withdrawn else help.open_help
    await hall.store.write(lambda c: keep(c, known.site, call))
    return done()


@get(wire.CALLS, opt=says(gives=wire.Calls))
async def calls(request: Asked, hall: Hall) -> Answer:
    """Who is called now: the fall-back where streams do not get through."""
    known = await terminal(request, hall)
    return done(await hall.called.read(known.site))


@get(wire.CALLS_STREAM, opt=says(kind="text/event-stream"))
async def calls_stream(request: Asked, hall: Hall) -> Stream:
    """The same as a stream: whenever it changes."""
    known = await terminal(request, hall)
    own_stream(request.scope, known.id)
    timezone = await hall.store.read(partial(waiting.timezone_of, site=known.site))
    right = ByKey(wiring.key_hash(request.headers.get("authorization", "")))
    return streams.calls(hall.feed, hall.called, known.site, timezone, hall.now_ms, right=right)


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
    request_max_body_size=wiring.BODY_MAX,
    exception_handlers=wiring.HANDLERS,
)
