# SPDX-License-Identifier: Apache-2.0
"""The simulated fleet: repeatable, plausible, valid on the wire."""

from statistics import mean

from loadgen.fleet.domain import PAUSED, RUNNING, SHUT_OFF
from loadgen.fleet.fleet import Fleet, FleetShape
from publisher.wire.codec import decode_sample, encode, unknown_fields
from publisher.wire.samples import DomainReport
from publisher.wire.transposition import in_columns

CALM = FleetShape(host_count=4, domain_count_per_host=50)
EVENTFUL = FleetShape(host_count=24, domain_count_per_host=20, eventful=True)
# A Thursday, 08:53:20 UTC.
SECOND = 1_760_000_000.0
DAY_SECONDS = 86_400.0


def uuids(fleet: Fleet, second: float) -> list[str]:
    """Return the VMs of all hosts at a time."""
    return [
        fleet.identity(profile, second).uuid
        for ordinal in range(fleet.shape.host_count)
        for profile in fleet.present(ordinal, second)
    ]


def running(fleet: Fleet, second: float) -> list[DomainReport]:
    """Return what all running VMs report."""
    return [
        report
        for ordinal in range(fleet.shape.host_count)
        for report in fleet.batch(ordinal, second, 1).domains or ()
        if report.sample.state == RUNNING
    ]


def test_equal_seeds_give_equal_batches() -> None:
    """A batch depends on shape, host and time alone, not on what was asked before."""
    first, second = Fleet(EVENTFUL), Fleet(EVENTFUL)
    second.batch(3, SECOND + 500_000, 9)

    assert encode(first.batch(1, SECOND, 5)) == encode(second.batch(1, SECOND, 5))


def test_another_seed_is_another_fleet() -> None:
    """Two fleets on one broker do not share a VM."""
    fleets = [Fleet(FleetShape(host_count=1, domain_count_per_host=20, seed=seed)) for seed in (1, 2)]

    assert set() == set(uuids(fleets[0], SECOND)) & set(uuids(fleets[1], SECOND))


def test_a_batch_is_valid_on_the_wire() -> None:
    """It decodes to itself and holds nothing that the wire does not know."""
    batch = Fleet(EVENTFUL).batch(0, SECOND, 1, described=True)

    assert in_columns(batch) == decode_sample(encode(batch))
    assert frozenset() == unknown_fields(encode(batch))


def test_figures_stay_within_their_bounds() -> None:
    """Ratios are 0 to 1 and memory fits the machine, at any hour of the day."""
    fleet = Fleet(EVENTFUL)
    for hour in range(0, 48, 2):
        for ordinal in range(EVENTFUL.host_count):
            batch = fleet.batch(ordinal, SECOND + 3_600 * hour, hour)
            samples = [batch.sample, *(report.sample for report in batch.domains or ())]
            for sample in samples:
                for field in sample.__struct_fields__:
                    value = getattr(sample, field)
                    if field.endswith("_ratio") and value is not None:
                        assert 0.0 <= value <= 1.0, field
            assert 0 < (batch.sample.memory_available_bytes or 0) < (batch.sample.memory_total_bytes or 0)


def test_every_figure_is_of_the_tick_that_was_chosen() -> None:
    """With another interval host and VMs say that their rates are over it, also for one batch alone."""
    fleet = Fleet(FleetShape(host_count=1, domain_count_per_host=50, tick_seconds=3.0))
    for tick, batch in (
        (3.0, fleet.batch(0, SECOND, 1)),
        (300.0, fleet.batch(0, SECOND, 1, tick_seconds=300.0)),
    ):
        samples = [report.sample for report in batch.domains or () if report.sample.state == RUNNING]

        assert (tick, tick, tick) == (
            batch.tick_seconds,
            batch.interval_seconds,
            batch.sample.interval_seconds,
        )
        assert {(tick, tick)} == {(each.interval_seconds, each.detail_interval_seconds) for each in samples}


def test_a_run_is_an_epoch() -> None:
    """Two runs count from 1 each; told apart by their epochs, neither looks like a loss of the other."""
    epochs = {Fleet(CALM, epoch=epoch).batch(0, SECOND, 1).epoch for epoch in ("a" * 16, "b" * 16)}

    assert {"a" * 16, "b" * 16} == epochs


def test_some_vms_are_off_and_some_paused() -> None:
    """A fleet shows every state that a page has to draw."""
    fleet = Fleet(FleetShape(host_count=20, domain_count_per_host=50))
    states = {
        report.sample.state
        for ordinal in range(20)
        for report in fleet.batch(ordinal, SECOND, 1).domains or ()
    }

    assert {RUNNING, PAUSED, SHUT_OFF} == states


def test_a_calm_fleet_stays_as_it_is() -> None:
    """Without events every host keeps its VMs, its boot and its clock."""
    fleet = Fleet(CALM)
    first, later = (fleet.batch(2, second, 1) for second in (SECOND, SECOND + 9 * DAY_SECONDS))

    assert uuids(fleet, SECOND) == uuids(fleet, SECOND + 9 * DAY_SECONDS)
    assert first.boot_id == later.boot_id
    assert SECOND == first.sampled_at.timestamp()


def test_the_afternoon_is_busier_than_the_night_and_than_the_weekend() -> None:
    """Load follows the hours of working days."""
    fleet = Fleet(EVENTFUL)
    midnight = SECOND - SECOND % DAY_SECONDS

    def load(second: float) -> float:
        return mean(report.sample.cpu_cores or 0.0 for report in running(fleet, second))

    afternoon, night = load(midnight + 13.5 * 3_600), load(midnight + 23.5 * 3_600)
    saturday = load(midnight + 2 * DAY_SECONDS + 13.5 * 3_600)

    assert afternoon > 1.5 * night
    assert afternoon > 1.2 * saturday


def test_backups_run_at_night() -> None:
    """A VM with a nightly job is idle at noon and works at some time before dawn."""
    fleet = Fleet(EVENTFUL)
    midnight = SECOND - SECOND % DAY_SECONDS
    names = [report.name for report in running(fleet, midnight) if report.name.startswith("backup")]

    def cpu(name: str, hour: float) -> float:
        reports = {report.name: report for report in running(fleet, midnight + 3_600 * hour)}
        return reports[name].sample.cpu_ratio or 0.0

    assert cpu(names[0], 12) < 0.1
    assert max(cpu(names[0], quarter / 4) for quarter in range(28)) > 0.3


def test_memory_creeps_until_a_restart() -> None:
    """A leaking VM's memory grows from day to day. After its restart it is low, and the id is new."""
    fleet = Fleet(EVENTFUL)
    profile = next(each for domains in fleet.domains for each in domains if each.restart is not None)
    assert profile.restart is not None
    restart = profile.restart.begun_at(SECOND) + profile.restart.period_seconds

    def report(second: float) -> DomainReport:
        batch = fleet.batch(profile.host(second), second, 1)
        uuid = fleet.identity(profile, second).uuid
        return next(each for each in batch.domains or () if each.uuid == uuid)

    before, during, after = report(restart - 60), report(restart + 20), report(restart + 120)

    assert (before.sample.memory_used_ratio or 0) > 0.8
    assert (SHUT_OFF, None) == (during.sample.state, during.libvirt_id)
    assert (after.sample.memory_used_ratio or 1) < 0.6
    assert before.libvirt_id != after.libvirt_id


def test_a_noisy_neighbour_takes_from_the_others() -> None:
    """While one VM takes all the CPU it gets on a full host, all wait for CPU in proportion."""
    fleet = Fleet(EVENTFUL)
    stolen = [
        [
            report.sample.steal_ratio or 0.0
            for report in fleet.batch(ordinal, SECOND + hour * 3_600, 1).domains or ()
        ]
        for hour in range(24)
        for ordinal in range(24)
    ]

    assert any(max(each, default=0.0) > 0.1 and sum(value > 0.0 for value in each) > 5 for each in stolen)
    assert sum(max(each, default=0.0) == 0.0 for each in stolen) > len(stolen) / 2


def test_images_fill() -> None:
    """The file system of some host is nearly full, that of most is not; within an hour they only fill."""
    fleet = Fleet(EVENTFUL)
    ratios = [host.image_used_ratio(SECOND) for host in fleet.hosts]

    assert 1 <= sum(ratio > 0.85 for ratio in ratios) < 12
    assert (
        sum(
            host.image_used_ratio(SECOND + 3_600) > ratio
            for host, ratio in zip(fleet.hosts, ratios, strict=True)
        )
        > 20
    )
