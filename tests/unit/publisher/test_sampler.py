# SPDX-License-Identifier: Apache-2.0
"""The loop of ticks: cadence, what a batch carries, and that nothing a tick meets ends it."""

from datetime import timedelta
from pathlib import Path
from threading import Event as Flag

import msgspec
import pytest

from publisher.announcer import Announcer
from publisher.clock import phase_seconds
from publisher.domains.sampler import HypervisorTick
from publisher.sampler import NoDomains, Sampler
from publisher.spool import Spool
from publisher.unsent_event import EventFacts
from publisher.version import VERSION
from publisher.wire.codec import EVENT_TYPE, SAMPLE_TYPE, decode_event, decode_sample
from publisher.wire.samples import (
    DomainReport,
    DomainSample,
    Event,
    HostSample,
    HypervisorHealth,
    SampleBatch,
)
from publisher.wire.transposition import in_reports
from tests.unit.publisher.sources import BOOT_ID, START, FakeClock, FakeDomains, FakeHost

UUID = "6f1d3c2a-9b4e-4d11-8a77-0c5e9d2b1f30"


class Bench:
    """A sampler with its sources and its spool."""

    def __init__(
        self,
        folder: Path,
        *,
        ticks: int = 1,
        host: FakeHost | None = None,
        domains: FakeDomains | NoDomains | None = None,
    ) -> None:
        self.clock = FakeClock(stop_after_waits=ticks)
        self.host = host or FakeHost()
        self.spool = Spool(folder / "spool", "hv042")
        self.sampler = Sampler(
            host="hv042",
            interval_seconds=10.0,
            host_source=self.host,
            domain_source=domains or FakeDomains(),
            spool=self.spool,
            announcer=Announcer(self.spool, "hv042", "unknown"),
            clock=self.clock,
        )

    def run(self) -> list[SampleBatch]:
        """Run all ticks and return the batches."""
        self.sampler.run(Flag())
        return self.batches()

    def batches(self) -> list[SampleBatch]:
        """Return the batches in the spool."""
        found = self.spool.read("sample", count=1_000, size_bytes=2**40)
        assert {("hv042.sample", SAMPLE_TYPE)} >= {(item.routing_key, item.message_type) for item in found}
        return [in_reports(decode_sample(item.body)) for item in found]

    def events(self) -> list[Event]:
        """Return the events in the spool."""
        found = self.spool.read("event", count=1_000, size_bytes=2**40)
        events = [decode_event(item.body) for item in found]
        assert [f"hv042.event.{event.kind}" for event in events] == [item.routing_key for item in found]
        assert {EVENT_TYPE} >= {item.message_type for item in found}
        return events


def domain(name: str = "shop", **fields: object) -> DomainReport:
    """Return a domain with these fields in its sample."""
    sample = msgspec.structs.replace(DomainSample(state=1), **fields)
    return DomainReport(uuid=UUID, name=name, libvirt_id=3, sample=sample)


def hypervisor(*domains: DomainReport) -> FakeDomains:
    """Return a source of these domains."""
    return FakeDomains(
        HypervisorTick(health=HypervisorHealth(state="connected"), domains=list(domains), collectors=[])
    )


def test_a_batch_carries_host_domains_and_the_publisher_itself(tmp_path: Path) -> None:
    """Envelope, samples and report of the first tick, numbered from 1."""
    (batch,) = Bench(tmp_path, domains=hypervisor(domain(cpu_cores=1.5))).run()

    assert ("hv042", 1, BOOT_ID, VERSION, 10.0, 10.0) == (
        batch.host,
        batch.sequence,
        batch.boot_id,
        batch.publisher_version,
        batch.tick_seconds,
        batch.interval_seconds,
    )
    assert HostSample(load_1m=0.5) == batch.sample
    assert [domain(cpu_cores=1.5)] == batch.domains
    assert (START, 0, 0, 0, None) == (
        batch.publisher.started_at,
        batch.publisher.spool_message_count,
        batch.publisher.dropped_message_count,
        batch.publisher.missed_tick_count,
        batch.publisher.tick_work_seconds,
    )
    assert batch.publisher.resident_bytes is not None
    assert batch.publisher.resident_bytes > 1024 * 1024


def test_ticks_are_one_interval_apart_on_the_hosts_own_phase(tmp_path: Path) -> None:
    """Wall clock labels and the instants given to the host keep the grid."""
    bench = Bench(tmp_path, ticks=4)
    batches = bench.run()
    first = batches[0].sampled_at

    assert [first + timedelta(seconds=10 * number) for number in range(4)] == [
        batch.sampled_at for batch in batches
    ]
    assert phase_seconds("hv042", 10.0) == pytest.approx(first.timestamp() % 10, abs=1e-5)
    assert [10.0] * 3 == pytest.approx(
        [
            later - sooner
            for sooner, later in zip(bench.host.at_seconds, bench.host.at_seconds[1:], strict=False)
        ]
    )


def test_a_slow_tick_skips_what_it_missed_and_says_so(tmp_path: Path) -> None:
    """A tick of 25 s costs two samples, counted in the next batch together with its duration."""

    def dawdle(count: int) -> None:
        bench.clock.seconds += 25.0 if count == 1 else 0.0

    bench = Bench(tmp_path, ticks=2, host=FakeHost(dawdle))
    first, second = bench.run()

    assert timedelta(seconds=30) == second.sampled_at - first.sampled_at
    assert (2, 25.0) == (second.publisher.missed_tick_count, second.publisher.tick_work_seconds)


def test_a_step_of_the_wall_clock_moves_the_label_only(tmp_path: Path) -> None:
    """The clock set forward by an hour and back: the cadence is that of the monotonic clock."""

    def step(count: int) -> None:
        bench.clock.wall_offset_seconds = {1: 3_600.0, 2: -3_600.0}.get(count, 0.0)

    bench = Bench(tmp_path, ticks=3, host=FakeHost(step))
    batches = bench.run()

    assert [10.0, 10.0] == pytest.approx(
        [
            later - sooner
            for sooner, later in zip(bench.host.at_seconds, bench.host.at_seconds[1:], strict=False)
        ]
    )
    assert timedelta(seconds=3_610) == batches[1].sampled_at - batches[0].sampled_at
    assert 0 == batches[-1].publisher.missed_tick_count


def test_a_failing_tick_does_not_end_the_loop(tmp_path: Path) -> None:
    """The ticks before and after it are there."""

    def fail(count: int) -> None:
        if count == 2:
            raise RuntimeError("host broke")

    bench = Bench(tmp_path, ticks=3, host=FakeHost(fail))

    assert [1, 2] == [batch.sequence for batch in bench.run()]
    assert 3 == len(bench.host.at_seconds)


@pytest.mark.parametrize("step", ["begin", "finish"])
def test_a_failing_hypervisor_leaves_the_host_its_sample(tmp_path: Path, step: str) -> None:
    """The domains are unknown, which is not the same as none, and the reason is told."""
    (batch,) = Bench(tmp_path, domains=FakeDomains(failing=step)).run()

    assert HostSample(load_1m=0.5) == batch.sample
    assert batch.domains is None
    assert "disconnected" == batch.hypervisor.state
    assert {"cpu": None, "domains": f"RuntimeError('{step} broke')"} == {
        health.name: health.reason for health in batch.collectors
    }


def test_a_host_whose_settings_name_no_hypervisor_has_no_domains(tmp_path: Path) -> None:
    """An empty list, and the health says why."""
    (batch,) = Bench(tmp_path, domains=NoDomains()).run()

    assert [] == batch.domains
    assert "absent" == batch.hypervisor.state
    assert "uri is empty" in (batch.hypervisor.reason or "")


def test_what_the_host_noticed_becomes_events(tmp_path: Path) -> None:
    """Events of the host are numbered before the batch of their tick, and carry its boot."""
    bench = Bench(tmp_path)
    bench.host.events = [EventFacts(kind="oom_kill", detail="1 process", attributes={"oom_kill_count": "1"})]
    (batch,) = bench.run()
    (event,) = bench.events()

    assert ("oom_kill", "1 process", {"oom_kill_count": "1"}, BOOT_ID) == (
        event.kind,
        event.detail,
        event.attributes,
        event.boot_id,
    )
    assert (1, 2) == (event.sequence, batch.sequence)
    assert batch.sampled_at == event.occurred_at


def test_a_spool_that_was_set_aside_is_announced_once(tmp_path: Path) -> None:
    """The loss of a spool file reaches the database as an event."""
    (tmp_path / "spool").mkdir(mode=0o700)
    (tmp_path / "spool" / "spool.sqlite3").write_bytes(b"no database " * 1_000)
    bench = Bench(tmp_path, ticks=3)
    bench.run()
    (event,) = bench.events()

    assert "spool_set_aside" == event.kind
    assert (event.detail or "").startswith("spool.sqlite3.corrupt-")
    assert {"unknown"} == set(event.attributes.values())


def test_dropped_ranges_travel_in_the_report(tmp_path: Path) -> None:
    """What the spool had to give up is told to the consumer."""
    bench = Bench(tmp_path, ticks=2)
    bench.run()
    first, second = bench.spool.read("sample", count=2, size_bytes=2**40)
    bench.spool.discard(first.ticket, "test")
    bench.spool.confirm([second.ticket])
    bench.sampler.tick()
    (batch,) = bench.batches()

    assert [(1, 1)] == [(lost.first, lost.last) for lost in batch.publisher.dropped]
    assert 1 == batch.publisher.dropped_message_count


def test_a_domain_that_cannot_be_sent_keeps_its_place(tmp_path: Path) -> None:
    """A lone surrogate in a name or a count beyond 63 bits costs that domain's figures, nothing else."""
    other = msgspec.structs.replace(domain("good"), uuid=UUID.replace("6", "7"))
    broken = domain("b\udcffad\0", memory_assigned_bytes=2**63)
    (batch,) = Bench(tmp_path, domains=hypervisor(broken, other)).run()
    assert batch.domains is not None

    assert ["b?ad?", "good"] == [report.name for report in batch.domains]
    assert other == batch.domains[1]
    assert "partial" == batch.domains[0].sample.outcome
    assert "could not be sent" in (batch.domains[0].reason or "")
    assert HostSample(load_1m=0.5) == batch.sample


def test_a_host_sample_that_cannot_be_sent_leaves_the_domains(tmp_path: Path) -> None:
    """The health of the batch says what was left out."""
    bench = Bench(tmp_path, domains=hypervisor(domain()))
    bench.host.sample_to_give = HostSample(memory_total_bytes=-1)
    (batch,) = bench.run()

    assert HostSample() == batch.sample
    assert [domain()] == batch.domains
    assert ("host", "failed") == (batch.collectors[-1].name, batch.collectors[-1].outcome)


def test_figures_that_are_no_numbers_become_unknown(tmp_path: Path) -> None:
    """NaN and infinity never reach the wire."""
    source = hypervisor(domain(cpu_cores=float("nan"), cpu_ratio=float("inf"), steal_ratio=0.25))
    (batch,) = Bench(tmp_path, domains=source).run()
    assert batch.domains is not None

    assert DomainSample(state=1, steal_ratio=0.25) == batch.domains[0].sample
