"""``kiosk hub limits``: the limits that a hub started here and now would keep."""

import sys

from hub.app import app_over
from hub.connections.declared import with_routes
from hub.connections.figures import rows
from hub.connections.limits import limits_here
from hub.web.common.texts import sayer


def run_limits(lang: str) -> int:
    """Print them, one a line; returns 0."""
    say = sayer(lang)
    limits = with_routes(limits_here(), app_over(None))
    found = [(say(f"limit.{each.key}"), say(f"limit_value.{each.kind}", **each.values)) for each in rows(limits)]
    width = max(len(name) for name, _ in found)
    sys.stdout.write("".join(f"{name:<{width}}  {value}\n" for name, value in found))
    return 0
