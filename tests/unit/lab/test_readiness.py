# SPDX-License-Identifier: Apache-2.0
"""Readiness is a protocol answer within a deadline."""

import socket
import threading
from pathlib import Path

import pytest

from deploy.lab.readiness import amqp_answers, log_tail, wait_until


def answer_once(listener: socket.socket, answer: bytes) -> None:
    """Accept one connection, read the protocol header and answer."""
    connection, _ = listener.accept()
    with connection:
        connection.recv(8)
        connection.sendall(answer)


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (b"\x01\x00\x00\x00\x00\x01\xf5\x00\x0a\x00\x0a", True),
        (b"AMQP\x00\x00\x09\x01", False),
        (b"HTTP/1.1 400", False),
        (b"", False),
    ],
    ids=["connection.start", "other version", "another protocol", "closed"],
)
def test_a_broker_is_ready_when_it_answers_the_protocol_header(answer: bytes, expected: bool) -> None:
    """Only the method connection.start counts; a broker of another protocol version sends its header back."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = threading.Thread(target=answer_once, args=(listener, answer))
        server.start()

        assert expected == amqp_answers(listener.getsockname()[1])
        server.join(10)


def test_a_port_without_listener_is_not_ready() -> None:
    """A refused connection is an answer, not an error."""
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))

        assert not amqp_answers(unused.getsockname()[1])


def test_waiting_gives_the_first_true_answer_and_counts_zero_as_one() -> None:
    """An exit code of 0 is an answer; None and False are not."""
    answers = iter([None, False, 0])

    assert 0 == wait_until(lambda: next(answers), timeout_seconds=10)


def test_waiting_ends_at_the_deadline() -> None:
    """Nothing true in time gives None, after at least one look."""
    assert wait_until(lambda: None, timeout_seconds=0) is None


def test_the_end_of_a_log_is_shown(tmp_path: Path) -> None:
    """Long logs are cut at the front, missing ones say so."""
    path = tmp_path / "log"
    path.write_text("x" * 10_000 + "\nthe reason\n")

    assert log_tail(path).endswith("the reason")
    assert 3000 >= len(log_tail(path))
    assert "no log" in log_tail(tmp_path / "missing")
