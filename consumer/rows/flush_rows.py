# SPDX-License-Identifier: Apache-2.0
"""From messages to the rows of a flush: a tuple per row, in the order of ``tables``; domains by column. Pure.

Times travel as microseconds since 2000, which is what timestamptz is in PostgreSQL's binary format. Psycopg
would make the same eight bytes from a datetime in Python code, once per row.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from operator import itemgetter
from typing import Any, NamedTuple, Protocol, TypeVar
from uuid import UUID

from msgspec import to_builtins
from msgspec.structs import astuple

from consumer.inventory.placement import Placements
from consumer.rows.domain_rows import DomainRows, LatestReport, Origin
from consumer.rows.domain_totals import domain_totals
from consumer.rows.encoding import Row
from consumer.rows.health import HostHealth
from consumer.rows.host_assessment import HostAssessment
from consumer.rows.instants import Instants
from consumer.rows.tables import (
    DOMAIN_LATEST_KEYS,
    DROPPED_RANGES,
    EVENT_CLAIMS,
    EVENTS,
    HOST_DISK_SAMPLES,
    HOST_FILESYSTEM_SAMPLES,
    HOST_INTERFACE_SAMPLES,
    HOST_LATEST,
    HOST_SAMPLES,
    PUBLISHER_REPORTS,
    Table,
)
from publisher.wire.columns import ColumnBatch
from publisher.wire.samples import Event

_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_SAMPLED, _RECEIVED = map(HOST_LATEST.columns.index, ("sampled_at", "received_at"))


def microseconds(at: datetime) -> int:
    """Return a time as PostgreSQL's binary timestamptz: whole microseconds since 2000-01-01 UTC."""
    return (at - _EPOCH) // _MICROSECOND


def from_microseconds(at: int) -> datetime:
    """Return the time that ``microseconds`` makes this of."""
    return _EPOCH + at * _MICROSECOND


class HostLatest(NamedTuple):
    """The latest row of a host and the latest reports on its domains, which a later flush stores."""

    host_row: Row
    domain_reports: Sequence[LatestReport]


# By host.
HeldBack = Mapping[str, HostLatest]


class FlushRows:
    """The rows of one flush, by table; those of domains by column. ``held`` is what the flush before left."""

    def __init__(self, held: HeldBack) -> None:
        self.by_table: dict[Table, list[Row]] = {}
        self.instants = Instants()
        self.domains = DomainRows({host: each.domain_reports for host, each in held.items()})
        self._host_latest = {host: each.host_row for host, each in held.items()}

    def add_batch(
        self,
        batch: ColumnBatch,
        host_id: int,
        placements: Placements,
        *,
        health: HostHealth,
        received_at: datetime,
    ) -> None:
        """Add a batch with the placements of its domains.

        Raises DataRefused, with nothing added, for a text of a domain that no bytes can be made of.
        """
        at, received = microseconds(batch.sampled_at), microseconds(received_at)
        if batch.domains is not None:
            # First, since a text may be refused.
            self.domains.add(batch.domains, Origin(batch.host, host_id, at, received), placements)
        self.instants.add(host_id, at, placements.packed_ids)
        collectors = to_builtins(batch.collectors)
        host_row = (host_id, at, *astuple(batch.sample), *astuple(_assessment(batch, health)))
        self._extend(HOST_SAMPLES, (host_row,))
        now = (received, batch.tick_seconds, *_hypervisor(batch), collectors, health.clock_offset_seconds)
        self._keep_newest(batch.host, (*host_row, *now))
        self._extend(
            HOST_DISK_SAMPLES,
            ((host_id, each.device, at, *astuple(each)[1:]) for each in _first_of_each(batch.disks)),
        )
        self._extend(
            HOST_INTERFACE_SAMPLES,
            ((host_id, each.device, at, *astuple(each)[1:]) for each in _first_of_each(batch.interfaces)),
        )
        self._extend(
            HOST_FILESYSTEM_SAMPLES,
            (
                (host_id, path, at, each.total_bytes, each.available_bytes)
                for path, each in {each.path: each for each in batch.filesystems}.items()
            ),
        )
        self._add_report(batch, host_id, at, received, collectors)

    def add_event(self, event: Event, host_id: int, domain_id: int | None) -> None:
        """Add an event; without the key of a domain that it names, it claims to be about that domain."""
        at = microseconds(event.occurred_at)
        row = (
            host_id,
            event.epoch,
            event.sequence,
            at,
            event.kind,
            domain_id,
            event.domain_name,
            event.detail,
            event.attributes,
        )
        self._extend(EVENTS, (row,))
        if domain_id is None and event.domain_uuid is not None:
            claim = (host_id, event.epoch, event.sequence, at, UUID(event.domain_uuid))
            self._extend(EVENT_CLAIMS, (claim,))

    def hold_back(self, is_superseded: Callable[[str], bool]) -> HeldBack:
        """Take out the latest rows of hosts that a later message supersedes, for the next flush."""
        hosts = [host for host in self._host_latest if is_superseded(host)]
        return {host: HostLatest(self._host_latest.pop(host), self.domains.hold_back(host)) for host in hosts}

    def finish(self) -> dict[Table, list[Row]]:
        """Return the rows but those of the domains' own tables, sorted by their keys."""
        if self._host_latest:
            self.by_table[HOST_LATEST] = list(self._host_latest.values())
        if latest := self.domains.latest_rows():
            self.by_table[DOMAIN_LATEST_KEYS] = latest
        for rows in self.by_table.values():
            # Rows come in order of time, nearly always, and sorting is stable: the entity alone suffices.
            rows.sort(key=itemgetter(0))
        return self.by_table

    def _keep_newest(self, host: str, row: Row) -> None:
        known = self._host_latest.get(host)
        if known is None or _taken(known) <= _taken(row):
            self._host_latest[host] = row

    def _extend(self, table: Table, rows: Iterable[Row]) -> None:
        self.by_table.setdefault(table, []).extend(rows)

    def _add_report(self, batch: ColumnBatch, host_id: int, at: int, received: int, collectors: Any) -> None:
        report = batch.publisher
        row = (
            host_id,
            at,
            received,
            batch.epoch,
            batch.sequence,
            batch.boot_id,
            batch.publisher_version,
            batch.tick_seconds,
            report.tick_work_seconds,
            report.spool_message_count,
            report.spool_bytes,
            report.dropped_message_count,
            report.missed_tick_count,
            report.cpu_seconds,
            report.resident_bytes,
            *_hypervisor(batch),
            batch.hypervisor.libvirt_version,
            batch.hypervisor.hypervisor_version,
            batch.hypervisor.abandoned_call_count,
            collectors,
        )
        self._extend(PUBLISHER_REPORTS, (row,))
        if report.dropped:
            self._extend(
                DROPPED_RANGES, ((host_id, each.epoch, each.first, each.last, at) for each in report.dropped)
            )


def _taken(host_row: Row) -> int:
    """Return when a row of HOST_LATEST was sampled at the latest: its host's clock may be ahead."""
    at, received = host_row[_SAMPLED], host_row[_RECEIVED]
    return int(min(at, received))


def _assessment(batch: ColumnBatch, health: HostHealth) -> HostAssessment:
    return HostAssessment(
        **domain_totals(batch.domains),
        health_score=health.score,
        health_state=health.state,
        health_reasons=to_builtins(health.reasons),
    )


def _hypervisor(batch: ColumnBatch) -> tuple[str, str | None]:
    return batch.hypervisor.state, batch.hypervisor.reason


class _Device(Protocol):
    @property
    def device(self) -> str: ...


_AnyDevice = TypeVar("_AnyDevice", bound=_Device)


def _first_of_each(devices: list[_AnyDevice]) -> list[_AnyDevice]:
    """Keep the first device of each name: two interfaces of a VM may carry the same MAC."""
    if len(devices) < 2:  # noqa: PLR2004 - one device cannot repeat
        return devices
    seen: dict[str, _AnyDevice] = {}
    for device in devices:
        seen.setdefault(device.device, device)
    return list(seen.values())
