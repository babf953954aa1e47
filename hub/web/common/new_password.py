"""Reading a new password from a form: typed twice, and nothing that whoever guesses tries first."""

from hub.auth.passwords import complaint
from hub.context import Hub
from hub.sites import sites
from hub.web.common import forms


def read_password(form: forms.Form, *context: str) -> str:
    """A password good enough, typed twice. ``context``: words it may not consist of (login, name, town, town hall)."""
    password = form.value("password")
    if word := complaint(password, context):
        form.fault("password", word)
    elif password != form.value("again"):
        form.fault("again", "fault.again")
    return password


async def about_hall(hub: Hub) -> list[str]:
    """Words that everybody who guesses knows."""
    return [word for site in await hub.store.read(sites) for word in (site.town, site.name)]
