# SPDX-License-Identifier: Apache-2.0
"""A batch and an event that are written and rolled back, to learn whether the database takes anything at all.

They belong to host 0 and domain 0, which no host and no domain ever are.
"""

from datetime import datetime
from typing import Any

from consumer.inventory.placement import Placement, Placements
from consumer.rows.flush_rows import FlushRows
from consumer.rows.health import assess
from publisher.wire import samples
from publisher.wire.transposition import in_columns

_EPOCH, _UUID = "0" * 16, "00000000-0000-0000-0000-000000000000"
# The fields that a batch and an event have in common.
_HEAD: dict[str, Any] = {
    "schema": samples.SCHEMA_VERSION,
    "host": "rehearsal",
    "epoch": _EPOCH,
    "sequence": 0,
    "boot_id": "",
    "publisher_version": "",
}


def rehearse(rows: FlushRows, at: datetime) -> None:
    """Add rows of an instant for every table."""
    batch = samples.SampleBatch(
        **_HEAD,
        sampled_at=at,
        tick_seconds=1.0,
        identity=samples.HostIdentity(hostname=""),
        sample=samples.HostSample(),
        disks=[samples.HostDiskSample(device="", leaf=True)],
        interfaces=[samples.HostInterfaceSample(device="", physical=True)],
        filesystems=[samples.HostFilesystemSample(path="")],
        domains=[
            samples.DomainReport(
                uuid=_UUID,
                name="",
                sample=samples.DomainSample(state=0),
                blocks=[samples.DomainBlockSample(device="")],
                interfaces=[samples.DomainInterfaceSample(device="")],
            )
        ],
        hypervisor=samples.HypervisorHealth(state="absent"),
        publisher=samples.PublisherReport(
            started_at=at,
            spool_message_count=0,
            spool_bytes=0,
            dropped=[samples.DroppedRange(epoch=_EPOCH, first=0, last=0)],
        ),
    )
    event = samples.Event(
        **_HEAD,
        occurred_at=at,
        kind="rehearsal",
    )
    columns = in_columns(batch)
    rows.add_batch(
        columns, 0, Placements.of([Placement(0, resident=True)]), health=assess(columns), received_at=at
    )
    rows.add_event(event, 0, None)
