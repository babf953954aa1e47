"""A small hub on a socket that speaks heartbeat, slot and sync; what it answers may be set while it runs."""

import socket
import time
from collections.abc import Callable

import msgspec

from kiosk import wire
from tests.unit.offline_cache.cache_helpers import DAY, HUB, slot_answer
from tests.unit.offline_cache.peers import answer


def ok(body: object) -> bytes:
    return answer("200 OK", msgspec.json.encode(body))


def fault(status: str, code: str) -> bytes:
    return answer(status, msgspec.json.encode(wire.Fault(code=code, message="")))


class SyncPeer:
    """Give ``play`` to ``peers.peer``."""

    def __init__(self) -> None:
        self.away = False
        """Answers nothing but 500."""
        self.day, self.generation, self.slot_no, self.hub_ms = DAY, HUB, 3, 0
        self.slot_fault: bytes = b""
        self.sync_reply: bytes = b""
        """Instead of an answer for each operation."""
        self.status_of: Callable[[wire.Op], int] = lambda op: 200
        self.heard: list[wire.Op] = []
        """Operations in the order they were applied, each once."""
        self.batches: list[wire.SyncRequest] = []
        self.beats: list[wire.Heartbeat] = []
        self.slots: list[wire.SlotRequest] = []

    @property
    def told(self) -> list[tuple[str, str]]:
        return [(op.lane, op.kind) for op in list(self.heard)]

    def play(self, connection: socket.socket, request: bytes, number: int) -> None:
        line, _, rest = request.partition(b"\r\n")
        connection.sendall(self._reply(line.split()[1].decode(), rest.partition(b"\r\n\r\n")[2]))

    def _reply(self, path: str, body: bytes) -> bytes:
        if self.away:
            return answer("500 Oops")
        if path == wire.HEARTBEAT:
            self.beats.append(msgspec.json.decode(body, type=wire.Heartbeat))
            hub_ms = self.hub_ms or time.time_ns() // 1_000_000
            return ok(wire.HeartbeatAnswer(hub_ms=hub_ms, business_day=self.day, hub_generation=self.generation))
        if path == wire.SLOT:
            self.slots.append(msgspec.json.decode(body, type=wire.SlotRequest))
            return self.slot_fault or ok(slot_answer(self.slot_no, self.day, self.generation))
        if path == wire.SYNC:
            return self._sync(msgspec.json.decode(body, type=wire.SyncRequest))
        if path == wire.QUEUES:
            return ok(wire.QueueStates(at="", business_day=self.day))
        return fault("404 Not Found", "no_catalogue")

    def _sync(self, request: wire.SyncRequest) -> bytes:
        self.batches.append(request)
        if self.sync_reply:
            return self.sync_reply
        failed, answers, known = set[str](), list[wire.OpAnswer](), {op.op for op in self.heard}
        for op in request.ops:
            status = 424 if op.lane in failed else self.status_of(op)
            if status == 200 and op.op not in known:
                self.heard.append(op)
            if status != 200:
                failed.add(op.lane)
            answers.append(wire.OpAnswer(op.op, status, "" if status == 409 else "code"))
        return ok(wire.SyncAnswer(tuple(answers)))
