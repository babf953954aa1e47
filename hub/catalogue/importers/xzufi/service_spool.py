"""Services spooled to a temporary file while an import is read, with a small index in memory."""

import tempfile
from typing import IO

import msgspec

from kiosk.catalogue.model import Service

Slot = tuple[int, int]
"""Offset and length."""


class ServiceSpool:
    """Keeps services on the disk. ``put`` gives a slot, ``get`` the service in it."""

    def __init__(self) -> None:
        self._file: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 - lives as long as the draft made of it
        self._end = 0
        self._decode = msgspec.json.Decoder(Service).decode

    def put(self, service: Service) -> Slot:
        """Keep a service."""
        body = msgspec.json.encode(service)
        self._file.seek(self._end)
        self._file.write(body)
        slot = (self._end, len(body))
        self._end += len(body)
        return slot

    def get(self, slot: Slot) -> Service:
        """A service that was kept."""
        self._file.seek(slot[0])
        return self._decode(self._file.read(slot[1]))

    def __del__(self) -> None:
        self._file.close()
