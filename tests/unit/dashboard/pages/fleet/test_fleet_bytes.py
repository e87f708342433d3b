# SPDX-License-Identifier: Apache-2.0
"""How much the page Fleet sends to a browser that opens it, and at a tick: with cards and with a map."""

import uuid
import zlib
from collections.abc import Sequence
from datetime import timedelta
from random import Random
from typing import Any

import orjson
import pytest

from dashboard.app import COMPRESSION_LEVEL
from dashboard.pages.fleet.feed import CARD_HOST_COUNT_MAX, HOST_CARDS, FleetFeed
from dashboard.pages.fleet.host_card import SHOWN_DOMAIN_COUNT
from dashboard.pages.fleet.queries import CardDomains, FleetHost
from dashboard.parts.contract import Request, Update, written
from tests.unit.dashboard.row_database import fleet_database, holding
from tests.unit.dashboard.rows import GIB, NOW, card_domain, card_domains, fleet_host

VM_COUNTS = (3, SHOWN_DOMAIN_COUNT, 50)
CARD_TICK_BYTES_MAX, CARDS_BYTES_MAX = 3_000, 30_000
MAP_TICK_BYTES_MAX = 5_000


def compressed_bytes(update: Update) -> int:
    """Return the size of an answer as it travels."""
    sent = {"multi": True, "response": {"fleet-parts": {"update": written(update)}}}
    return len(zlib.compress(orjson.dumps(sent), COMPRESSION_LEVEL))


def host(number: int, random: Random, seconds: float) -> FleetHost:
    """Return a host whose every figure is another one at each sample."""
    sampled_at = NOW + timedelta(seconds=seconds + random.random())
    return fleet_host(
        f"hv{number:04d}",
        sampled_at=sampled_at,
        stale_at=sampled_at + timedelta(seconds=50),
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


def tick_after(everything: dict[str, list[Any]], fresh: dict[str, list[Any]]) -> tuple[Update, Update]:
    """Return what a browser gets that opens the page, and what at a tick with news of each tenth host."""
    database = fleet_database(**everything)
    feed = FleetFeed(database, keep_seconds=0)
    opened = feed.answer(Request(number=1))
    for table, changed in fresh.items():
        database.rows[table][::10] = changed
    return opened, feed.answer(Request(number=2, seen=holding(opened)))


@pytest.mark.parametrize("vm_count", VM_COUNTS)
def test_a_tick_of_cards_is_small(vm_count: int) -> None:
    """As many hosts as there are cards of; a tenth have news in every figure, as at a tenth of their tick."""
    random = Random(vm_count)  # noqa: S311 - repeatable figures, no secrets
    everything = rows(range(CARD_HOST_COUNT_MAX), random, vm_count, 0)
    opened, tick = tick_after(everything, rows(range(0, CARD_HOST_COUNT_MAX, 10), random, vm_count, 10))
    assert CARD_HOST_COUNT_MAX // 10 == len(tick.lists[HOST_CARDS].changes)
    assert compressed_bytes(tick) <= CARD_TICK_BYTES_MAX
    assert compressed_bytes(opened) <= CARDS_BYTES_MAX


@pytest.mark.parametrize(("host_count", "opened_bytes_max"), [(1000, 15_000), (5000, 60_000)])
def test_a_tick_of_a_map_is_small(host_count: int, opened_bytes_max: int) -> None:
    """A tenth of the hosts have news in every figure: no cell travels but theirs."""
    random = Random(host_count)  # noqa: S311 - repeatable figures, no secrets
    opened, tick = tick_after(
        rows(range(host_count), random, 50, 0), rows(range(0, host_count, 10), random, 50, 10)
    )
    assert tick.cells is not None
    assert (None, host_count // 10) == (tick.cells.all, len(tick.cells.places))
    assert compressed_bytes(tick) <= MAP_TICK_BYTES_MAX
    assert compressed_bytes(opened) <= opened_bytes_max
