# SPDX-License-Identifier: Apache-2.0
"""The line protocol of a VM's channel, with a socket that answers as a guest does."""

import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from loadgen.scenario.load import guest_channel
from loadgen.scenario.load.guest_channel import ChannelError, GuestChannel, GuestTicks


@pytest.fixture
def guest(tmp_path: Path) -> Iterator[Callable[[dict[str, bytes]], Path]]:
    """Give a function that starts a guest which answers lines, and returns where its channel is."""
    stack: list[tuple[socket.socket, threading.Thread]] = []

    def start(answers: dict[str, bytes]) -> Path:
        server = socket.socket(socket.AF_UNIX)
        server.bind(str(tmp_path / "web-1"))
        server.listen()

        def serve() -> None:
            connection, _ = server.accept()
            with connection, connection.makefile("rb") as lines:
                for line in lines:
                    answer = answers[line.decode().strip()]
                    if not answer:
                        return
                    connection.sendall(answer)

        thread = threading.Thread(target=serve)
        thread.start()
        stack.append((server, thread))
        return tmp_path / "web-1"

    yield start
    for server, thread in stack:
        thread.join(10)
        server.close()


def test_a_guest_is_asked_and_told(guest: Callable[[dict[str, bytes]], Path]) -> None:
    """Its load, another load, and what its processors did."""
    path = guest({"load": b"loaded cpu:0\n", "load cpu:30": b"loaded cpu:30\n", "cpu": b"cpu 12 345\n"})
    with GuestChannel(path) as channel:
        assert "cpu:0" == channel.load()
        channel.set_load("cpu:30")
        assert GuestTicks(busy=12, total=345) == channel.ticks()


def test_what_is_no_answer_is_passed_over(guest: Callable[[dict[str, bytes]], Path]) -> None:
    """A line too many, from a program of the guest or to an older question, shifts no later answer."""
    path = guest(
        {
            "load cpu:30": b"stress-ng: info\nloaded cpu:0\ncpu 1 2\nloaded cpu:30\n",
            "cpu": b"loaded cpu:30\ncpu 12 345\n",
        }
    )
    with GuestChannel(path) as channel:
        channel.set_load("cpu:30")
        assert GuestTicks(busy=12, total=345) == channel.ticks()


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (b"unknown load\n", "has no answer"),
        (b"", "has gone"),
        (b"x" * 5000, "does not end"),
    ],
)
def test_a_guest_that_answers_otherwise_is_an_error(
    guest: Callable[[dict[str, bytes]], Path], answer: bytes, message: str
) -> None:
    """Nothing is guessed."""
    with GuestChannel(guest({"load": answer})) as channel, pytest.raises(ChannelError, match=message):
        channel.load()


def test_a_guest_that_counts_in_words_is_an_error(guest: Callable[[dict[str, bytes]], Path]) -> None:
    """Ticks are two numbers."""
    with GuestChannel(guest({"cpu": b"cpu many\n"})) as channel, pytest.raises(ChannelError, match="many"):
        channel.ticks()


def test_a_silent_guest_is_given_up(
    guest: Callable[[dict[str, bytes]], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The generator does not hang with its guest."""
    monkeypatch.setattr(guest_channel, "_PATIENCE_SECONDS", 0.1)
    with (
        GuestChannel(guest({"load": b"\r"})) as channel,
        pytest.raises(ChannelError, match="does not answer"),
    ):
        channel.load()


def test_a_vm_without_channel_is_an_error(tmp_path: Path) -> None:
    """The path is named."""
    with pytest.raises(ChannelError, match="web-9"):
        GuestChannel(tmp_path / "web-9")
