# SPDX-License-Identifier: Apache-2.0
"""The link's bookkeeping, driven by hand: what it sends when, and what each answer does."""

import errno
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from publisher.amqp import AnsweredMessage, BrokerAnswer, Outgoing
from publisher.amqp.link import WINDOW_BYTES, WINDOW_COUNT, Link
from publisher.errors import BrokerError
from publisher.spool import Lane, Spool
from publisher.wire.broker import BrokerSettings
from publisher.wire.topics import EVENTS_EXCHANGE, SAMPLES_EXCHANGE
from tests.unit.publisher.spool.spooled import message, sequences

GUARD_SECONDS = 20.0


class Bench:
    """A spool and a link whose broker is the test."""

    def __init__(self, folder: Path) -> None:
        self.seconds = 0.0
        self.spool = Spool(folder / "spool", "hv042")
        self.link = Link(self.spool, BrokerSettings(), "hv042", monotonic_seconds=lambda: self.seconds)
        self.in_flight: list[Outgoing] = []

    def put(self, count: int = 1, lane: Lane = "sample", size_bytes: int = 10) -> None:
        """Put messages."""
        for _ in range(count):
            self.spool.put(message(bytes(size_bytes), lane))

    def take(self) -> list[int]:
        """Let the link send what it wants to, and return the sequences."""
        sent: list[Outgoing] = []
        while found := self.link.take(len(self.in_flight), sum(len(item.body) for item in self.in_flight)):
            self.in_flight += found
            sent += found
        return [sequence_of(item) for item in sent]

    def answer(self, **answers: list[int]) -> None:
        """Give answers, in the order they are written."""
        answered: list[AnsweredMessage] = []
        for answer, numbers in answers.items():
            answered += [AnsweredMessage(self.pop(number), answer_of(answer)) for number in numbers]
        self.link.answered(answered)

    def pop(self, number: int) -> Outgoing:
        """Return a message that is on its way, and take it from there."""
        found = next(item for item in self.in_flight if sequence_of(item) == number)
        self.in_flight.remove(found)
        return found


def sequence_of(item: Outgoing) -> int:
    """Return the sequence in a message id."""
    return int(item.message_id.split("/")[2])


def answer_of(name: str) -> BrokerAnswer:
    """Return an answer from a keyword, which may be numbered."""
    known: dict[str, BrokerAnswer] = {
        "confirmed": "confirmed",
        "rejected": "rejected",
        "unroutable": "unroutable",
        "unsendable": "unsendable",
    }
    return known[name.rstrip("_")]


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    """Give a link that is connected."""
    found = Bench(tmp_path)
    found.link.opened()
    yield found
    found.spool.close()


def test_a_message_names_exchange_key_and_itself(bench: Bench) -> None:
    """Samples and events go to exchanges of their own."""
    bench.put()
    bench.put(1, "event")
    bench.take()
    epoch = bench.spool.epoch

    assert {
        (SAMPLES_EXCHANGE, "hv042.sample", f"hv042/{epoch}/1"),
        (EVENTS_EXCHANGE, "hv042.event", f"hv042/{epoch}/2"),
    } == {(item.exchange, item.routing_key, item.message_id) for item in bench.in_flight}


def test_only_what_is_confirmed_leaves_the_spool(bench: Bench) -> None:
    """What has no answer yet stays."""
    bench.put(3)
    assert [1, 2, 3] == bench.take()
    bench.answer(confirmed=[2])

    assert [1, 3] == sequences(bench.spool)


def test_the_window_bounds_what_is_on_its_way(bench: Bench) -> None:
    """In messages and in bytes; an answer makes room for the next."""
    bench.put(WINDOW_COUNT + 50)
    assert WINDOW_COUNT == len(bench.take())
    bench.answer(confirmed=[1, 2])
    assert [WINDOW_COUNT + 1, WINDOW_COUNT + 2] == bench.take()


def test_the_window_is_bounded_in_bytes(bench: Bench) -> None:
    """Large messages are few at a time, but one at least."""
    bench.put(5, size_bytes=WINDOW_BYTES // 2)

    assert [1, 2] == bench.take()


def test_new_messages_overtake_the_backlog(tmp_path: Path) -> None:
    """What is put after the connection opened goes first."""
    bench = Bench(tmp_path)
    bench.put(2 * WINDOW_COUNT)
    bench.link.opened()
    bench.take()
    bench.put(2)
    bench.answer(confirmed=list(range(1, 5)))

    assert [2 * WINDOW_COUNT + 1, 2 * WINDOW_COUNT + 2, WINDOW_COUNT + 1, WINDOW_COUNT + 2] == bench.take()


def test_a_new_connection_begins_with_what_was_not_confirmed(bench: Bench) -> None:
    """Messages without an answer are sent again, in order."""
    bench.put(4)
    bench.take()
    bench.answer(confirmed=[2])
    bench.in_flight.clear()
    bench.link.opened()

    assert [1, 3, 4] == bench.take()


@pytest.mark.parametrize("answer", ["rejected", "unroutable"])
def test_a_refused_lane_waits_probes_and_goes_on(bench: Bench, answer: str) -> None:
    """After a pause one message finds out; its confirm opens the lane for all that was refused."""
    bench.put(4)
    bench.take()
    bench.answer(**{answer: [1, 2, 3, 4]})
    assert [] == bench.take()
    bench.seconds += 1.0
    assert [1] == bench.take()
    bench.answer(**{answer: [1]})
    bench.seconds += 0.9
    assert [] == bench.take()
    bench.seconds += 1.2
    assert [1] == bench.take()
    bench.answer(confirmed=[1])

    assert [2, 3, 4] == bench.take()


def test_a_confirm_after_a_refusal_does_not_hide_it(bench: Bench) -> None:
    """Refused messages are sent again, though later ones sent with them were confirmed."""
    bench.put(4)
    bench.take()
    bench.answer(confirmed=[1], rejected=[2, 3], confirmed_=[4])
    bench.seconds += 1.0
    assert [2] == bench.take()
    bench.answer(confirmed=[2])

    assert [3] == bench.take()


def test_a_probe_waits_for_all_answers_of_its_lane(bench: Bench) -> None:
    """Nothing is sent twice at the same time."""
    bench.put(3)
    bench.take()
    bench.answer(rejected=[1])
    bench.seconds += 60.0
    assert [] == bench.take()
    bench.answer(confirmed=[2, 3])

    assert [1] == bench.take()


def test_one_lane_does_not_hold_the_other(bench: Bench) -> None:
    """Events without a queue leave the samples alone."""
    bench.put(1, "event")
    bench.take()
    bench.answer(unroutable=[1])
    bench.put(2)

    assert [2, 3] == bench.take()


def test_a_message_that_cannot_be_encoded_is_dropped(bench: Bench) -> None:
    """It would stand in the way for ever."""
    bench.put(2)
    bench.take()
    bench.answer(unsendable=[1])

    assert ([2], 1) == (sequences(bench.spool), bench.spool.status().dropped_message_count)


def test_an_oversize_message_is_found_and_dropped(bench: Bench) -> None:
    """The broker closes the channel without saying which it was: they are sent singly until it is alone."""
    oversize = BrokerError("oversize", "too large", fix="")
    bench.put(5)
    bench.take()
    bench.link._lost(oversize, bench.in_flight)
    bench.in_flight.clear()
    bench.link.opened()
    for number in (1, 2):
        assert [number] == bench.take()
        bench.answer(confirmed=[number])
    assert [3] == bench.take()
    bench.link._lost(oversize, bench.in_flight)
    bench.in_flight.clear()
    bench.link.opened()

    assert [4, 5] == bench.take()
    assert 1 == bench.spool.status().dropped_message_count


def test_an_outage_is_one_warning_and_one_end(bench: Bench, caplog: pytest.LogCaptureFixture) -> None:
    """However many tries it takes; another kind of fault is news."""
    caplog.set_level("INFO", "kvmgrid.publisher")
    bench.put()
    for _ in range(5):
        bench.link._lost(BrokerError("unreachable", "away", fix=""), [])
    bench.link._lost(BrokerError("authentication", "no", fix=""), [])
    bench.link.opened()
    bench.take()
    bench.seconds += 60.0
    bench.answer(confirmed=[1])
    found = [(record.getMessage(), record.__dict__["fields"]) for record in caplog.records]

    assert ["broker_unavailable", "broker_unavailable", "broker_available"] == [event for event, _ in found]
    assert ("unreachable", "authentication", 60.0) == (
        found[0][1]["fault"],
        found[1][1]["fault"],
        found[2][1]["outage_seconds"],
    )


def levels(caplog: pytest.LogCaptureFixture) -> list[tuple[str, str]]:
    """Return level and event of what was logged."""
    return [(record.levelname, record.getMessage()) for record in caplog.records]


def test_a_publisher_that_starts_before_the_consumer_waits_quietly(
    bench: Bench, caplog: pytest.LogCaptureFixture
) -> None:
    """That no exchange is there yet is told once, becomes a warning after a while, and has an end."""
    caplog.set_level("INFO", "kvmgrid.publisher")
    missing = BrokerError("exchange", "no exchange", fix="start a consumer once")
    bench.put()
    for _ in range(4):
        bench.link._lost(missing, [])
        bench.seconds += 2.0
    assert [("INFO", "waiting_for_exchange")] == levels(caplog)
    bench.seconds += 2.0
    for _ in range(2):
        bench.link._lost(missing, [])
    assert [("WARNING", "broker_unavailable")] == levels(caplog)[1:]
    bench.link.opened()
    bench.take()
    bench.answer(confirmed=[1])
    assert [("INFO", "broker_available")] == levels(caplog)[2:]
    # It was there and is gone: somebody has removed it.
    bench.link._lost(missing, [])
    assert [("WARNING", "broker_unavailable")] == levels(caplog)[3:]


def test_a_spool_that_was_replaced_is_read_from_its_beginning(bench: Bench) -> None:
    """A new epoch's messages are sent once, whatever was on its way before."""
    bench.put(3)
    bench.take()
    path = bench.spool._directory.database
    bench.spool._file.close()
    path.write_bytes(b"no database " * 1_000)
    bench.put(2)

    assert [1, 2] == bench.take()
    assert 2 == len({item.message_id.split("/")[1] for item in bench.in_flight})


def test_the_thread_outlives_whatever_fails(bench: Bench) -> None:
    """A failure in dealing with a failure is logged, and the next connection is tried."""
    tries: list[int] = []
    done = threading.Event()

    class Unlucky:
        """A session whose end cannot be dealt with either."""

        def __init__(self, *_: object) -> None:
            tries.append(len(tries))
            if len(tries) > 1:
                done.set()
                raise OSError(errno.EIO, "input/output error")

        def run(self) -> None:
            """Lose the connection."""
            raise BrokerError("unreachable", "away", fix="")

        def in_flight(self) -> list[Outgoing]:
            """Fail."""
            raise OSError(errno.EIO, "input/output error")

        def wake(self) -> None:
            """Do nothing."""

        def close(self) -> None:
            """Do nothing."""

    link = Link(bench.spool, BrokerSettings(), "hv042", connect=Unlucky)
    link.start()
    assert done.wait(GUARD_SECONDS)
    assert link._thread.is_alive()
    link.stop(0.0)
    assert not link._thread.is_alive()
