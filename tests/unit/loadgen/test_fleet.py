# SPDX-License-Identifier: Apache-2.0
"""The simulated fleet: repeatable, plausible, valid on the wire."""

from itertools import islice

import pytest
from click.testing import CliRunner

from loadgen.cli import main
from loadgen.domain import PAUSED, RUNNING, SHUT_OFF
from loadgen.fleet import Fleet, FleetShape
from loadgen.schedule import turns
from publisher.wire.codec import decode_sample, encode, unknown_fields

SHAPE = FleetShape(host_count=4, domain_count_per_host=50)
SECOND = 1_760_000_000.0


def test_equal_seeds_give_equal_batches() -> None:
    """A batch depends on shape, host and time alone, not on what was asked before."""
    first, second = Fleet(SHAPE), Fleet(SHAPE)
    second.batch(3, SECOND + 500, 9)

    assert encode(first.batch(1, SECOND, 5)) == encode(second.batch(1, SECOND, 5))


def test_another_seed_is_another_fleet() -> None:
    """Two fleets on one broker do not share a VM."""
    uuids = [
        {
            profile.uuid
            for profile in Fleet(FleetShape(host_count=1, domain_count_per_host=20, seed=seed)).present(0, 0)
        }
        for seed in (1, 2)
    ]

    assert set() == uuids[0] & uuids[1]


def test_a_batch_is_valid_on_the_wire() -> None:
    """It decodes to itself and holds nothing that the wire does not know."""
    batch = Fleet(SHAPE).batch(0, SECOND, 1, described=True)

    assert batch == decode_sample(encode(batch))
    assert frozenset() == unknown_fields(encode(batch))


def test_figures_stay_within_their_bounds() -> None:
    """Ratios are 0 to 1 and memory fits the machine, at any hour of the day."""
    fleet = Fleet(SHAPE)
    for hour in range(24):
        for ordinal in range(SHAPE.host_count):
            batch = fleet.batch(ordinal, SECOND + 3_600 * hour, hour)
            samples = [batch.sample, *(report.sample for report in batch.domains or ())]
            for sample in samples:
                for field in sample.__struct_fields__:
                    value = getattr(sample, field)
                    if field.endswith("_ratio") and value is not None:
                        assert 0.0 <= value <= 1.0, field
            assert 0 < (batch.sample.memory_available_bytes or 0) < (batch.sample.memory_total_bytes or 0)


def test_every_figure_is_of_the_tick_that_was_chosen() -> None:
    """With another interval host and VMs say that their rates are over it."""
    batch = Fleet(FleetShape(host_count=1, domain_count_per_host=50, tick_seconds=3.0)).batch(0, SECOND, 1)
    running = [report.sample for report in batch.domains or () if report.sample.state == RUNNING]

    assert (3.0, 3.0, 3.0) == (batch.tick_seconds, batch.interval_seconds, batch.sample.interval_seconds)
    assert {(3.0, 3.0)} == {(each.interval_seconds, each.detail_interval_seconds) for each in running}


def test_a_run_is_an_epoch() -> None:
    """Two runs count from 1 each; told apart by their epochs, neither looks like a loss of the other."""
    epochs = {Fleet(SHAPE, epoch=epoch).batch(0, SECOND, 1).epoch for epoch in ("a" * 16, "b" * 16)}

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


def test_a_roaming_vm_is_always_on_exactly_one_host() -> None:
    """Migrations move VMs; none is lost or doubled, and each host keeps its number."""
    fleet = Fleet(SHAPE)
    places = []
    for second in (SECOND, SECOND + 3_600):
        places.append(
            {profile.uuid: ordinal for ordinal in range(4) for profile in fleet.present(ordinal, second)}
        )
        assert (
            200 == len(places[-1]) == sum(len(list(fleet.present(ordinal, second))) for ordinal in range(4))
        )

    assert any(places[0][uuid] != places[1][uuid] for uuid in places[0])


def test_turns_continue_the_grid_of_an_earlier_run() -> None:
    """History comes first, hosts have their phases, and a later run lies on the same grid, counting anew."""
    first = list(islice(turns(host_count=2, tick_seconds=10.0, now=1_005.0, backfill_seconds=20.0), 6))

    assert [(0, 980.0, 1), (1, 985.0, 1), (0, 990.0, 2)] == [tuple(turn) for turn in first[:3]]
    later = next(turns(host_count=2, tick_seconds=10.0, now=1_000.0, backfill_seconds=0.0))
    assert (0, 1_000.0, 1) == later


@pytest.mark.parametrize("value", ["6", "h", "1.5h", "-1h", "6h "])
def test_a_duration_needs_a_number_and_a_unit(value: str) -> None:
    """Anything else is a usage error that shows what to write."""
    result = CliRunner().invoke(main, ["run", "--broker-url", "amqp://x/", "--backfill", value])

    assert 2 == result.exit_code
    assert "such as 90s, 30m, 6h or 2d" in result.output


def test_a_broker_that_is_away_is_told_in_one_line() -> None:
    """Exit code 69, as of every process."""
    result = CliRunner().invoke(main, ["run", "--broker-url", "amqp://u:p@127.0.0.1:1/"])

    assert 69 == result.exit_code
    assert result.output.startswith("kvmgrid-loadgen: no connection to amqp://127.0.0.1:1")
