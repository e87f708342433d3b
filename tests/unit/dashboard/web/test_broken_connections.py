# SPDX-License-Identifier: Apache-2.0
"""Broken HTTP on the wire: the connection ends, and the server goes on without a traceback."""

import asyncio
import socket
import threading
from collections.abc import Iterator

import pytest
import uvicorn

from dashboard.app import create_app
from dashboard.settings import DatabaseSettings, Settings
from dashboard.web.request_guard import CALLBACK_PATH
from deploy.lab.readiness import wait_until
from tests.unit.dashboard.away_database import AwayDatabase


@pytest.fixture
def address() -> Iterator[tuple[str, int]]:
    """Give the address of a server that the application runs in."""
    app = create_app(Settings(), AwayDatabase(DatabaseSettings()))
    listening = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app.server, log_config=None, access_log=False))
    thread = threading.Thread(target=lambda: asyncio.run(server.serve(sockets=[listening])))  # noqa: TID251 - its own
    thread.start()
    assert wait_until(lambda: server.started, timeout_seconds=30)
    yield listening.getsockname()
    server.should_exit = True
    thread.join()
    listening.close()


WIRE = {
    "a broken chunk": b"transfer-encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n",
    "a chunk without an end": b"transfer-encoding: chunked\r\n\r\n5\r\n{}",
    "a negative chunk": b"transfer-encoding: chunked\r\n\r\n-5\r\n{}\r\n0\r\n\r\n",
    "a short body": b"content-length: 500\r\n\r\n{}",
    "two lengths": b"content-length: 2\r\ncontent-length: 7\r\n\r\n{}",
    "length and chunks": b"content-length: 2\r\ntransfer-encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
    "a header without a name": b": x\r\n\r\n",
    "an endless header": b"x: " + b"y" * 200_000 + b"\r\n\r\n",
}


@pytest.mark.parametrize("name", sorted(WIRE))
def test_a_broken_body_harms_nobody(
    address: tuple[str, int], caplog: pytest.LogCaptureFixture, name: str
) -> None:
    """The connection ends with a 4xx or at once, without a traceback, and the next one is served."""
    head = f"POST {CALLBACK_PATH} HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\n".encode()
    answer = exchange(address, head + WIRE[name])

    assert answer == b"" or answer.startswith(b"HTTP/1.1 4")
    probe = b"GET /healthz HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: close\r\n\r\n"
    assert b"HTTP/1.1 200" in exchange(address, probe, is_whole=True)
    assert [] == [record.getMessage() for record in caplog.records if record.exc_info]


def exchange(address: tuple[str, int], request: bytes, *, is_whole: bool = False) -> bytes:
    """Return all that a server answers; after a request that is not whole the client hangs up."""
    answer = b""
    with socket.create_connection(address, timeout=30) as connection:
        try:
            connection.sendall(request)
            if not is_whole:
                connection.shutdown(socket.SHUT_WR)
            while part := connection.recv(65536):
                answer += part
        except ConnectionError:
            # A server may close while we still write.
            pass
    return answer
