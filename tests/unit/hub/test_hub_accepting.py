"""Connections before their first byte is read, on real sockets."""

import asyncio
import socket

from hub.connections.accepting import Acceptor
from hub.connections.keeper import Keeper
from hub.connections.limits import Limits
from hub.connections.tally import Reason, Tally

HERE = "127.0.0.1"


def test_a_connection_that_is_dropped_while_it_waits_gives_its_turn_back() -> None:
    """Else a flood from one office would push the turns of everybody there into the next minute."""

    async def play() -> float:
        keeper = Keeper(Limits(known_connects=1), Tally())
        keeper.known.prove(HERE)
        with socket.create_server((HERE, 0)) as listener:
            acceptor = Acceptor(listener, keeper, lambda _line: asyncio.Protocol(), None, 1.0)
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
