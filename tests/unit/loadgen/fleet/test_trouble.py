# SPDX-License-Identifier: Apache-2.0
"""What goes on in an eventful fleet: maintenance, hangs, reboots, clocks, and what is told of it."""

from functools import cache
from itertools import pairwise, takewhile

from loadgen.fleet.due_message import due_messages
from loadgen.fleet.fleet import Fleet, FleetShape
from loadgen.fleet.rota import SLOT_SECONDS
from loadgen.fleet.schedule import SimulatedPast, turns
from loadgen.fleet.simulated_event import events_between
from publisher.wire.codec import decode_event, encode
from publisher.wire.samples import Event, SampleBatch

SHAPE = FleetShape(host_count=24, domain_count_per_host=20, eventful=True)
FLEET = Fleet(SHAPE)
SECOND = 1_760_000_000.0
SLOT = SECOND - SECOND % SLOT_SECONDS
RESTING = int(SLOT // SLOT_SECONDS) % 24
HOUR_SECONDS = 3_600.0
DAY_SECONDS = 86_400.0


def told(fleet: Fleet, seconds: float, tick_seconds: float) -> list[SampleBatch | Event]:
    """Return the messages of some past up to SECOND."""
    plan = turns(
        host_count=fleet.shape.host_count,
        tick_seconds=10.0,
        # The day before "now" has a tick a minute, which is more than events need.
        now=SECOND + DAY_SECONDS,
        history=SimulatedPast(seconds + DAY_SECONDS, tick_seconds),
    )
    past = takewhile(lambda turn: turn.second <= SECOND, plan)
    return [line.message for line in due_messages(fleet, past, SECOND - seconds)]


@cache
def half_a_day() -> list[SampleBatch | Event]:
    """Return what the fleet told in the last twelve hours."""
    return told(FLEET, 12 * HOUR_SECONDS, 300.0)


def names(ordinal: int, second: float) -> set[str]:
    """Return the VMs on a host."""
    return {FLEET.identity(profile, second).uuid for profile in FLEET.present(ordinal, second)}


def test_a_vm_is_always_on_exactly_one_host() -> None:
    """However VMs move, at no minute is one doubled."""
    for minute in range(0, 300, 7):
        second = SLOT + minute * 60.0
        everywhere = [uuid for ordinal in range(24) for uuid in names(ordinal, second)]

        assert len(everywhere) == len(set(everywhere))


def test_a_host_in_maintenance_is_empty_and_gets_its_vms_back() -> None:
    """What runs leaves before the restart and returns; what is off stays."""
    before, during, after = (names(RESTING, SLOT + hours * HOUR_SECONDS) for hours in (0.0, 1.0, 3.5))
    running = {
        report.uuid for report in FLEET.batch(RESTING, SLOT, 1).domains or () if report.libvirt_id is not None
    }

    assert len(running) > 10
    assert during & running == set()
    assert before & during == before - running
    # Short-lived VMs may have been made or removed meanwhile.
    assert len(before ^ after) <= 4


def test_each_migration_departs_and_arrives() -> None:
    """Both hosts tell of a move at its instant, unless one is down, and the VM changes hosts then."""
    events: dict[tuple[str, float], dict[str, int]] = {}
    for ordinal in range(24):
        for each in events_between(FLEET, ordinal, SLOT, SLOT + 1_200):
            if each.kind.startswith("domain_migration") and each.domain is not None:
                events.setdefault((each.domain.uuid, each.second), {})[each.kind] = ordinal
    pairs = [pair for pair in events.values() if len(pair) == 2]

    assert len(pairs) > 10
    assert {RESTING} == {pair["domain_migration_departed"] for pair in pairs}
    for (uuid, second), pair in events.items():
        target = pair.get("domain_migration_arrived")
        if target is not None:
            assert uuid in names(RESTING, second - 1)
            assert uuid in names(target, second)


def test_a_restart_is_a_new_boot_with_unknown_rates() -> None:
    """The first sample after the silence has another boot id and no rate; the next has all."""
    restarts = FLEET.hosts[RESTING].duty.restarts
    assert restarts is not None
    down = next(restarts.begins(SLOT, SLOT + SLOT_SECONDS))
    up = down + restarts.length_seconds
    before = FLEET.batch(RESTING, down - 1, 1)
    first, second = FLEET.batch(RESTING, up + 5, 2), FLEET.batch(RESTING, up + 15, 3)

    assert FLEET.hosts[RESTING].duty.is_down(down + 1)
    assert before.boot_id != first.boot_id == second.boot_id
    assert 5.0 == first.sample.uptime_seconds
    assert (None, None, None) == (
        first.interval_seconds,
        first.sample.cpu_busy_ratio,
        first.disks[0].busy_ratio,
    )
    assert second.sample.cpu_busy_ratio is not None
    kinds = [each.kind for each in events_between(FLEET, RESTING, down - 10, up + 10)]
    assert ["publisher_stopping", "publisher_started"] == kinds


def test_a_vm_that_arrives_has_no_rates_yet() -> None:
    """QEMU's counters begin anew on the other host, under another id."""
    profile = next(
        each
        for each in FLEET.domains[RESTING]
        if each.journey is not None
        and each.life is None
        and each.restart is None
        and not FLEET.hosts[each.journey.host].duty.is_down(SLOT + 900)
    )
    assert profile.journey is not None
    moved_at = next(profile.journey.away.begins(SLOT, SLOT + SLOT_SECONDS))
    uuid = FLEET.identity(profile, moved_at).uuid
    first, second = (
        next(
            each
            for each in FLEET.batch(profile.journey.host, moved_at + later, 1).domains or ()
            if each.uuid == uuid
        )
        for later in (5, 15)
    )
    at_home = next(each for each in FLEET.batch(RESTING, moved_at - 5, 1).domains or () if each.uuid == uuid)

    assert (None, None) == (first.sample.cpu_ratio, first.blocks[0].read_bytes_per_second)
    assert second.sample.cpu_ratio is not None
    assert first.libvirt_id == second.libvirt_id != at_home.libvirt_id


def test_one_host_goes_silent_without_a_word() -> None:
    """The host that hangs says nothing for a while, then tells of its start, with no number missing."""
    ordinal = next(number for number, host in enumerate(FLEET.hosts) if host.duty.hangs is not None)
    host = FLEET.hosts[ordinal]
    assert host.duty.hangs is not None
    messages = [each for each in half_a_day() if each.host == host.host]
    times = [each.sampled_at.timestamp() for each in messages if isinstance(each, SampleBatch)]
    longest = max(later - earlier for earlier, later in pairwise(times))

    assert 1 == sum(each.duty.hangs is not None for each in FLEET.hosts)
    assert host.duty.hangs.length_seconds <= longest <= host.duty.hangs.length_seconds + 600
    assert list(range(1, len(messages) + 1)) == [each.sequence for each in messages]
    assert "publisher_started" in {each.kind for each in messages if isinstance(each, Event)}


def test_one_clock_is_ahead() -> None:
    """Samples and events of one host alone are dated later than they are."""
    offsets = [
        FLEET.batch(ordinal, SECOND, 1).sampled_at.timestamp() - SECOND for ordinal in range(SHAPE.host_count)
    ]

    assert 23 == offsets.count(0.0)
    assert 0 < max(offsets) < 60


def test_vms_are_made_and_removed() -> None:
    """A short-lived VM is told from its definition to its removal, and the next of its kind is another."""
    events = [each for each in told(FLEET, 72 * HOUR_SECONDS, 1_800.0) if isinstance(each, Event)]
    made = [each.domain_uuid for each in events if each.kind == "domain_defined"]

    assert len(made) > 10
    assert len(made) == len(set(made))
    uuid = next(
        each.domain_uuid
        for each in events
        if each.kind == "domain_undefined" and each.domain_uuid in made[: len(made) // 2]
    )
    assert ["domain_defined", "domain_started", "domain_stopped", "domain_undefined"] == [
        each.kind for each in events if each.domain_uuid == uuid and "migration" not in each.kind
    ]


def test_events_are_valid_on_the_wire() -> None:
    """Each decodes to itself."""
    events = [each for each in half_a_day() if isinstance(each, Event)]

    assert events == [decode_event(encode(each)) for each in events]
    assert events


def test_history_may_be_told_in_any_pieces() -> None:
    """Two runs over parts of the past tell what one tells of the whole, but for numbers and descriptions."""
    whole = {
        (each.host, each.occurred_at, each.kind, each.domain_uuid)
        for each in half_a_day()
        if isinstance(each, Event)
    }
    part = {
        (each.host, each.occurred_at, each.kind, each.domain_uuid)
        for each in told(Fleet(SHAPE), 3 * HOUR_SECONDS, 600.0)
        if isinstance(each, Event)
    }

    assert part
    assert part <= whole


def test_small_fleets_have_nowhere_to_go() -> None:
    """With too few hosts nobody moves or hangs; rare restarts remain."""
    fleet = Fleet(FleetShape(host_count=2, domain_count_per_host=20, eventful=True))
    kinds = {each.kind for each in told(fleet, 100 * HOUR_SECONDS, 1_800.0) if isinstance(each, Event)}

    assert "publisher_stopping" in kinds
    assert not any("migration" in kind for kind in kinds)
