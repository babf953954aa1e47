"""What stands above the desk's columns when the hub is not well: it does not save, or its clock is in doubt.

Staff answer what the hub asks about its clock; how they are asked: ``hub.clock``.
"""

from datetime import date, datetime
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
from litestar import Response, Router, post
from litestar.params import FromPath
from sqlalchemy import Connection

from hub import site_time
from hub.auth.rights import Right
from hub.clock import Doubt
from hub.context import Hub, believe
from hub.store.faults import Trouble
from hub.tickets import clock_change
from hub.trail.entries import append
from hub.trail.words import What
from hub.web.common import forms, recorded
from hub.web.common.auth_hooks import needs, staff_only, who
from hub.web.common.page import HubRequest, render

HELP = needs(Right.HELP)


class DoubtShown(msgspec.Struct, frozen=True):
    """Both times as people read them; ``wall`` is the machine's date, ISO 8601, and goes back with the answer."""

    wall: str
    wall_date: str
    wall_time: str
    here_date: str
    here_time: str
    dismissed: bool


class AheadShown(msgspec.Struct, frozen=True):
    """``today`` ISO 8601, and both dates as people read them."""

    today: str
    day_date: str
    today_date: str


class Alerts(msgspec.Struct, frozen=True):
    """What is to be said; None = nothing."""

    trouble: Trouble | None
    doubt: DoubtShown | None
    ahead: AheadShown | None


async def look(request: HubRequest, hub: Hub) -> Alerts:
    """As of now, for the site of whoever is signed in."""
    site, now_ms, doubt = who(request).site, hub.now_ms(), hub.clock.doubt()

    def read(connection: Connection) -> tuple[str, clock_change.DayAhead | None]:
        return site_time.zone_of(connection, site), clock_change.ahead(connection, site, now_ms)

    zone, ahead = await hub.store.read(read)
    shown = None if ahead is None or doubt is not None else AheadShown(ahead.today, _day(ahead.day), _day(ahead.today))
    return Alerts(hub.store.trouble, None if doubt is None else _doubt(doubt, zone), shown)


@post("/desk/clock/{word:str}", opt=HELP)
async def answer(request: HubRequest, hub: Hub, word: FromPath[str]) -> Response[Any]:
    """What staff say of the clock: ``right``, ``wrong``, or ``close``: the open day is ahead and is to be closed.

    An answer to a question that stands no more (the date on the button is another one) does nothing.
    """
    wall, now_ms, site = (await forms.read(request)).value("date"), hub.now_ms(), who(request).site
    asked = (await look(request, hub)).doubt
    if asked is not None and asked.wall == wall and word == "right":
        await believe(hub, recorded.whose(request))
    elif asked is not None and word == "wrong":
        hub.clock.dismiss()
        note = recorded.note(request, hub, What.CLOCK_SET)
        await hub.store.write(partial(append, note=note, after={"clock": "wrong", "date": wall}))
    elif asked is None and word == "close":
        do = partial(clock_change.close_ahead, site=site, today=wall, now_ms=now_ms)
        await recorded.write_done(request, hub, What.CLOCK_SET, do, done=bool, after={"day": wall})
    return render(request, "desk_alerts_part.html", alerts=await look(request, hub))


def _doubt(doubt: Doubt, zone: str) -> DoubtShown:
    wall, here = (datetime.fromtimestamp(ms / 1000, ZoneInfo(zone)) for ms in (doubt.wall_ms, doubt.now_ms))
    return DoubtShown(
        wall=wall.date().isoformat(),
        wall_date=f"{wall:%d.%m.%Y}",
        wall_time=f"{wall:%H:%M}",
        here_date=f"{here:%d.%m.%Y}",
        here_time=f"{here:%H:%M}",
        dismissed=doubt.dismissed,
    )


def _day(day: str) -> str:
    return f"{date.fromisoformat(day):%d.%m.%Y}"


routers = [Router("/", route_handlers=[answer], before_request=staff_only)]
