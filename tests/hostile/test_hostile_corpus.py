"""Hundreds of hostile requests to one real hub, with and without a session: it refuses, and is as it was before."""

import re
import uuid

import pytest
import requests
from lobby.patience import PATIENCE_S, until

from kiosk import wire
from tests.hostile.corpus.model import Hostile, Wanted, get
from tests.hostile.corpus.whole import everything
from tests.hostile.hub_process import AttackedHub, Said

KB = 1024
LIMIT = 256 * KB
"""The largest body that anybody may send."""
BESIDE = 192 * KB
"""What a hub reads from its own database while it looks at one request, and one piece of a request too many."""
GROWTH = 48 * KB * KB
LINES = 100
"""Lines that the log may have after all of them: a limit writes one a minute, whoever gives no sign-in none."""


def test_there_are_enough_of_them_each_with_its_own_name() -> None:
    names = [each.name for each in everything()]
    assert len(names) >= 400
    assert len(set(names)) == len(names)


def fault(case: Hostile, said: Said) -> str:
    """What is wrong with this answer; "" = nothing."""
    if said.status >= 500:
        return f"{said.status}"
    if said.lacks:
        return f"the answer ({said.status}) lacks {said.lacks}"
    if b"Traceback" in said.body or b'File "' in said.body:
        return "it shows a traceback"
    refused = said.status == 0 or said.status >= 400 or said.location == "/signin"
    if case.wanted is Wanted.REFUSED and not refused:
        return f"it was taken ({said.status})"
    if case.wanted is Wanted.ANSWERED and said.status == 0:
        return "there was no answer"
    return f"it leads away ({said.location})" if re.match(r"[a-z]+:|//|/\\", said.location) else ""


@pytest.mark.parametrize("signed_in", [False, True], ids=["stranger", "administrator"])
def test_what_nobody_should_send_is_refused_and_the_hub_is_as_before(hub: AttackedHub, signed_in: bool) -> None:
    for _ in range(50):
        assert hub.ask(get("/board")).status in (200, 303)
    files, memory = hub.open_files(), hub.memory()
    wrong, me = list[str](), hub.me() if signed_in else None
    for case in everything():
        before = hub.read_bytes() if case.over else 0
        if found := fault(case, hub.ask(case.raw, me)):
            wrong.append(f"{case.name}: {found}")
        if case.over and (read := hub.read_bytes() - before) > LIMIT + BESIDE:
            wrong.append(f"{case.name}: {read} bytes were read of {len(case.raw)}")
    assert me is None or me == hub.me(), "no hostile request signs anybody out"
    assert wrong == [], "\n".join(wrong)
    assert "Traceback" not in hub.log(), hub.log()[-3000:]
    assert " bug in " not in hub.log()
    assert len(hub.log().splitlines()) < LINES, hub.log()[-3000:]
    until(lambda: hub.open_files() <= files + 1, "the hub to close what was opened")
    assert hub.memory() - memory < GROWTH
    works(hub)


def works(hub: AttackedHub) -> None:
    """A number and a page."""
    key = {"authorization": f"Bearer {hub.key}"}
    services = requests.get(f"{hub.url}/api/v1/queues", headers=key, timeout=PATIENCE_S).json()["queues"]
    assert services
    page = requests.get(f"{hub.url}/people", cookies={"hub_session": hub.me().token}, timeout=PATIENCE_S)
    assert page.status_code == 200
    assert "Frida Fuchs" in page.text
    ask = {"id": str(uuid.uuid4()), "service": "personalausweis"}
    number = requests.post(f"{hub.url}{wire.TICKETS}", json=ask, headers=key, timeout=PATIENCE_S)
    assert number.status_code == 200, number.text
