# SPDX-License-Identifier: Apache-2.0
"""The proxy of the faults, between a client and an echo: each way of spoiling does what its name says."""

import contextlib
import socket
import threading
import time
from collections.abc import Iterator

import pytest

from deploy.lab.readiness import wait_until
from tests.faults.proxy import Proxy, Spoiling

SOON_SECONDS = 10.0
# How long silence is waited for.
SILENCE_SECONDS = 0.3


def echo(listener: socket.socket) -> None:
    """Send back what comes, to every connection, until the listener is closed."""

    def serve(connection: socket.socket) -> None:
        with connection, contextlib.suppress(OSError):
            while data := connection.recv(65_536):
                connection.sendall(data)

    with contextlib.suppress(OSError):
        while True:
            threading.Thread(target=serve, args=(listener.accept()[0],), daemon=True).start()


@pytest.fixture
def proxy() -> Iterator[Proxy]:
    """Give a proxy before an echo."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=echo, args=(listener,), daemon=True).start()
        with Proxy(listener.getsockname()[1]) as between:
            yield between
        listener.shutdown(socket.SHUT_RDWR)


@contextlib.contextmanager
def connected(proxy: Proxy, timeout_seconds: float = SOON_SECONDS) -> Iterator[socket.socket]:
    """Give a connection through the proxy that has echoed once."""
    with socket.create_connection(("127.0.0.1", proxy.port), timeout=SOON_SECONDS) as client:
        assert b"first" == exchange(client, b"first")
        client.settimeout(timeout_seconds)
        yield client


def exchange(client: socket.socket, data: bytes) -> bytes:
    """Send bytes and return as many."""
    client.sendall(data)
    answer = b""
    while len(answer) < len(data):
        received = client.recv(65_536)
        if not received:
            raise ConnectionResetError
        answer += received
    return answer


def test_what_is_clean_passes_both_ways(proxy: Proxy) -> None:
    """A megabyte comes back as it went."""
    data = bytes(range(256)) * 4096
    with connected(proxy) as client:
        sender = threading.Thread(target=client.sendall, args=(data,))
        sender.start()
        answer = b""
        while len(answer) < len(data):
            answer += client.recv(65_536)
        sender.join()

    assert data == answer


@pytest.mark.parametrize("way", ["up", "down"])
def test_what_is_swallowed_is_taken_and_never_comes(proxy: Proxy, way: str) -> None:
    """The sender sees a connection that lives, one way or the other."""
    with connected(proxy, SILENCE_SECONDS) as client:
        proxy.spoil(**{way: Spoiling(mode="swallow")})
        with pytest.raises(TimeoutError):
            exchange(client, b"lost")


def test_a_connection_with_a_hole_ends_when_the_way_is_clean_again(proxy: Proxy) -> None:
    """No stream goes on behind missing bytes; a new connection works."""
    with connected(proxy, SILENCE_SECONDS) as client:
        with proxy.spoiled(up=Spoiling(mode="swallow")), pytest.raises(TimeoutError):
            exchange(client, b"lost")
        client.settimeout(SOON_SECONDS)
        with pytest.raises(ConnectionError):
            exchange(client, b"after")
    with connected(proxy) as client:
        assert b"new" == exchange(client, b"new")


def test_what_is_buried_stays_silent_while_others_pass(proxy: Proxy) -> None:
    """A middle box forgets the connections it has, and takes new ones."""
    with connected(proxy, SILENCE_SECONDS) as old:
        proxy.bury()
        with pytest.raises(TimeoutError):
            exchange(old, b"lost")
        with connected(proxy) as new:
            assert b"new" == exchange(new, b"new")
        with pytest.raises(TimeoutError):
            old.recv(1)
        old.shutdown(socket.SHUT_WR)
        proxy.close()
    assert not proxy.is_running


def test_what_is_stalled_comes_later(proxy: Proxy) -> None:
    """Nothing is lost: it waits in the windows."""
    with connected(proxy, SILENCE_SECONDS) as client:
        # One read may be under way when the stall begins; the next waits.
        proxy.spoil(down=Spoiling(mode="stall"))
        with contextlib.suppress(TimeoutError):
            exchange(client, b"x")
        with pytest.raises(TimeoutError):
            exchange(client, b"late")
        proxy.heal()
        client.settimeout(SOON_SECONDS)
        answer = b""
        while not answer.endswith(b"late"):
            answer += client.recv(100)


def test_a_reset_ends_every_connection(proxy: Proxy) -> None:
    """The client learns at once, by RST."""
    with connected(proxy) as client:
        proxy.reset()
        with pytest.raises(ConnectionResetError):
            client.recv(1)


def test_who_refuses_ends_new_connections_too(proxy: Proxy) -> None:
    """Until it is healed."""

    def is_served() -> bool:
        try:
            with connected(proxy):
                return True
        except OSError:
            return False

    proxy.refuse()
    assert not is_served()
    proxy.heal()
    assert wait_until(is_served, timeout_seconds=SOON_SECONDS)


def test_latency_and_bandwidth_take_their_time(proxy: Proxy) -> None:
    """A tenth of a second there, and a kilobyte at ten a second back."""
    with connected(proxy) as client:
        proxy.spoil(up=Spoiling(latency_seconds=0.1), down=Spoiling(bytes_per_second=10_000.0))
        begun_seconds = time.monotonic()
        assert bytes(1_000) == exchange(client, bytes(1_000))

    assert time.monotonic() - begun_seconds >= 0.2


def test_slices_are_small(proxy: Proxy) -> None:
    """What was sent at once arrives in pieces of the size, or of several that met in a window."""
    with connected(proxy) as client:
        proxy.spoil(up=Spoiling(slice_bytes=1), down=Spoiling(slice_bytes=1, latency_seconds=0.005))
        client.sendall(b"abc")
        assert b"a" == client.recv(100)
