# SPDX-License-Identifier: Apache-2.0
"""The problems in a status that somebody has to solve: one line each, with what to do. Pure.

A host that is silent alone is no problem: it may have been taken out of service. The grid shows it.
"""

from collections.abc import Iterator

from consumer.schema.levels import is_behind
from consumer.status.report import ParkedStatus, SenderStatus, Status

# A host sends a sample a tick, and ticks are at least a second apart.
_FLOOD_MESSAGE_COUNT = 300
# The samples of 1,000 VMs at 1 s take half of it.
_FLOOD_BYTES_PER_SECOND = 1_000_000.0
# Late messages are stored within minutes; a day's conversion to columns takes longer where it is large.
_PARKED_SECONDS = 1_800.0
# Of [ingest] parked_bytes. A host that drains a day of 20 VMs takes a twentieth.
_PARKED_SHARE = 0.25
_NOTED_SECONDS = 600.0
# A new database is sent its fleet's past; its first rollups wait for it, ten minutes from a consumer's start.
_FIRST_SECONDS = 3_600.0
# The upkeep looks once an hour, and a chunk takes minutes.
_DUE_CHUNK_SECONDS = 86_400.0
# A host that has been silent longer may have been taken out of service; its clock is nobody's concern.
_SKEWED_SECONDS = 86_400.0
_STALE_SECONDS_MIN = 30.0
# Ready messages that a consumer works off within a second or two.
_BACKLOG_MESSAGE_COUNT = 1_000
_BACKLOG_BYTES = 64 * 1024 * 1024


def problems(status: Status, stale_after_seconds: float | None) -> Iterator[str]:
    """Yield the problems. Where a half did not answer, its error stands in place of its problems."""
    if status.consumer_count == 0:
        yield "no consumer reads the queue: start kvmgrid-consumer, or look at its log"
    if status.newest_arrival_seconds is not None:
        limit_seconds = max(_STALE_SECONDS_MIN, stale_after_seconds or 0.0)
        if status.newest_arrival_seconds > limit_seconds:
            yield (
                f"nothing was stored for {status.newest_arrival_seconds:,.0f} s: all hosts are silent, "
                "or the broker or a consumer hangs"
            )
    if status.dead_letter_message_count:
        yield f"{status.dead_letter_message_count:,} dead letters wait for somebody"
    if status.parked is not None:
        yield from _parked(status.parked, status.parked_limit_bytes)
    yield from _rollups(status)
    yield from _columns(status)
    yield from _floods(status)
    yield from _hosts(status)


def _parked(parked: ParkedStatus, limit_bytes: int | None) -> Iterator[str]:
    if (parked.oldest_seconds or 0.0) > _PARKED_SECONDS:
        yield (
            f"{parked.message_count:,} late messages wait to be stored, the oldest for "
            f"{parked.oldest_seconds:,.0f} s: the tables of their days are locked, or no consumer runs"
        )
    if limit_bytes is not None and parked.body_bytes > limit_bytes * _PARKED_SHARE:
        yield (
            f"late messages take {parked.body_bytes:,} of {limit_bytes:,} bytes, "
            f"{parked.host_body_bytes:,} of them {parked.host}'s: when all are taken, live samples wait too; "
            f"deploy/rabbitmq/enrol suspend {parked.host} leaves room for the others"
        )


def _rollups(status: Status) -> Iterator[str]:
    is_new = (status.migrated_seconds or 0.0) < _FIRST_SECONDS
    for level in status.levels:
        if is_behind(level.level, level.lag_seconds) and not (is_new and level.done_at is None):
            yield (
                f"rollups of {level.level} are {level.lag_seconds:,.0f} s behind: after a first start, an "
                "update or an outage they catch up, else no consumer runs, or its log says why "
                "(rollups_failed, rollups_behind)"
            )
    notes = status.late_notes
    if notes is not None and (notes.oldest_seconds or 0.0) > _NOTED_SECONDS:
        yield (
            f"{notes.note_count:,} notes of late samples wait to be rolled up, the oldest for "
            f"{notes.oldest_seconds:,.0f} s: no consumer runs, or its log says why (rollups_failed)"
        )


def _columns(status: Status) -> Iterator[str]:
    due = status.due_chunks
    if due is not None and (due.oldest_seconds or 0.0) > _DUE_CHUNK_SECONDS:
        yield (
            f"{due.chunk_count:,} chunks should be in columns, the oldest for {due.oldest_seconds:,.0f} s: "
            "no consumer runs, or its log says why (conversion_failed)"
        )


def _floods(status: Status) -> Iterator[str]:
    is_waiting = (status.backlog_message_count or 0) > _BACKLOG_MESSAGE_COUNT or (
        (status.backlog_bytes or 0) > _BACKLOG_BYTES
    )
    for sender in status.senders:
        if _is_flood(sender, is_waiting=is_waiting):
            count = sender.stored_message_count + sender.quarantined_message_count
            rate = sender.sent_bytes_per_second
            yield (
                f"{sender.host} floods the queue: {count:,} messages of it within the last minute, "
                f"{sender.quarantined_message_count:,} set aside"
                f"{'' if rate is None else f', {rate:,.0f} bytes/s now'}; "
                f"deploy/rabbitmq/enrol suspend {sender.host} ends it"
            )


def _hosts(status: Status) -> Iterator[str]:
    for host in status.quarantined_hosts:
        yield f"{host.host}: {host.message_count:,} messages in quarantine ({', '.join(host.reasons)})"
    for skewed in status.hosts:
        offset = skewed.clock_offset_seconds
        if offset is not None and (skewed.staleness_seconds or 0.0) < _SKEWED_SECONDS:
            yield (
                f"{skewed.host}: its clock is {abs(offset):,.0f} s {'ahead' if offset > 0 else 'behind'}: "
                "let it follow a time server (chronyc tracking)"
            )
    if status.never_heard_hosts:
        yield f"enrolled and never heard of: {', '.join(status.never_heard_hosts)}"


def _is_flood(sender: SenderStatus, *, is_waiting: bool) -> bool:
    """Tell whether a host sends more than hosts do; what it catches up with counts while all wait."""
    # What is new comes a tick at a time: more of it is no outage that is caught up with.
    if max(sender.quarantined_message_count, sender.fresh_message_count) > _FLOOD_MESSAGE_COUNT:
        return True
    count = sender.stored_message_count + sender.quarantined_message_count
    rate = sender.sent_bytes_per_second or 0.0
    return is_waiting and (count > _FLOOD_MESSAGE_COUNT or rate > _FLOOD_BYTES_PER_SECOND)
