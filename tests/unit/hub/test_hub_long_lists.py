"""Pages with forms stay short, whatever has gathered in the hub."""

from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest
from sqlalchemy import Connection

from hub.auth import people
from hub.fleet import terminals
from hub.store.enums import Role
from hub.web.admin.people import SHOWN
from hub.web.admin.terminals import REVOKED_SHOWN
from tests.unit.hub.test_hub_pages import KEPT, SITE, Browser


@pytest.fixture
def browser(live: Any) -> Iterator[Browser]:
    add = partial(people.add, role=Role.ADMINISTRATOR, kept=KEPT, now_ms=live.hall.clock())
    assert live.hall.do(add, SITE, "u1", "frida", "Frida")
    browser = Browser(live.url)
    assert browser.sign_in("frida").status_code == 303
    yield browser
    browser.http.close()


def test_many_people_are_found_by_name(live: Any, browser: Browser) -> None:
    def fill(connection: Connection) -> None:
        add = partial(people.add, connection, SITE, role=Role.CLERK, kept=KEPT, now_ms=live.hall.clock())
        for n in range(SHOWN + 30):
            assert add(f"p{n}", f"clerk{n:03}", f"Person {n:03}")

    live.hall.store.write_now(fill)
    page = browser.get("/people").text
    assert page.count('action="/people/p') <= 3 * SHOWN
    assert "Suchen Sie genauer" in page
    assert "Person 129" not in page
    found = browser.get("/people?q=person 129").text
    assert "Person 129" in found
    assert "Person 001" not in found


def test_revoked_terminals_do_not_pile_up_on_the_page(live: Any, browser: Browser) -> None:
    def fill(connection: Connection) -> None:
        for n in range(REVOKED_SHOWN + 7):
            assert terminals.add_terminal(connection, SITE, f"old{n}", f"Alt {n:02}", live.hall.clock()) is None
            terminals.revoke(connection, SITE, f"old{n}", live.hall.clock() + n)
        assert terminals.add_terminal(connection, SITE, "zz", "Zuletzt", live.hall.clock()) is None

    live.hall.store.write_now(fill)
    page = browser.get("/terminals").text
    assert page.count('id="t-old') == REVOKED_SHOWN
    assert "7 weitere abgemeldete Terminals" in page
    assert "Zuletzt" in page
    assert "Alt 26" in page, "whoever was revoked last"
