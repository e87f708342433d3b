# SPDX-License-Identifier: Apache-2.0
"""How much the grid of a large fleet sends: what a browser gets that opens it, and at a tick."""

import uuid
import zlib
from collections.abc import Sequence
from datetime import timedelta
from random import Random
from typing import Any

import orjson
import pytest

from dashboard.app import COMPRESSION_LEVEL
from dashboard.pages.fleet.feed import HOST_CARDS, FleetFeed
from dashboard.pages.fleet.host_card import SHOWN_DOMAIN_COUNT
from dashboard.pages.fleet.queries import CardDomains, FleetHost
from dashboard.parts.contract import Request, Update, written
from tests.unit.dashboard.row_database import RowDatabase, holding
from tests.unit.dashboard.rows import GIB, NOW, card_domain, card_domains, fleet_host

HOST_COUNT = 1000
VM_COUNTS = (3, SHOWN_DOMAIN_COUNT, 50)
TICK_BYTES_MAX = 15_000
OPENED_BYTES_MAX = 330_000


def compressed_bytes(update: Update) -> int:
    """Return the size of an answer as it travels."""
    sent = {"multi": True, "response": {"fleet-parts": {"update": written(update)}}}
    return len(zlib.compress(orjson.dumps(sent), COMPRESSION_LEVEL))


def host(number: int, random: Random, seconds: float) -> FleetHost:
    """Return a host whose every figure is another one at each sample."""
    return fleet_host(
        f"hv{number:04d}",
        sampled_at=NOW + timedelta(seconds=seconds + random.random()),
        cpu_busy_ratio=random.random(),
        memory_used_ratio=random.random(),
        memory_total_bytes=random.choice((128, 256, 512)) * GIB,
        disk_busy_ratio=random.random() ** 4,
        cpu_temperature_celsius=random.uniform(40, 80),
        health_score=random.choice((100, 100, 95, 90)),
    )


def domains(number: int, random: Random, count: int) -> CardDomains:
    """Return the VMs of a host, the same ones each time, with new figures."""
    ids = Random(number)  # noqa: S311 - the same names each time, no secrets
    vms = [
        card_domain(
            f"{ids.choice(('web', 'db', 'batch', 'build'))}-{ids.randrange(10_000):04d}",
            uuid=str(uuid.UUID(int=ids.getrandbits(128))),
            cpu_ratio=random.random() ** 3,
            vcpu_count=ids.choice((1, 2, 4, 8)),
        )
        for _ in range(count)
    ]
    return card_domains(*vms, host=f"hv{number:04d}")


def rows(numbers: Sequence[int], random: Random, vm_count: int, seconds: float) -> dict[str, list[Any]]:
    """Return the rows of the hosts with these numbers."""
    return {
        "fleet_hosts": [host(number, random, seconds) for number in numbers],
        "card_domains": [domains(number, random, vm_count) for number in numbers],
    }


@pytest.mark.parametrize("vm_count", VM_COUNTS)
def test_a_tick_of_a_large_fleet_is_small(vm_count: int) -> None:
    """A hundred of a thousand hosts have news in every figure, as at a tenth of their tick."""
    random = Random(vm_count)  # noqa: S311 - repeatable figures, no secrets
    everything = rows(range(HOST_COUNT), random, vm_count, 0)
    database = RowDatabase(everything)
    feed = FleetFeed(database, keep_seconds=0)
    opened = feed.answer(Request(number=1))
    for table, fresh in rows(range(0, HOST_COUNT, 10), random, vm_count, 10).items():
        everything[table][::10] = fresh
    tick = feed.answer(Request(number=2, seen=holding(opened)))
    assert HOST_COUNT // 10 == len(tick.lists[HOST_CARDS].changes)
    assert compressed_bytes(tick) <= TICK_BYTES_MAX
    assert compressed_bytes(opened) <= OPENED_BYTES_MAX
