# SPDX-License-Identifier: Apache-2.0
"""What the VMs of a host took of it over a range: values, on a migrated database."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import msgspec
import pytest

from dashboard.database import Database
from dashboard.pages.host.stack import StackCurve, StackKey, read_stack
from dashboard.pages.host.stack_figures import ALL_PLACE, OTHERS_PLACE, stack_figure
from dashboard.settings import DatabaseSettings
from dashboard.timerange import LEVELS, RAW, Level, TimeRange
from publisher.wire.samples import DomainReport
from tests.dashboard.lives import Lives, Stay
from tests.dashboard.seeding import GIB, MIB, Load, Seeder, domain, host_batch, utc_now
from tests.services import MigratedDatabase

BUCKETS = LEVELS[2]
# The beginning of a bucket.
START = utc_now().replace(minute=0, second=0) - timedelta(hours=2)
TICK_SECONDS = 10
TICK_COUNT = 12
END = START + timedelta(seconds=TICK_SECONDS * TICK_COUNT)


@pytest.fixture
def connected(database: MigratedDatabase) -> Iterator[Database]:
    """Give the dashboard's own connection to the test's database."""
    connected = Database(DatabaseSettings(url=database.dashboard_url))
    connected.open()
    yield connected
    connected.close()


def tick(index: int) -> datetime:
    """Return the instant of a tick."""
    return START + timedelta(seconds=TICK_SECONDS * index)


def stack(connected: Database, level: Level = RAW, figure: str = "cpu") -> dict[int, StackCurve]:
    """Return the curves of the first host over all ticks by their place."""
    key = StackKey(1, stack_figure(figure), level, TICK_SECONDS)
    found = read_stack(connected, key, TimeRange("", "", START, END))
    return {curve.place: curve for curve in found.curves}


def busy(number: int, cores: float, *, name: str | None = None) -> DomainReport:
    """Return a VM of two vCPUs that uses some cores."""
    return domain(number, name or f"vm{number}", cpu_ratio=cores / 2)


def unread(vm: DomainReport) -> DomainReport:
    """Return a VM that runs and whose figures could not be read."""
    sample = msgspec.structs.replace(vm.sample, cpu_cores=None, cpu_ratio=None, outcome="timed_out")
    return msgspec.structs.replace(vm, sample=sample)


def crowd() -> list[DomainReport]:
    """Return twelve VMs, of which number 12 takes most."""
    return [busy(number, number / 10) for number in range(1, 13)]


def store(seeder: Seeder, lives: Lives, host: str, ticks: dict[int, list[DomainReport]]) -> None:
    """Store the VMs of a host at its ticks; they live on it since before."""
    batches = [host_batch(host, tick(at), at + 1, Load(domains=vms)) for at, vms in ticks.items()]
    seeder.store(batches)
    known = {vm.uuid: vm for vms in ticks.values() for vm in vms}
    for vm in known.values():
        lives.lived(vm, [Stay(host, START - timedelta(hours=1))])


@pytest.mark.parametrize("level", [RAW, BUCKETS], ids=["raw", "rollup"])
def test_the_ten_that_took_most_and_the_others(
    connected: Database, seeder: Seeder, lives: Lives, level: Level
) -> None:
    """Ten are told apart, by what they took; the others are added up, and so are all."""
    store(seeder, lives, "hv1", {at: crowd() for at in range(TICK_COUNT)})
    curves = stack(connected, level)
    assert [*range(1, 11), OTHERS_PLACE, ALL_PLACE] == list(curves)
    assert [f"vm{number}" for number in range(12, 2, -1)] == [curves[place].name for place in range(1, 11)]
    assert (crowd()[11].uuid, 1) == (curves[1].uuid, curves[1].domain_count)
    assert (2, 12) == (curves[OTHERS_PLACE].domain_count, curves[ALL_PLACE].domain_count)
    assert pytest.approx([1.2, 0.3, 7.8], rel=1e-6) == [
        curves[place].mean for place in (1, OTHERS_PLACE, ALL_PLACE)
    ]
    others, row_count = curves[OTHERS_PLACE], TICK_COUNT if level.is_raw else 1
    assert pytest.approx([0.3] * row_count, rel=1e-6) == others.amounts
    assert tick(0).timestamp() == others.times_seconds[0]


@pytest.mark.parametrize("level", [RAW, BUCKETS], ids=["raw", "rollup"])
def test_those_that_were_chosen_keep_their_places(
    connected: Database, seeder: Seeder, lives: Lives, level: Level
) -> None:
    """Whatever they take; all that were not chosen are the others."""
    store(seeder, lives, "hv1", {at: crowd() for at in range(TICK_COUNT)})
    first = stack(connected, level)
    chosen = tuple(first[place].domain_id or 0 for place in (3, 1))
    key = StackKey(1, stack_figure("cpu"), level, TICK_SECONDS, chosen)
    found = read_stack(connected, key, TimeRange("", "", START, END))
    assert chosen == found.chosen
    assert ["vm10", "vm12", None, None] == [curve.name for curve in found.curves]
    assert pytest.approx([1.0, 1.2, 5.6, 7.8], rel=1e-6) == [curve.mean for curve in found.curves]
    assert [1, 1, 10, 12] == [curve.domain_count for curve in found.curves]


@pytest.mark.parametrize("level", [RAW, BUCKETS], ids=["raw", "rollup"])
def test_each_figure_is_that_of_its_name(
    connected: Database, seeder: Seeder, lives: Lives, level: Level
) -> None:
    """Memory is what is resident; disks and networks count both directions."""
    store(seeder, lives, "hv1", {at: [busy(1, 1.0)] for at in range(TICK_COUNT)})
    means = {"cpu": 1.0, "memory": 1.5 * GIB, "disk": 2.0 * MIB, "network": 137_500.0}
    for figure, mean in means.items():
        curves = stack(connected, level, figure)
        assert [1, ALL_PLACE] == list(curves)
        assert pytest.approx([mean, mean], rel=1e-6) == [curves[1].mean, curves[ALL_PLACE].mean]


def test_an_unknown_part_makes_no_sum(connected: Database, seeder: Seeder, lives: Lives) -> None:
    """Where one of the others is not known neither are the others together nor all; a VM that is off is."""
    whole = crowd()
    without_first = [unread(whole[0]), *whole[1:]]
    first_off = [domain(1, "vm1", state=5), *whole[1:]]
    ticks = dict.fromkeys(range(TICK_COUNT), whole) | {3: without_first, 5: first_off}
    del ticks[7]
    store(seeder, lives, "hv1", ticks)
    curves = stack(connected)
    others = dict(zip(curves[OTHERS_PLACE].times_seconds, curves[OTHERS_PLACE].amounts, strict=True))
    everything = dict(zip(curves[ALL_PLACE].times_seconds, curves[ALL_PLACE].amounts, strict=True))
    assert (None, None) == (others[tick(3).timestamp()], everything[tick(3).timestamp()])
    assert pytest.approx(0.2) == others[tick(5).timestamp()]
    assert pytest.approx(0.3) == others[tick(6).timestamp()]
    # A gap of the host is none of the rows.
    assert tick(7).timestamp() not in others
    # Whoever is known is drawn.
    assert pytest.approx(1.2) == curves[1].amounts[3]


@pytest.mark.parametrize("level", [RAW, BUCKETS], ids=["raw", "rollup"])
def test_a_vm_counts_while_it_was_here(
    connected: Database, seeder: Seeder, lives: Lives, level: Level
) -> None:
    """One that left after a minute counts with that minute, also where its buckets go on elsewhere."""
    stays, leaves = busy(1, 0.8, name="stays"), busy(2, 1.2, name="leaves")
    half = TICK_COUNT // 2
    here = {at: [stays, leaves] if at < half else [stays] for at in range(TICK_COUNT)}
    seeder.store([host_batch("hv1", tick(at), at + 1, Load(domains=vms)) for at, vms in here.items()])
    elsewhere = range(half, TICK_COUNT)
    seeder.store([host_batch("hv2", tick(at), at + 1, Load(domains=[leaves])) for at in elsewhere])
    before = START - timedelta(hours=1)
    lives.lived(stays, [Stay("hv1", before)])
    lives.lived(leaves, [Stay("hv1", before, tick(half)), Stay("hv2", tick(half), how="migrated")])
    curves = stack(connected, level)
    assert ["stays", "leaves"] == [curves[1].name, curves[2].name]
    assert pytest.approx([0.8, 0.6, 1.4], rel=1e-6) == [curves[place].mean for place in (1, 2, ALL_PLACE)]
    assert tick(half).timestamp() > curves[2].times_seconds[-1]


def test_a_vm_that_was_here_for_a_part_of_a_bucket_counts_for_that_part(
    connected: Database, seeder: Seeder, lives: Lives
) -> None:
    """Half of five minutes is half of what it took, and less of a quarter of an hour."""
    end = START + timedelta(minutes=15)
    minutes = [START + timedelta(minutes=number) for number in range(15)]
    comes = busy(1, 1.2)
    seeder.store([host_batch("hv1", at, 1, Load(domains=[busy(2, 0.1)])) for at in minutes])
    seeder.store([host_batch("hv2", at, 1, Load(domains=[comes])) for at in minutes])
    lives.lived(busy(2, 0.1), [Stay("hv1", START)])
    lives.lived(comes, [Stay("hv1", START + timedelta(minutes=7.5))])
    for name, expected in (("5m", [0.6, 1.2]), ("15m", [0.6])):
        level = next(level for level in LEVELS if level.name == name)
        key = StackKey(1, stack_figure("cpu"), level, 60.0)
        curve = read_stack(connected, key, TimeRange("", "", START, end)).curves[0]
        assert comes.uuid == curve.uuid
        assert pytest.approx(expected, rel=1e-6) == curve.amounts
        assert pytest.approx(0.6, rel=1e-6) == curve.mean
