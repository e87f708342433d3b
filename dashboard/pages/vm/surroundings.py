# SPDX-License-Identifier: Apache-2.0
"""What stands around a VM in a range: its names, its last start, its devices, and who shared its host."""

from datetime import datetime, timedelta
from typing import NamedTuple

from dashboard.database import Database, Parameter
from dashboard.history.wanted_range import WantedRange
from dashboard.pages.vm.neighbours import Moment, last_moment
from dashboard.pages.vm.queries import (
    VM_DISKS,
    VM_INTERFACES,
    VM_NAMES,
    VM_NEIGHBOURS,
    VM_START,
    VmDisk,
    VmInterface,
    VmName,
    VmNeighbour,
    VmStart,
    VmStay,
)
from dashboard.timerange import LEVELS, Level

LISTED_NAME_COUNT = 50
LISTED_DEVICE_COUNT = 32
LISTED_NEIGHBOUR_COUNT = 100
# Events are kept for a year, and their last start is looked for as far back.
START_SEARCH = timedelta(days=400)


class Around(NamedTuple):
    """A VM in a range at a level; the stays are those in the range, newest first."""

    domain_id: int
    wanted: WantedRange
    level: Level
    stays: tuple[VmStay, ...]


class Surroundings(NamedTuple):
    """What was found around a VM."""

    names: list[VmName]
    start: VmStart | None
    disks: list[VmDisk]
    interfaces: list[VmInterface]
    moment: Moment | None
    neighbours: list[VmNeighbour]


def read_surroundings(database: Database, around: Around, now: datetime) -> Surroundings:
    """Return what stands around a VM; raise a DatabaseError or RangeError."""
    window = around.wanted.window(now)
    # Means are read from buckets, of samples from those of a minute.
    level = LEVELS[1] if around.level.is_raw else around.level
    key: dict[str, Parameter] = {"domain_id": around.domain_id}
    devices: dict[str, Parameter] = {
        **key,
        "start": window.start - timedelta(seconds=level.bucket_seconds),
        "end": window.end,
        "limit": LISTED_DEVICE_COUNT,
    }
    starts = database.fetch(VM_START, {**key, "earliest": now - START_SEARCH})
    moment = last_moment(around.stays, window, level, now)
    return Surroundings(
        names=database.fetch(VM_NAMES, {**key, "limit": LISTED_NAME_COUNT}),
        start=starts[0] if starts else None,
        disks=database.fetch(VM_DISKS, devices, view=f"domain_block_samples_{level.stored_name}"),
        interfaces=database.fetch(
            VM_INTERFACES, devices, view=f"domain_interface_samples_{level.stored_name}"
        ),
        moment=moment,
        neighbours=[] if moment is None else _neighbours(database, around.domain_id, moment, level),
    )


def _neighbours(database: Database, domain_id: int, moment: Moment, level: Level) -> list[VmNeighbour]:
    parameters: dict[str, Parameter] = {
        "domain_id": domain_id,
        "host_id": moment.stay.host_id,
        "at": moment.at,
        "since": moment.at - timedelta(seconds=moment.span_seconds),
        "limit": LISTED_NEIGHBOUR_COUNT,
    }
    return database.fetch(VM_NEIGHBOURS, parameters, view=f"domain_samples_{level.stored_name}")
