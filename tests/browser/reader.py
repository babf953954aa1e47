"""A barcode reader at the desk: a keyboard whose keys carry times of their own, however busy the machine is."""

import time
from collections.abc import Mapping

from playwright.sync_api import Page

KEY_S = 0.005


def scan(page: Page, code: str, rests: Mapping[int, float] | None = None) -> None:
    """Strike the code's keys where the focus is; ``rests``: seconds before the key at this place of the code."""
    line = page.context.new_cdp_session(page)
    at = time.time()
    for place, key in enumerate(code):
        at += (rests or {}).get(place, KEY_S)
        for act in ({"type": "keyDown", "text": key}, {"type": "keyUp"}):
            line.send("Input.dispatchKeyEvent", act | {"key": key, "timestamp": at})
    line.detach()
