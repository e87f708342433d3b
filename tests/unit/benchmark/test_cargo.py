# SPDX-License-Identifier: Apache-2.0
"""Messages encoded in advance."""

from loadgen.fleet.fleet import Fleet, FleetShape
from tests.benchmark.cargo import load

FLEET = Fleet(FleetShape(host_count=3, domain_count_per_host=2))


def test_messages_go_tick_by_tick_and_are_counted() -> None:
    """Each tick has a message of each host, as they would come in life."""
    cargo = load(FLEET, 1_760_000_000.0, range(1, 5))

    assert ["hv000", "hv001", "hv002"] * 4 == [each.host for each in cargo.messages]
    assert (12, 24) == (cargo.message_count, cargo.row_count)
    assert cargo.body_bytes == sum(len(each.body) for each in cargo.messages)
    assert 12 == len({each.message_id for each in cargo.messages})


def test_a_share_is_spread_evenly() -> None:
    """Every flush of a drain meets some of the share."""
    cargo = load(FLEET, 1_760_000_000.0, range(4))

    assert cargo.messages[3::4] == cargo.share(0.25).messages
    assert cargo == cargo.share(1.0)


def test_checksums_add_up_whatever_the_order() -> None:
    """The checksum of all is the sum of the parts'."""
    first, second = (load(FLEET, 1_760_000_000.0, ticks) for ticks in (range(1), range(1, 3)))
    both = load(FLEET, 1_760_000_000.0, range(3))

    assert both.checksum == first.checksum + second.checksum
    assert 0 < first.checksum != second.checksum
