# SPDX-License-Identifier: Apache-2.0
"""What ``kvmgrid-consumer status`` tells, as structs; field names are the keys of its JSON.

A field is None, or a list empty, where the half that knows it did not answer. Its error says why.
"""

from msgspec import Struct


class HostStatus(Struct, frozen=True):
    """One host. Staleness: age of its newest sample; lag: from sampling to arrival; missing: within a day.

    ``clock_offset_seconds`` is how far its clock is ahead, negative where it is behind; None in tolerance.
    """

    host: str
    publisher_version: str | None
    staleness_seconds: float | None
    lag_seconds: float | None
    spool_message_count: int | None
    dropped_message_count: int | None
    missing_message_count: int
    clock_offset_seconds: float | None = None


class QuarantineStatus(Struct, frozen=True):
    """Messages set aside for one reason within a day."""

    reason: str
    message_count: int
    newest_at: str


class QuarantinedHost(Struct, frozen=True):
    """Messages of one broker user that were set aside within a day."""

    host: str
    message_count: int
    reasons: list[str]
    newest_at: str


class ParkedStatus(Struct, frozen=True):
    """Late messages that wait in the database for their turn, and for how long the oldest does.

    ``host`` is whose take most of the bytes: ``host_body_bytes``.
    """

    message_count: int
    body_bytes: int
    oldest_seconds: float | None
    host: str | None = None
    host_body_bytes: int = 0


class LevelStatus(Struct, frozen=True):
    """One level of rollups: up to when its buckets are made, and since when more of them could be.

    The lag is 0 where nothing waits: a bucket that is not over is not missing. ``done_at`` is None before the
    first step, for which a new database waits ten minutes.
    """

    level: str
    done_at: str | None
    lag_seconds: float


class LateNotesStatus(Struct, frozen=True):
    """Notes of late samples whose buckets are to be made again, and for how long the oldest waits."""

    note_count: int
    oldest_seconds: float | None


class DueChunksStatus(Struct, frozen=True):
    """Chunks that should be in columns by now and are not, and for how long the oldest should; Community."""

    chunk_count: int
    oldest_seconds: float | None


class SenderStatus(Struct, frozen=True):
    """Messages of one host within the last minute; bytes into the broker if its management tells them.

    ``fresh_message_count`` is of stored messages whose own instant lies in that minute.
    """

    host: str
    stored_message_count: int
    quarantined_message_count: int
    sent_bytes_per_second: float | None = None
    fresh_message_count: int = 0


class BrokerHalf(Struct, frozen=True, kw_only=True):
    """What the broker knows: messages that are ready, in hand, given up; who reads, who is enrolled.

    ``backlog_bytes`` are of those that are ready, where the management was asked.

    ``in_hand_limit_count`` is how many the readers can hold at most, where ``in_hand_message_count`` is not
    known. ``enrolled_hosts`` is None where nobody with the right to read users asked.
    """

    backlog_message_count: int
    dead_letter_message_count: int
    consumer_count: int
    in_hand_limit_count: int
    in_hand_message_count: int | None = None
    backlog_bytes: int | None = None
    sent_bytes_per_second: dict[str, float] = {}
    enrolled_hosts: list[str] | None = None


class DatabaseHalf(Struct, frozen=True, kw_only=True):
    """What the database knows. ``newest_arrival_seconds`` is how long ago the last sample was stored.

    ``stale_after_seconds``: how long after a sample the host with the shortest tick is stale.
    ``migration_count`` is of VMs, ``migrated_seconds`` how long ago the schema was last changed.
    """

    migration_count: int
    migrated_seconds: float
    newest_arrival_seconds: float | None
    stale_after_seconds: float | None
    parked: ParkedStatus
    levels: list[LevelStatus]
    late_notes: LateNotesStatus
    due_chunks: DueChunksStatus
    senders: list[SenderStatus]
    quarantine: list[QuarantineStatus]
    quarantined_hosts: list[QuarantinedHost]
    hosts: list[HostStatus]


class Status(Struct, frozen=True, kw_only=True):
    """Everything ``kvmgrid-consumer status`` tells. Counts without a period are of the last day."""

    problems: list[str] = []
    broker_error: str | None = None
    management_error: str | None = None
    database_error: str | None = None
    backlog_message_count: int | None = None
    backlog_bytes: int | None = None
    in_hand_message_count: int | None = None
    in_hand_limit_count: int | None = None
    consumer_count: int | None = None
    dead_letter_message_count: int | None = None
    newest_arrival_seconds: float | None = None
    migration_count: int | None = None
    migrated_seconds: float | None = None
    parked: ParkedStatus | None = None
    parked_limit_bytes: int | None = None
    levels: list[LevelStatus] = []
    late_notes: LateNotesStatus | None = None
    due_chunks: DueChunksStatus | None = None
    senders: list[SenderStatus] = []
    quarantine: list[QuarantineStatus] = []
    quarantined_hosts: list[QuarantinedHost] = []
    never_heard_hosts: list[str] | None = None
    hosts: list[HostStatus] = []
