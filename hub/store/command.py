"""A command at the machine that works on a hub's database, beside a running hub or without."""

from collections.abc import Callable
from pathlib import Path

from hub.store.engine import Store
from hub.store.faults import StoreFailed, StoreRefused
from hub.store.opening import DATABASE, lost, open_store


def on_store(data: Path, act: Callable[[Store], int], refuse: Callable[[str], int]) -> int:
    """Do ``act`` on the store of this data folder and close it; returns the exit code of ``act``, or of ``refuse``,
    which says why there is nothing to work on."""
    if not (data / DATABASE).exists():
        return refuse(lost(data) or f"There is no hub in {data}. Name its folder with --data.")
    try:
        store = open_store(data)
    except StoreRefused as fault:
        return refuse(str(fault))
    try:
        return act(store)
    except StoreFailed as fault:
        return refuse(str(fault))
    finally:
        store.close()
