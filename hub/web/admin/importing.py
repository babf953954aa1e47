"""Bringing a catalogue by its page: the file comes as the body of one request, goes to the disk and is read beside."""

import re
from typing import Any
from urllib.parse import unquote

import msgspec
from litestar import Response, Router, get, post

from hub.auth.rights import Right
from hub.catalogue.import_runs.messages import Bringer, Done, Faulty, Waits
from hub.catalogue.import_runs.runs import Broken, Run, Stage
from hub.context import Hub, HubContext
from hub.uploads import MB, NoRoom
from hub.web.common import fault_texts, recorded
from hub.web.common.auth_hooks import brings_a_file, needs, staff_only, who
from hub.web.common.page import HEADERS, HubRequest
from hub.web.common.texts import language_of, sayer
from hub.web.common.typed import tidy, unfit

MOST = 512 * MB
"""Bytes that a file may have."""
NAME_MAX = 120
FAULTS_SHOWN = 20
_KINDS: dict[type, str] = {Done: "done", Waits: "waits", Faulty: "faulty", Broken: "broken"}
_AREA = re.compile(r"[0-9]{0,12}\Z", re.ASCII)
_STATUS: dict[NoRoom | Broken, int] = {NoRoom.BUSY: 409, NoRoom.DISK: 507, Broken.CUT: 400, Broken.DISK: 507}


@post("/catalogue/import", opt=brings_a_file(Right.CATALOGUE), request_max_body_size=MOST, status_code=202)
async def bring(request: HubRequest, hub: Hub) -> Response[Any]:
    """The body is the file; headers name it (``x-file-name``, percent-encoded) and the area (``x-area``)."""
    me, area = who(request), request.headers.get("x-area", "")
    if not _AREA.match(area):
        return _refused(request, "area", 422)
    length = request.headers.get("content-length", "")
    if not length.isdigit():
        return _refused(request, "length", 411)
    if not int(length):
        return _refused(request, Broken.CUT, _STATUS[Broken.CUT])
    by = Bringer(me.site, me.name, recorded.whose(request), _name(request.headers.get("x-file-name", "")))
    outcome = await hub.imports.take(by, area, int(length), request.stream())
    if isinstance(outcome, NoRoom):
        return _refused(request, outcome, _STATUS[outcome])
    if isinstance(outcome.result, Broken):
        return _refused(request, outcome.result, _STATUS[outcome.result])
    return _told(outcome, hub.now_ms(), 202)


@get("/catalogue/import", opt=needs(Right.CATALOGUE))
async def how_far(request: HubRequest, hub: Hub) -> Response[Any]:
    """How far the site's import is, for the script of the page."""
    return _told(hub.imports.of(who(request).site), hub.now_ms(), 200)


def shown(hub: HubContext, site: str, lang: str) -> dict[str, Any]:
    """What the catalogue page shows of the site's import that goes on, or ended last."""
    run = hub.imports.of(site)
    faults = run.result.faults if run is not None and isinstance(run.result, Faulty) else ()
    return {
        "run": run,
        "result": _KINDS.get(type(run.result), "") if run else "",
        "seconds": _seconds(run, hub.now_ms()),
        "most": MOST,
        "most_mb": MOST // MB,
        "faults": fault_texts.told(faults[:FAULTS_SHOWN], lang),
        "faults_shown": FAULTS_SHOWN,
    }


def _seconds(run: Run | None, now_ms: int) -> int:
    """For how long it goes on."""
    return max(0, now_ms - run.begun_ms) // 1000 if run else 0


def _told(run: Run | None, now_ms: int, status: int) -> Response[Any]:
    stage = run.stage if run else Stage.ENDED
    return _json({"stage": stage, "seconds": _seconds(run, now_ms)}, status)


def _refused(request: HubRequest, word: str, status: int) -> Response[Any]:
    return _json({"fault": sayer(language_of(request))(f"import.fault.{word}")}, status)


def _json(body: dict[str, Any], status: int) -> Response[Any]:
    return Response(msgspec.json.encode(body), status_code=status, media_type="application/json", headers=HEADERS)


def _name(given: str) -> str:
    """The file's name as pages and lists show it."""
    name = tidy(unquote(given).replace("\\", "/").rpartition("/")[2])[:NAME_MAX]
    return name if name and unfit(name, NAME_MAX) is None else "file"


routers = [Router("/", route_handlers=[bring, how_far], before_request=staff_only)]
