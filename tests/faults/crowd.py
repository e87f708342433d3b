# SPDX-License-Identifier: Apache-2.0
"""Thousands of light AMQP clients in one thread: each holds a connection, and comes back when it ends.

They wait between tries as the publisher does. They send nothing: what they cost the broker is being there.
"""

import asyncio
import contextlib
import random
import resource
import struct
import threading
from typing import Any, Self
from urllib.parse import unquote, urlsplit

from pika import frame, spec

from publisher.wire.backoff import Backoff

_HEADER = struct.Struct("!BHI")
_FIRST_SECONDS = 10.0
_OPEN_SECONDS = 30.0
_END_SECONDS = 30.0
# Sockets, and what a process has otherwise.
_SPARE_DESCRIPTORS = 1_000
_LOST = (OSError, TimeoutError, asyncio.IncompleteReadError, ConnectionError)


class Crowd:
    """Runs from the start of the context to its end."""

    def __init__(self, url: str, count: int) -> None:
        self._parts = urlsplit(url)
        self._count = count
        self._loop = asyncio.new_event_loop()
        self._ending = asyncio.Event()
        self.connected_count = 0
        self.attempt_count = 0
        self._thread = threading.Thread(target=self._run, name="crowd", daemon=True)

    def __enter__(self) -> Self:
        _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(most, self._count + _SPARE_DESCRIPTORS), most))
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._ending.set)
        self._thread.join(_END_SECONDS)

    @property
    def is_complete(self) -> bool:
        """Whether each of them is connected."""
        return self.connected_count == self._count

    def _run(self) -> None:
        try:
            self._loop.run_until_complete(self._live())
        finally:
            self._loop.close()

    async def _live(self) -> None:
        clients = [asyncio.ensure_future(self._client()) for _ in range(self._count)]
        await self._ending.wait()
        for client in clients:
            client.cancel()
        await asyncio.gather(*clients, return_exceptions=True)

    async def _client(self) -> None:
        backoff = Backoff()
        await asyncio.sleep(random.uniform(0.0, _FIRST_SECONDS))  # noqa: S311 - no secret
        while True:
            with contextlib.suppress(*_LOST):
                await self._stay(backoff)
            await asyncio.sleep(backoff.next_seconds())

    async def _stay(self, backoff: Backoff) -> None:
        """Connect, and read until the broker ends the connection."""
        self.attempt_count += 1
        reader, writer = await asyncio.open_connection(self._parts.hostname, self._parts.port)
        try:
            await asyncio.wait_for(self._log_in(reader, writer), _OPEN_SECONDS)
            backoff.reset()
            self.connected_count += 1
            try:
                while await reader.read(4096):
                    pass
            finally:
                self.connected_count -= 1
        finally:
            writer.transport.abort()

    async def _log_in(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(frame.ProtocolHeader().marshal())
        await _method(reader, spec.Connection.Start)
        login = "\0".join(("", self._parts.username or "", unquote(self._parts.password or "")))
        _send(writer, spec.Connection.StartOk(mechanism="PLAIN", response=login))
        tune = await _method(reader, spec.Connection.Tune)
        _send(writer, spec.Connection.TuneOk(tune.channel_max, tune.frame_max, 0))
        _send(writer, spec.Connection.Open(unquote(self._parts.path[1:])))
        await _method(reader, spec.Connection.OpenOk)


def _send(writer: asyncio.StreamWriter, method: Any) -> None:
    writer.write(frame.Method(0, method).marshal())


async def _method(reader: asyncio.StreamReader, kind: type[Any]) -> Any:
    head = await reader.readexactly(_HEADER.size)
    rest = await reader.readexactly(_HEADER.unpack(head)[2] + 1)
    _, decoded = frame.decode_frame(head + rest)
    if not isinstance(decoded, frame.Method) or not isinstance(decoded.method, kind):
        raise ConnectionError(f"{decoded!r} instead of {kind.__name__}")
    return decoded.method
