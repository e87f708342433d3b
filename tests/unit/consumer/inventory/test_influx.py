# SPDX-License-Identifier: Apache-2.0
"""How many new domains a host may bring."""

from consumer.inventory.influx import NEW_COUNT_MAX, Influx


def test_a_host_may_bring_so_many_at_once_and_again_within_the_hour() -> None:
    """Other hosts have what is theirs; what is beyond costs nothing."""
    now = 0.0
    influx = Influx(lambda: now)
    assert influx.allows("hv1", NEW_COUNT_MAX)
    influx.note("hv1", NEW_COUNT_MAX)
    assert influx.allows("hv1", 0)
    assert not influx.allows("hv1", 1)
    assert influx.allows("hv2", NEW_COUNT_MAX)

    now = 1_800.0
    assert influx.allows("hv1", NEW_COUNT_MAX // 2)
    assert not influx.allows("hv1", NEW_COUNT_MAX // 2 + 1)
    now = 3_600.0
    assert influx.allows("hv1", NEW_COUNT_MAX)
