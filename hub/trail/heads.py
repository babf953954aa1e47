"""The head that terminals are given to keep: one a day and site, drawn when the first of them asks."""

from datetime import datetime
from functools import partial
from zoneinfo import ZoneInfo

from hub.store.engine import Store
from hub.trail import entries


class DailyHeads:
    """The head of each site for today. For the event loop's thread only."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._drawn: dict[str, tuple[str, str]] = {}

    async def today(self, site: str, timezone: str, now_ms: int) -> str:
        """``SEQ:HASH`` of the newest entry when this day (or this run of the hub) began; "" while there is none."""
        day = datetime.fromtimestamp(now_ms / 1000, ZoneInfo(timezone)).date().isoformat()
        drawn, text = self._drawn.get(site, ("", ""))
        if drawn != day or not text:
            head = await self._store.read(partial(entries.head, site=site))
            text = str(head) if head.seq else ""
            self._drawn[site] = (day, text)
        return text
