"""Connections before their first byte is read, on real sockets."""

import asyncio
import socket

from hub.connections.accepting import AT_ONCE, Acceptor
from hub.connections.keeper import Keeper, Line
from hub.connections.limits import Limits
from hub.connections.tally import Reason, Tally

HERE = "127.0.0.1"


class Silent(asyncio.Protocol):
    """Has the connection, as ours does, so that its socket is not closed as one that nobody took."""

    def __init__(self, line: Line) -> None:
        line.speaker = self

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport

    def end(self) -> None:
        self._transport.close()


def test_a_connection_that_is_dropped_while_it_waits_gives_its_turn_back() -> None:
    """Else a flood from one office would push the turns of everybody there into the next minute."""

    async def play() -> float:
        keeper = Keeper(Limits(known_connects=1), Tally())
        keeper.known.prove(HERE)
        with socket.create_server((HERE, 0)) as listener:
            acceptor = Acceptor(listener, keeper, Silent, None, 1.0)
            clients = []
            for _ in range(12):
                clients.append(socket.create_connection(listener.getsockname()))
                clients[-1].sendall(b"G")
            async with asyncio.timeout(60):
                while len(acceptor._waiting) < 10:
                    await asyncio.sleep(0)
            for line in list(acceptor._waiting):
                line.drop(Reason.ROOM)
            acceptor.close()
            await acceptor.wait_closed()
            for client in clients:
                client.close()
        line = keeper.admit(HERE)
        assert line is not None
        return keeper.opening(line, b"G").seconds

    assert asyncio.run(play()) <= 1.0


def test_a_crowd_is_accepted_a_few_in_each_round_of_the_loop() -> None:
    async def play() -> tuple[int, int]:
        keeper, crowd = Keeper(Limits(), Tally()), 20
        with socket.create_server((HERE, 0)) as listener:
            acceptor = Acceptor(listener, keeper, Silent, None, 1.0)
            clients = [socket.create_connection(listener.getsockname()) for _ in range(crowd)]
            acceptor._accept()
            first = len(keeper.book)
            async with asyncio.timeout(60):
                while len(keeper.book) < crowd:
                    await asyncio.sleep(0)
            acceptor.close()
            for client in clients:
                client.close()
        return first, crowd

    first, crowd = asyncio.run(play())
    assert first == AT_ONCE < crowd / 2
