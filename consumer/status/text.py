# SPDX-License-Identifier: Apache-2.0
"""The status as text for a terminal."""

from collections.abc import Iterator

from consumer.status.report import Status

_UNKNOWN = "?"


def lines(status: Status) -> Iterator[str]:
    """Yield the status as text, within 80 columns where names are short."""
    for problem in status.problems:
        yield f"! {problem}"
    yield from _broker_lines(status)
    yield from _database_lines(status)


def _broker_lines(status: Status) -> Iterator[str]:
    if status.broker_error is not None:
        yield f"broker: {_line(status.broker_error)}"
        return
    size = "" if status.backlog_bytes is None else f", {status.backlog_bytes:,} bytes"
    yield f"waiting in the queue   {_count(status.backlog_message_count):>10} messages{size}"
    if status.in_hand_message_count is None:
        yield (
            f"in consumers' hands    {_UNKNOWN:>10} at most {_count(status.in_hand_limit_count)}"
            f" ({_line(status.management_error or 'not told yet')})"
        )
    else:
        yield f"in consumers' hands    {_count(status.in_hand_message_count):>10} messages"
    yield f"readers of the queue   {_count(status.consumer_count):>10} one or two a consumer"
    yield f"dead letters           {_count(status.dead_letter_message_count):>10} messages"
    if status.never_heard_hosts is None:
        yield "enrolled, never heard           ? asked of [management] by an administrator only"
    elif not status.never_heard_hosts:
        yield "enrolled, never heard           0"


def _database_lines(status: Status) -> Iterator[str]:
    if status.database_error is not None:
        yield f"database: {_line(status.database_error)}"
    else:
        yield f"last sample stored     {_seconds(status.newest_arrival_seconds):>10} ago"
        yield f"moves of VMs, 24 h     {_count(status.migration_count):>10}"
    if status.parked is not None:
        parked = status.parked
        since = "" if parked.oldest_seconds is None else f", the oldest for {_seconds(parked.oldest_seconds)}"
        yield f"late, set by           {parked.message_count:>10,} messages{since}"
    for level in status.levels:
        behind = f"{_seconds(level.lag_seconds)} behind"
        done = "not yet begun" if level.done_at is None else f"until {level.done_at}"
        yield f"rolled up, {level.level:<8} {behind:>17}, {done}"
    if status.late_notes is not None:
        notes = status.late_notes
        since = "" if notes.oldest_seconds is None else f", the oldest for {_seconds(notes.oldest_seconds)}"
        yield f"late, to be rolled up  {notes.note_count:>10,} notes{since}"
    if status.due_chunks is not None and status.due_chunks.oldest_seconds is not None:
        due = status.due_chunks
        since = f", the oldest for {_seconds(due.oldest_seconds)}"
        yield f"to be put in columns   {due.chunk_count:>10,} chunks{since}"
    for each in status.quarantine:
        yield f"quarantined, 24 h      {each.message_count:>10,} {each.reason}, newest {each.newest_at}"
    yield from _sender_lines(status)
    yield from _host_lines(status)


def _sender_lines(status: Status) -> Iterator[str]:
    if not status.senders:
        return
    yield ""
    yield f"{'sends most, last minute':<28}{'stored':>9}{'set aside':>11}{'bytes/s':>12}"
    for sender in status.senders:
        rate = sender.sent_bytes_per_second
        yield (
            f"{sender.host:<28}{sender.stored_message_count:>9,}{sender.quarantined_message_count:>11,}"
            f"{_UNKNOWN if rate is None else f'{rate:,.0f}':>12}"
        )


def _host_lines(status: Status) -> Iterator[str]:
    if status.database_error is not None:
        return
    yield ""
    if not status.hosts:
        yield "no host has sent anything yet: is a publisher running, with this broker?"
        return
    yield f"{'host':<28}{'age':>9}{'lag':>9}{'spool':>8}{'dropped':>9}{'missing':>9}"
    for host in status.hosts:
        yield (
            f"{host.host:<28}{_seconds(host.staleness_seconds):>9}{_seconds(host.lag_seconds):>9}"
            f"{_count(host.spool_message_count):>8}{_count(host.dropped_message_count):>9}"
            f"{_count(host.missing_message_count):>9}"
        )


def _line(error: str) -> str:
    return " ".join(error.split())


def _seconds(value: float | None) -> str:
    return "-" if value is None else f"{value:,.1f} s"


def _count(value: int | None) -> str:
    return "-" if value is None else f"{value:,}"
