# SPDX-License-Identifier: Apache-2.0
"""Reading a consumer's log."""

from tests.benchmark.flush_log import flushes, messages_per_second

LOG = """\
{"event": "consuming", "ts": "2026-11-23T08:00:00Z"}
{"message_count": 300, "duplicate_count": 0, "event": "flush_stored", "ts": "2026-11-23T08:00:01.5Z"}
pika says something that is no JSON
{"message_count": 200, "duplicate_count": 7, "event": "flush_stored", "ts": "2026-11-23T08:00:02.5Z"}
{"message_count": 100, "duplicate_count": 0, "event": "flush_stored", "ts": "2026-11-23T08:00:03.5Z"}
{"message_count": 1, "dupl"""


def test_flushes_are_told_from_the_rest() -> None:
    """Other events, other lines and a line that is still being written are passed over."""
    assert [(300, 0), (200, 7), (100, 0)] == [
        (each.message_count, each.duplicate_count) for each in flushes(LOG)
    ]


def test_the_rate_counts_from_the_first_flush_to_the_last_but_one() -> None:
    """Before the first commit the process starts, and the last flush waits for what does not come."""
    assert 200.0 == messages_per_second(flushes(LOG))
