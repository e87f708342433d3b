# SPDX-License-Identifier: Apache-2.0
"""Which buckets of which hosts and domains a flush has samples of."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from consumer.rows.flush_rows import from_microseconds, microseconds
from consumer.rows.instants import BUCKET_MICROSECONDS, Instants, SampledBucket
from publisher.wire.packing import COUNTS

MARK = microseconds(datetime(2026, 11, 30, 12, 5, tzinfo=UTC))
TICK = 10_000_000


def instants(*batches: tuple[int, int, list[int | None]]) -> Instants:
    """Return the instants of batches: host, time, keys of its domains."""
    found = Instants()
    for host_id, at, ids in batches:
        found.add(host_id, at, COUNTS.pack(ids))
    return found


def test_nothing_was_sampled_in_a_flush_of_events() -> None:
    """There is no oldest sample, and no bucket."""
    assert instants().oldest is None
    assert [] == instants().buckets_before(MARK)


def test_a_sample_at_the_mark_is_not_late() -> None:
    """The bucket that begins at the mark is not announced."""
    found = instants((1, MARK, [7]), (2, MARK + TICK, [8]))

    assert MARK == found.oldest
    assert [] == found.buckets_before(MARK)


def test_late_batches_name_each_bucket_once() -> None:
    """Ticks of one bucket are one; a domain without a key is in no series."""
    before = MARK - BUCKET_MICROSECONDS
    found = instants((1, MARK - 1, [7, None]), (1, MARK - TICK, [7, 8]), (1, before - 1, [7]), (2, MARK, [9]))

    assert [
        SampledBucket("host", 1, before - BUCKET_MICROSECONDS),
        SampledBucket("host", 1, before),
        SampledBucket("domain", 7, before - BUCKET_MICROSECONDS),
        SampledBucket("domain", 7, before),
        SampledBucket("domain", 8, before),
    ] == found.buckets_before(MARK)


BATCHES = st.lists(
    st.tuples(
        st.integers(1, 3),
        st.integers(MARK - 4 * BUCKET_MICROSECONDS, MARK + BUCKET_MICROSECONDS),
        st.lists(st.none() | st.integers(1, 5), max_size=4),
    ),
    max_size=12,
)


@given(BATCHES)
def test_no_late_sample_is_without_a_note(batches: list[tuple[int, int, list[int | None]]]) -> None:
    """Every sample from before the mark has its bucket noted, and none is noted that has no sample."""
    expected = set()
    for host_id, at, ids in batches:
        if at < MARK:
            bucket = at // BUCKET_MICROSECONDS * BUCKET_MICROSECONDS
            expected.add(SampledBucket("host", host_id, bucket))
            expected |= {SampledBucket("domain", key, bucket) for key in ids if key is not None}
    found = instants(*batches).buckets_before(MARK)

    assert sorted(expected) == sorted(found)


def test_microseconds_become_the_time_they_were_made_of() -> None:
    """Both ways, to the microsecond."""
    at = datetime(2026, 11, 30, 12, 5, 1, 7, tzinfo=UTC)

    assert at == from_microseconds(microseconds(at))
    assert at + timedelta(microseconds=1) == from_microseconds(microseconds(at) + 1)
