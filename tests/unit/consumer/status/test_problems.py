# SPDX-License-Identifier: Apache-2.0
"""What of a status is a problem, and how it reads."""

from typing import Any

import msgspec
import pytest

from consumer.status.problems import problems
from consumer.status.report import (
    DueChunksStatus,
    HostStatus,
    LateNotesStatus,
    LevelStatus,
    ParkedStatus,
    QuarantinedHost,
    SenderStatus,
    Status,
)
from consumer.status.text import lines

WELL = Status(
    backlog_message_count=0,
    in_hand_message_count=12,
    in_hand_limit_count=4_000,
    consumer_count=2,
    dead_letter_message_count=0,
    newest_arrival_seconds=3.0,
    migration_count=0,
    levels=[
        LevelStatus("5m", "2026-11-30 12:00:00+00", 1_200.0),
        LevelStatus("1h", "2026-11-30 12:00:00+00", 3_600.0),
        LevelStatus("1d", "2026-11-29 00:00:00+00", 86_400.0),
    ],
    migrated_seconds=86_400.0,
    late_notes=LateNotesStatus(3, 20.0),
    due_chunks=DueChunksStatus(1, 3_600.0),
    senders=[SenderStatus("hv1", 6, 0, 900.0)],
    never_heard_hosts=[],
    hosts=[HostStatus("hv1", "0.1.0", 3.0, 0.4, 0, 0, 0)],
)


def found(stale_after_seconds: float = 50.0, **changes: Any) -> list[str]:
    """Return the problems of a pipeline that is well but for some changes."""
    return list(problems(msgspec.structs.replace(WELL, **changes), stale_after_seconds))


def test_a_pipeline_that_is_well_has_none() -> None:
    """Counts under way are no problem, nor a host that drains without a backlog, nor a silent one's clock."""
    assert [] == found()
    assert [] == found(senders=[SenderStatus("hv1", 5_000, 0)])
    assert [] == found(senders=[SenderStatus("hv1", 5_000, 0, fresh_message_count=300)])
    assert [] == found(parked=ParkedStatus(7, 900, 60.0, "hv1", 900), parked_limit_bytes=3_600)
    assert [] == found(hosts=[HostStatus("hv1", "0.1.0", 86_400.0, 0.4, 0, 0, 0, 3_600.0)])
    assert not any(line.startswith("!") for line in lines(WELL))


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"consumer_count": 0}, "no consumer reads the queue"),
        ({"newest_arrival_seconds": 51.0}, "nothing was stored for 51 s"),
        ({"dead_letter_message_count": 2}, "2 dead letters"),
        ({"levels": [LevelStatus("5m", "then", 1_201.0)]}, "rollups of 5m are 1,201 s behind"),
        ({"levels": [LevelStatus("1h", "then", 7_200.0)]}, "rollups of 1h are 7,200 s behind"),
        ({"levels": [LevelStatus("1d", "then", 172_800.0)]}, "rollups of 1d are 172,800 s behind"),
        ({"levels": [LevelStatus("5m", None, 1_201.0)]}, "rollups of 5m are 1,201 s behind"),
        (
            {"levels": [LevelStatus("5m", "then", 1_201.0)], "migrated_seconds": 60.0},
            "rollups of 5m are 1,201 s behind",
        ),
        ({"late_notes": LateNotesStatus(4, 601.0)}, "4 notes of late samples wait"),
        ({"due_chunks": DueChunksStatus(2, 86_401.0)}, "2 chunks should be in columns"),
        ({"senders": [SenderStatus("hv1", 0, 301)]}, "hv1 floods the queue: 301 messages"),
        (
            {"senders": [SenderStatus("hv1", 301, 0, fresh_message_count=301)]},
            "hv1 floods the queue: 301 messages",
        ),
        (
            {"senders": [SenderStatus("hv1", 301, 0)], "backlog_message_count": 1_001},
            "enrol suspend hv1",
        ),
        (
            {"senders": [SenderStatus("hv1", 0, 0, 2e6)], "backlog_message_count": 1_001},
            "2,000,000 bytes/s now",
        ),
        (
            {
                "senders": [SenderStatus("hv1", 60, 0, 2e6)],
                "backlog_message_count": 300,
                "backlog_bytes": 2_400_000_000,
            },
            "hv1 floods the queue: 60 messages",
        ),
        (
            {"quarantined_hosts": [QuarantinedHost("hv1", 3, ["clock"], "now")]},
            "hv1: 3 messages in quarantine",
        ),
        (
            {"parked": ParkedStatus(7, 900, 1_801.0)},
            "7 late messages wait to be stored, the oldest for 1,801 s",
        ),
        (
            {"parked": ParkedStatus(7, 251, 60.0, "hv1", 200), "parked_limit_bytes": 1_000},
            "late messages take 251 of 1,000 bytes, 200 of them hv1's",
        ),
        (
            {"hosts": [HostStatus("hv1", "0.1.0", 3.0, 0.4, 0, 0, 0, -3_600.0)]},
            "hv1: its clock is 3,600 s behind",
        ),
        ({"never_heard_hosts": ["hv2", "hv3"]}, "enrolled and never heard of: hv2, hv3"),
    ],
)
def test_each_problem_is_one_line(changes: dict[str, Any], expected: str) -> None:
    """It says what is, of whom, and what to do."""
    (problem,) = found(**changes)

    assert expected in problem


def test_what_is_not_known_is_no_problem() -> None:
    """A half that is away has an error, which says it already."""
    status = Status(broker_error="away", database_error="away\n\ttoo")

    assert [] == list(problems(status, None))
    assert ["broker: away", "database: away too"] == list(lines(status))


def test_the_first_rollups_wait_for_a_past() -> None:
    """A new database is sent days of it at once, and its consumers begin after ten minutes."""
    assert [] == found(levels=[LevelStatus("5m", None, 604_800.0)], migrated_seconds=3_599.0)


def test_slow_ticks_are_waited_for() -> None:
    """Hosts that report every minute are stale after five."""
    assert [] == found(300.0, newest_arrival_seconds=200.0)
    assert found(300.0, newest_arrival_seconds=301.0)
