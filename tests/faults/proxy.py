# SPDX-License-Identifier: Apache-2.0
"""A TCP proxy that spoils connections: latency, slices, bandwidth, silence, resets; each direction by itself.

It runs in a thread of its own with an event loop. "swallow" reads and forwards nothing: the kernel goes on to
acknowledge, so the sender sees a connection that lives. "stall" reads nothing: the sender's window fills.
"""

import asyncio
import contextlib
import random
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from typing import Literal, NamedTuple, Self

Mode = Literal["pass", "swallow", "stall"]
_CHUNK_BYTES = 65_536
_POLL_SECONDS = 0.05
_END_SECONDS = 10.0
# struct linger {on, 0 seconds}: close(2) sends RST instead of FIN (socket(7)).
_RESET = struct.pack("ii", 1, 0)


class Spoiling(NamedTuple):
    """What happens to bytes of one direction; jitter is added to or taken from the latency."""

    mode: Mode = "pass"
    latency_seconds: float = 0.0
    jitter_seconds: float = 0.0
    slice_bytes: int | None = None
    bytes_per_second: float | None = None


CLEAN = Spoiling()


class Proxy:
    """Forwards connections to a port of this machine. ``up`` is towards the server, ``down`` back."""

    def __init__(self, target_port: int, *, seed: int = 0) -> None:
        self._target_port = target_port
        self._random = random.Random(seed)  # noqa: S311 - replayable jitter, no secret
        self.up = self.down = CLEAN
        self._refusing = False
        # Connections made before this count are buried; a later one passes.
        self._connection_count = self._buried_count = 0
        self._writers: set[asyncio.StreamWriter] = set()
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=256)
        self.port: int = self._listener.getsockname()[1]
        self._loop = asyncio.new_event_loop()
        self._stopping = asyncio.Event()
        self._thread = threading.Thread(target=self._run, name="proxy", daemon=True)
        self._thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def spoil(self, *, up: Spoiling = CLEAN, down: Spoiling = CLEAN) -> None:
        """Treat what comes from now on like this, in connections that exist too."""
        self.up, self.down = up, down

    def heal(self) -> None:
        """Forward everything again; a connection of which bytes were swallowed ends with its next ones."""
        self._refusing = False
        self.spoil()

    def bury(self) -> None:
        """Swallow for ever what the connections of now send, both ways; new ones pass."""
        self._buried_count = self._connection_count

    def refuse(self) -> None:
        """End every connection by a reset, and each new one at once."""
        self._refusing = True
        self.reset()

    def reset(self) -> None:
        """End every connection by a reset (RST)."""
        self._call(self._reset_all)

    @contextlib.contextmanager
    def spoiled(self, *, up: Spoiling = CLEAN, down: Spoiling = CLEAN) -> Iterator[None]:
        """Spoil for as long as the context lasts."""
        self.spoil(up=up, down=down)
        try:
            yield
        finally:
            self.heal()

    @property
    def is_running(self) -> bool:
        """Whether its thread has not ended."""
        return self._thread.is_alive()

    def close(self) -> None:
        """End the proxy and its connections."""
        if self._thread.is_alive():
            self._call(self._stopping.set)
            self._thread.join(_END_SECONDS)
        self._listener.close()

    def _call(self, what: Callable[[], object]) -> None:
        self._loop.call_soon_threadsafe(what)

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        try:
            self._loop.run_until_complete(self._serve())
        finally:
            self._loop.close()

    async def _serve(self) -> None:
        server = await asyncio.start_server(self._connected, sock=self._listener)
        await self._stopping.wait()
        server.close()
        self.spoil()
        self._reset_all()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        if others:
            await asyncio.wait(others, timeout=_END_SECONDS / 2)

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.add(writer)
        self._connection_count += 1
        number = self._connection_count
        if self._refusing:
            self._reset_one(writer)
            return
        try:
            there, onward = await asyncio.open_connection("127.0.0.1", self._target_port)
        except OSError:
            self._reset_one(writer)
            return
        self._writers.add(onward)
        ways = [
            asyncio.ensure_future(self._pass_on(reader, onward, "up", number)),
            asyncio.ensure_future(self._pass_on(there, writer, "down", number)),
        ]
        try:
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for way in ways:
                way.cancel()
            await asyncio.gather(*ways, return_exceptions=True)
            for end in (writer, onward):
                self._writers.discard(end)
                end.close()

    async def _pass_on(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        way: Literal["up", "down"],
        number: int,
    ) -> None:
        holed = False
        while True:
            while self._spoiling(way).mode == "stall":  # noqa: ASYNC110 - other threads end it
                await asyncio.sleep(_POLL_SECONDS)
            data = await reader.read(_CHUNK_BYTES)
            if number <= self._buried_count:
                # Whoever closes finds nobody on the other side: the end is swallowed too.
                if not data:
                    await self._stopping.wait()
                    return
                continue
            if not data:
                return
            # As it is now: the wait for bytes may have been long.
            spoiling = self._spoiling(way)
            if spoiling.mode == "swallow":
                holed = True
                continue
            if holed:
                # A stream never goes on behind a hole: such a connection ends.
                self._reset_one(writer)
                return
            await self._write(writer, data, spoiling)

    async def _write(self, writer: asyncio.StreamWriter, data: bytes, spoiling: Spoiling) -> None:
        size = spoiling.slice_bytes or len(data)
        for begin in range(0, len(data), size):
            piece = data[begin : begin + size]
            delay = self._delay(spoiling, len(piece))
            if delay:
                await asyncio.sleep(delay)
            writer.write(piece)
            await writer.drain()

    def _spoiling(self, way: Literal["up", "down"]) -> Spoiling:
        return self.up if way == "up" else self.down

    def _delay(self, spoiling: Spoiling, count: int) -> float:
        jitter = self._random.uniform(-1.0, 1.0) * spoiling.jitter_seconds
        pace = count / spoiling.bytes_per_second if spoiling.bytes_per_second else 0.0
        return max(0.0, spoiling.latency_seconds + jitter) + pace

    def _reset_all(self) -> None:
        for writer in list(self._writers):
            self._reset_one(writer)

    def _reset_one(self, writer: asyncio.StreamWriter) -> None:
        self._writers.discard(writer)
        connection = writer.get_extra_info("socket")
        if connection is not None:
            with contextlib.suppress(OSError):
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
        writer.transport.abort()
