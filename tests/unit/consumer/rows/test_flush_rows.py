# SPDX-License-Identifier: Apache-2.0
"""From messages to rows: order of columns, order of rows, what is left out."""

import tracemalloc
from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from consumer.errors import DataRefused
from consumer.inventory.placement import Placement, Placements
from consumer.rows.flush_rows import FlushRows, microseconds
from consumer.rows.health import HostHealth
from consumer.rows.tables import (
    ALL_TABLES,
    DOMAIN_BLOCK_SAMPLES,
    DOMAIN_LATEST,
    DOMAIN_LATEST_KEYS,
    DOMAIN_SAMPLES,
    HOST_LATEST,
    HOST_SAMPLES,
)
from loadgen.fleet.fleet import Fleet, FleetShape
from publisher.wire.columns import DomainBlockColumns
from publisher.wire.packing import COUNTS
from publisher.wire.samples import SampleBatch
from publisher.wire.transposition import in_columns
from tests.unit.consumer.copy_stream import integers, rows_of

NOW = 1_760_000_000.0
UNKNOWN = HostHealth(None, "unknown", ())
FLEET = Fleet(FleetShape(host_count=2, domain_count_per_host=4, disk_count_per_domain=2))


def placements(batch: SampleBatch, *, resident: bool = True) -> Placements:
    """Number the domains of a batch."""
    numbered = enumerate(batch.domains or (), start=1)
    return Placements.of(Placement(number, resident) for number, _ in numbered)


def add(
    rows: FlushRows,
    batch: SampleBatch,
    *,
    resident: bool = True,
    host_id: int = 7,
    received_at: datetime | None = None,
) -> None:
    """Add a batch with all its domains, which arrives a second after it was sampled."""
    rows.add_batch(
        in_columns(batch),
        host_id,
        placements(batch, resident=resident),
        health=UNKNOWN,
        received_at=received_at or batch.sampled_at + timedelta(seconds=1),
    )


def test_every_row_has_the_columns_of_its_table() -> None:
    """Rows and columns have the same length, in every table that a batch reaches."""
    rows = FlushRows({})
    add(rows, FLEET.batch(0, NOW, 1))

    found = rows.finish() | {table: rows_of(encoded) for table, encoded in rows.domains.encoded().items()}
    assert {"host_samples", "domain_samples", "domain_block_samples"} <= {table.name for table in found}
    for table, each in found.items():
        # The latest rows of domains have the bytes of their samples, see the tables module.
        columns = DOMAIN_SAMPLES.columns if table is DOMAIN_LATEST else table.columns
        assert {len(columns)} == {len(row) for row in each}, table.name


def test_keys_come_first_in_every_table() -> None:
    """Sorting by the first column sorts by the first column of the primary key."""
    for table in ALL_TABLES:
        assert table.key == table.columns[: len(table.key)]


def test_domains_are_stored_host_by_host_and_then_by_time() -> None:
    """Two consumers that store the same rows therefore wait for each other and do not deadlock."""
    rows = FlushRows({})
    for host_id, tick in ((8, 2), (7, 1), (8, 0), (7, 3)):
        add(rows, FLEET.batch(host_id - 7, NOW + tick, tick), host_id=host_id)

    found = rows_of(rows.domains.encoded()[DOMAIN_SAMPLES])
    begin = microseconds(datetime.fromtimestamp(NOW, UTC))
    seconds = [(at - begin) // 1_000_000 for at in integers(found, 1)]
    assert ([1] * 4 + [3] * 4 + [0] * 4 + [2] * 4) == seconds
    assert [7] * 8 + [8] * 8 == integers(found, DOMAIN_SAMPLES.columns.index("host_id"))


def test_a_refused_text_leaves_nothing_of_its_batch() -> None:
    """The message goes to quarantine alone, so its host's row must not be stored."""
    batch = FLEET.batch(0, NOW, 1)
    report = next(each for each in batch.domains or () if each.blocks)
    named = msgspec.structs.replace(
        report, blocks=[msgspec.structs.replace(report.blocks[0], device="\ud800")]
    )

    rows = FlushRows({})
    with pytest.raises(DataRefused, match="surrogates not allowed"):
        add(rows, msgspec.structs.replace(batch, domains=[named]))

    assert ({}, {}) == (rows.finish(), rows.domains.encoded())


def test_only_the_newest_row_goes_to_the_latest_tables() -> None:
    """Rows superseded in the same flush are not written, in whatever order they came."""
    rows = FlushRows({})
    for tick in (1, 2, 0):
        add(rows, FLEET.batch(0, NOW + 10 * tick, tick))

    found = rows.finish()
    newest = microseconds(datetime.fromtimestamp(NOW + 20, UTC))
    assert [newest] == [row[1] for row in found[HOST_LATEST]]
    assert [newest] * 4 == [row[1] for row in found[DOMAIN_LATEST_KEYS]]


def test_samples_that_are_superseded_are_not_sent_for_the_latest_table() -> None:
    """As long as a host's domains stay the same, only its newest batch is."""
    rows, places = FlushRows({}), placements(FLEET.batch(0, NOW, 1))
    for tick in range(3):
        batch = in_columns(FLEET.batch(0, NOW + 10 * tick, tick))
        rows.add_batch(batch, 7, places, health=UNKNOWN, received_at=batch.sampled_at)

    encoded = rows.domains.encoded()
    assert (12, 4) == (encoded[DOMAIN_SAMPLES].row_count, encoded[DOMAIN_LATEST].row_count)


def test_what_is_held_back_is_stored_by_the_next_flush() -> None:
    """A domain of the later batch gets that row; one that has left gets the row that was held back."""
    batch = FLEET.batch(0, NOW, 1)
    rows = FlushRows({})
    add(rows, batch)
    held = rows.hold_back(lambda host: host == batch.host)
    assert {DOMAIN_LATEST_KEYS, HOST_LATEST}.isdisjoint(rows.finish())
    assert DOMAIN_LATEST not in rows.domains.encoded()

    following = FlushRows(held)
    later = batch.sampled_at + timedelta(seconds=10)
    add(following, msgspec.structs.replace(batch, sampled_at=later, domains=(batch.domains or [])[:1]))
    rows_now = following.finish()
    found = {row[0]: row[1] for row in rows_now[DOMAIN_LATEST_KEYS]}
    assert [microseconds(later)] == [row[1] for row in rows_now[HOST_LATEST]]
    assert {1: microseconds(later)} | dict.fromkeys((2, 3, 4), microseconds(batch.sampled_at)) == found


def test_what_is_held_back_is_stored_where_nothing_follows() -> None:
    """A later message may be one that cannot be stored."""
    batch = FLEET.batch(0, NOW, 1)
    rows = FlushRows({})
    add(rows, batch)
    following = FlushRows(rows.hold_back(lambda _host: True))

    found = following.finish()
    assert (1, 4) == (len(found[HOST_LATEST]), len(found[DOMAIN_LATEST_KEYS]))
    assert 4 == following.domains.encoded()[DOMAIN_LATEST].row_count


def test_nothing_is_held_back_of_a_host_without_a_later_message() -> None:
    """Its rows go with this flush."""
    rows = FlushRows({})
    add(rows, FLEET.batch(0, NOW, 1))

    assert {} == rows.hold_back(lambda _host: False)
    assert 4 == len(rows.finish()[DOMAIN_LATEST_KEYS])


def test_a_domain_that_has_left_keeps_its_last_row() -> None:
    """The batch before has the latest row of a domain that a newer batch does not list."""
    rows = FlushRows({})
    batch = FLEET.batch(0, NOW, 1)
    add(rows, batch)
    later = batch.sampled_at + timedelta(seconds=10)
    add(rows, msgspec.structs.replace(batch, sampled_at=later, domains=(batch.domains or [])[:1]))

    found = {row[0]: row[1] for row in rows.finish()[DOMAIN_LATEST_KEYS]}
    assert {1: microseconds(later)} | dict.fromkeys((2, 3, 4), microseconds(batch.sampled_at)) == found


def test_a_guest_of_another_host_is_stored_without_a_latest_row() -> None:
    """A domain that lives elsewhere has rows here, and no latest row."""
    rows = FlushRows({})
    add(rows, FLEET.batch(0, NOW, 1), resident=False)

    found = rows.domains.encoded()
    assert 4 == found[DOMAIN_SAMPLES].row_count
    assert DOMAIN_LATEST not in found
    assert DOMAIN_LATEST_KEYS not in rows.finish()


def test_a_domain_without_placement_is_left_out() -> None:
    """The host's own rows are stored all the same."""
    rows = FlushRows({})
    batch = FLEET.batch(0, NOW, 1)
    rows.add_batch(
        in_columns(batch), 7, Placements.of([None] * 4), health=UNKNOWN, received_at=batch.sampled_at
    )

    assert 1 == len(rows.finish()[HOST_SAMPLES])
    assert {} == rows.domains.encoded()


def test_domains_without_placement_do_not_shift_the_others() -> None:
    """Samples and devices stay with their domain, whichever is left out before it."""
    rows = FlushRows({})
    batch = in_columns(FLEET.batch(0, NOW, 1))
    places = Placements.of([None, Placement(2, resident=True), None, Placement(4, resident=True)])
    rows.add_batch(batch, 7, places, health=UNKNOWN, received_at=batch.sampled_at)
    assert batch.domains is not None

    found = {table: rows_of(encoded) for table, encoded in rows.domains.encoded().items()}
    state = DOMAIN_SAMPLES.columns.index("state")
    states = batch.domains.figures("state")
    assert [2, 4] == integers(found[DOMAIN_SAMPLES], 0)
    assert [states[1], states[3]] == integers(found[DOMAIN_SAMPLES], state)
    assert {2, 4} >= set(integers(found[DOMAIN_BLOCK_SAMPLES], 0))


def test_a_host_without_libvirt_counts_no_domains() -> None:
    """Not asked is null, an empty list is 0."""
    batch = FLEET.batch(0, NOW, 1)
    place = HOST_SAMPLES.columns.index("domain_count")
    for domains, expected in ((None, (None, None)), ([], (0, 0))):
        rows = FlushRows({})
        add(rows, msgspec.structs.replace(batch, domains=domains))
        (row,) = rows.finish()[HOST_SAMPLES]
        assert expected == row[place : place + 2]


def test_a_device_that_occurs_twice_is_stored_once() -> None:
    """Two devices of one name would be two rows of one key."""
    batch = FLEET.batch(0, NOW, 1)
    report = next(each for each in batch.domains or () if each.blocks)
    doubled = msgspec.structs.replace(report, blocks=report.blocks + report.blocks)
    rows = FlushRows({})
    add(rows, msgspec.structs.replace(batch, domains=[doubled]))

    found = [row[1] for row in rows_of(rows.domains.encoded()[DOMAIN_BLOCK_SAMPLES])]
    assert [block.device.encode() for block in report.blocks] == found


@given(st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001 - bounds
def test_times_keep_their_microseconds(at: datetime) -> None:
    """What is stored is the instant that was sent, not the nearest float."""
    assert at == datetime(2000, 1, 1, tzinfo=UTC) + timedelta(microseconds=microseconds(at))


def test_a_long_name_among_many_devices_takes_no_memory_of_theirs() -> None:
    """Each text of a block is as wide as its longest: of a million devices that would be gigabytes."""
    count, longest = 50_000, "😀" * 1_024
    batch = in_columns(FLEET.batch(0, NOW, 1))
    assert batch.domains is not None
    names = [f"{number:x}" for number in range(count - 1)] + [longest]
    blocks = DomainBlockColumns(device=names, domain=COUNTS.pack([0] * count))
    rows = FlushRows({})
    rows.add_batch(
        msgspec.structs.replace(batch, domains=msgspec.structs.replace(batch.domains, blocks=blocks)),
        7,
        placements(FLEET.batch(0, NOW, 1)),
        health=UNKNOWN,
        received_at=batch.sampled_at,
    )
    tracemalloc.start()
    encoded = rows.domains.encoded()[DOMAIN_BLOCK_SAMPLES]
    _, peak_bytes = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert [name.encode() for name in names] == [row[1] for row in rows_of(encoded)]
    # As one block it would be 200 MB, and its mask as much.
    assert peak_bytes < 100_000_000


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_a_row_of_the_future_is_not_the_latest_for_long(order: tuple[int, int]) -> None:
    """A host was an hour ahead and is right ten seconds later: what arrived later is the latest."""
    arrived_at = datetime.fromtimestamp(NOW, UTC)
    sent = [
        (FLEET.batch(0, NOW + 3_600, 1), arrived_at),
        (FLEET.batch(0, NOW + 10, 2), arrived_at + timedelta(seconds=10)),
    ]
    rows = FlushRows({})
    for place in order:
        add(rows, sent[place][0], received_at=sent[place][1])

    found = rows.finish()
    newest = microseconds(arrived_at + timedelta(seconds=10))
    assert [newest] == [row[1] for row in found[HOST_LATEST]]
    assert [newest] * 4 == [row[1] for row in found[DOMAIN_LATEST_KEYS]]
