# SPDX-License-Identifier: Apache-2.0
"""What a host's VMs take together."""

from typing import Any

import pytest
from msgspec.structs import replace

from consumer.rows.domain_totals import domain_totals
from loadgen.fleet.fleet import Fleet, FleetShape
from publisher.wire.samples import DomainReport, DomainSample
from publisher.wire.transposition import in_columns

GIB = 1024**3
RUNNING, BLOCKED, PAUSED, OFF = 1, 2, 3, 5
BATCH = Fleet(FleetShape(host_count=1, domain_count_per_host=20)).batch(0, 1_795_392_000.0, 1)


def vm(number: int, state: int = RUNNING, **figures: Any) -> DomainReport:
    """Return a VM of two vCPUs and 4 GiB, of which it takes 1 GiB while it is not off."""
    is_active = state != OFF
    usual = {
        "vcpu_count": 2,
        "memory_assigned_bytes": 4 * GIB,
        "memory_resident_bytes": GIB if is_active else None,
    }
    return DomainReport(
        uuid=f"00000000-0000-4000-8000-{number:012}",
        name=f"vm{number}",
        libvirt_id=number if is_active else None,
        sample=DomainSample(state=state, **(usual | figures)),
    )


def totals(*reports: DomainReport) -> tuple[object, ...]:
    """Return the figures of a host with these VMs, in their order."""
    found = domain_totals(in_columns(replace(BATCH, domains=list(reports))).domains)
    return tuple(dict(found).values())


def test_active_vms_are_added_up() -> None:
    """One that is paused keeps what it has; one that is off has nothing, whatever it would get."""
    assert (4, 3, 2, 6, 12 * GIB, 3 * GIB) == totals(vm(1), vm(2, BLOCKED), vm(3, PAUSED), vm(4, OFF))
    assert (2, 2, 2, 4, 8 * GIB, 2 * GIB) == totals(vm(1), vm(2))


def test_a_host_without_vms_has_none_of_each() -> None:
    """An empty list is an answer; a list that libvirt did not give is none."""
    assert (0,) * 6 == totals()
    assert {None} == set(domain_totals(None).values())


@pytest.mark.parametrize(
    ("busy", "expected"),
    [
        ({"memory_resident_bytes": None}, (2, 2, 2, 4, 8 * GIB, None)),
        ({"memory_assigned_bytes": None, "memory_resident_bytes": None}, (2, 2, 2, 4, None, None)),
        ({"vcpu_count": None}, (2, 2, 2, None, 8 * GIB, 2 * GIB)),
    ],
)
def test_a_sum_with_an_unknown_part_is_unknown(
    busy: dict[str, Any], expected: tuple[int | None, ...]
) -> None:
    """Libvirt gives no figures of a VM that is busy: the sum of the others would be a smaller host."""
    assert expected == totals(vm(1), vm(2, **busy))


def test_what_a_vm_that_is_off_lacks_is_no_part() -> None:
    """Only what is active is added."""
    off = vm(2, OFF, vcpu_count=None, memory_assigned_bytes=None)
    assert (2, 1, 1, 2, 4 * GIB, GIB) == totals(vm(1), off)


def test_a_sum_beyond_its_column_is_unknown() -> None:
    """Each number fits, as a host may claim; their sum would end the flush of all."""
    assert None is totals(*[vm(number, memory_assigned_bytes=2**62) for number in (1, 2)])[4]


def test_simulated_hosts_agree_with_their_vms() -> None:
    """The load generator reports VMs alone: the host's figures are theirs."""
    found = domain_totals(in_columns(BATCH).domains)
    active = [each for each in BATCH.domains or [] if each.libvirt_id is not None]

    assert (20, len(active)) == (found["domain_count"], found["domain_active_count"])
    assert sum(each.sample.vcpu_count or 0 for each in active) == found["domain_vcpu_count"]
    assert (
        sum(each.sample.memory_resident_bytes or 0 for each in active)
        == (found["domain_memory_resident_bytes"])
    )
