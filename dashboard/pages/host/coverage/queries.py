# SPDX-License-Identifier: Apache-2.0
"""The questions about what is missing of a host, and the types of their rows."""

from typing import NamedTuple

from dashboard.queries import Query


class SampledReport(NamedTuple):
    """One sample of a host, and what its publisher said with it; None where no report is kept."""

    time_seconds: float
    interval_seconds: float | None
    has_domains: bool
    # VMs run of which libvirt gave no figures.
    lacks_domains: bool | None
    received_seconds: float | None
    epoch: str | None
    sequence: int | None
    boot_id: str | None
    cpu_seconds: float | None
    missed_tick_count: int | None
    dropped_message_count: int | None
    spool_message_count: int | None
    hypervisor_state: str | None
    hypervisor_reason: str | None


class SampledBucket(NamedTuple):
    """How many samples of a host a bucket has; ``interval_seconds`` is the least of theirs."""

    time_seconds: float
    interval_seconds: float | None
    interval_seconds_mean: float | None
    sample_count: int
    domain_sample_count: int | None
    lacking_sample_count: int | None


class StretchReport(NamedTuple):
    """What a publisher said before a stretch of time, behind it, or within it while libvirt was away."""

    number: int
    side: str
    time_seconds: float
    received_seconds: float
    epoch: str
    sequence: int
    boot_id: str
    cpu_seconds: float | None
    missed_tick_count: int
    dropped_message_count: int
    spool_message_count: int
    hypervisor_state: str
    hypervisor_reason: str | None


class BusyDomains(NamedTuple):
    """The VMs without figures at the first such sample of a stretch, and the outcome of each."""

    number: int
    names: list[str]
    outcomes: list[str]


HOST_COVERAGE_RAW = Query(__package__, "host_coverage_raw", SampledReport)
HOST_COVERAGE_ROLLUP = Query(__package__, "host_coverage_rollup", SampledBucket)
HOST_STRETCH_REPORTS = Query(__package__, "host_stretch_reports", StretchReport)
HOST_BUSY_DOMAINS = Query(__package__, "host_busy_domains", BusyDomains)
