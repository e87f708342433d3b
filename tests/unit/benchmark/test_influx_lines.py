# SPDX-License-Identifier: Apache-2.0
"""VM samples as Influx lines."""

from msgspec import structs

from loadgen.fleet.fleet import Fleet, FleetShape
from publisher.wire.samples import DomainReport, DomainSample
from tests.benchmark.rivals.victoria_metrics import lines

REPORTS = [
    DomainReport(uuid=f"{number:032x}", name="x", sample=DomainSample(state=1, cpu_ratio=0.5))
    for number in range(3)
]
BATCH = Fleet(FleetShape(host_count=1, domain_count_per_host=0)).batch(0, 1_795_392_000.0, 1)


def test_a_sample_is_a_line_with_its_numbers() -> None:
    """What is null or text is left out: such a store has neither."""
    found = lines([structs.replace(BATCH, domains=REPORTS[:1])], 10)

    text = found.bodies[0].decode()
    assert text.startswith(f"domain,host=hv000,uuid={REPORTS[0].uuid} ")
    assert text.endswith(" 1795392000000000000\n")
    assert {"cpu_ratio=0.5", "state=1"} == set(text.split(" ")[1].split(","))
    assert (1, 2) == (found.sample_count, found.value_count)


def test_lines_are_sent_in_bodies_of_a_size() -> None:
    """The last body holds what is left."""
    found = lines([structs.replace(BATCH, domains=REPORTS)], 2)

    assert [2, 1] == [body.count(b"\n") for body in found.bodies]
