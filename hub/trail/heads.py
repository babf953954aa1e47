"""The head that terminals are given to keep: one a day and site, drawn when the first of them asks."""

from functools import partial

from hub.store.engine import Store
from hub.trail import entries

DAY_MS = 24 * 3600 * 1000


class DailyHeads:
    """The head of each site for today (the day of UTC). For the event loop's thread only."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._drawn: dict[str, tuple[int, str]] = {}

    async def today(self, site: str, now_ms: int) -> str:
        """``SEQ:HASH`` of the newest entry when this day (or this run of the hub) began; "" while there is none.

        The same text with every heartbeat: a terminal that was away in the morning gets it all the same.
        """
        day = now_ms // DAY_MS
        drawn, text = self._drawn.get(site, (-1, ""))
        if drawn != day or not text:
            head = await self._store.read(partial(entries.head, site=site))
            text = str(head) if head.seq else ""
            self._drawn[site] = (day, text)
        return text
