# SPDX-License-Identifier: Apache-2.0
"""From messages to rows: order of columns, order of rows, what is left out."""

from datetime import UTC, datetime, timedelta

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from consumer.health import Health
from consumer.rows import Placement, Rows, microseconds
from consumer.tables import (
    ALL_TABLES,
    DOMAIN_BLOCK_SAMPLES,
    DOMAIN_LATEST,
    DOMAIN_SAMPLES,
    HOST_LATEST,
    HOST_SAMPLES,
)
from loadgen.fleet.fleet import Fleet, FleetShape
from publisher.wire.samples import SampleBatch
from publisher.wire.transposition import in_columns

NOW = 1_760_000_000.0
UNKNOWN = Health(None, "unknown", ())
FLEET = Fleet(FleetShape(host_count=2, domain_count_per_host=4, disk_count_per_domain=2))


def placements(batch: SampleBatch, *, resident: bool = True) -> list[Placement | None]:
    """Number the domains of a batch."""
    return [Placement(number, resident) for number, _ in enumerate(batch.domains or (), start=1)]


def add(rows: Rows, batch: SampleBatch, *, resident: bool = True) -> None:
    """Add a batch of host 7 with all its domains."""
    rows.add_batch(
        in_columns(batch),
        7,
        placements(batch, resident=resident),
        health=UNKNOWN,
        received_at=batch.sampled_at + timedelta(seconds=1),
    )


def test_every_row_has_the_columns_of_its_table() -> None:
    """Rows and columns have the same length, in every table that a batch reaches."""
    rows = Rows()
    add(rows, FLEET.batch(0, NOW, 1))

    found = rows.finish()
    assert {"host_samples", "domain_samples", "publisher_reports"} <= {table.name for table in found}
    for table, tuples in found.items():
        assert {len(table.columns)} == {len(row) for row in tuples}, table.name


def test_keys_come_first_in_every_table() -> None:
    """Sorting by the first column sorts by the first column of the primary key."""
    for table in ALL_TABLES:
        assert table.key == table.columns[: len(table.key)]


def test_rows_are_sorted_by_entity_then_time() -> None:
    """Ticks that arrive in turn are stored domain by domain."""
    rows = Rows()
    for tick in range(3):
        add(rows, FLEET.batch(0, NOW + 10 * tick, tick))

    keys = [row[:2] for row in rows.finish()[DOMAIN_SAMPLES]]
    assert sorted(keys) == keys
    assert 12 == len(keys)


def test_only_the_newest_row_goes_to_the_latest_tables() -> None:
    """Rows superseded in the same flush are not written, in whatever order they came."""
    rows = Rows()
    for tick in (1, 2, 0):
        add(rows, FLEET.batch(0, NOW + 10 * tick, tick))

    found = rows.finish()
    newest = microseconds(datetime.fromtimestamp(NOW + 20, UTC))
    assert [newest] == [row[1] for row in found[HOST_LATEST]]
    assert [newest] * 4 == [row[1] for row in found[DOMAIN_LATEST]]


def test_a_guest_of_another_host_is_stored_and_does_not_speak_for_the_domain() -> None:
    """A domain that lives elsewhere has rows here, and no latest row."""
    rows = Rows()
    add(rows, FLEET.batch(0, NOW, 1), resident=False)

    found = rows.finish()
    assert 4 == len(found[DOMAIN_SAMPLES])
    assert DOMAIN_LATEST not in found


def test_a_domain_without_placement_is_left_out() -> None:
    """The host's own rows are stored all the same."""
    rows = Rows()
    batch = FLEET.batch(0, NOW, 1)
    rows.add_batch(in_columns(batch), 7, [None] * 4, health=UNKNOWN, received_at=batch.sampled_at)

    found = rows.finish()
    assert 1 == len(found[HOST_SAMPLES])
    assert not found[DOMAIN_SAMPLES]


def test_a_host_without_libvirt_counts_no_domains() -> None:
    """Not asked is null, an empty list is 0."""
    batch = FLEET.batch(0, NOW, 1)
    place = HOST_SAMPLES.columns.index("domain_count")
    for domains, expected in ((None, (None, None)), ([], (0, 0))):
        rows = Rows()
        add(rows, msgspec.structs.replace(batch, domains=domains))
        (row,) = rows.finish()[HOST_SAMPLES]
        assert expected == row[place : place + 2]


def test_a_device_that_occurs_twice_is_stored_once() -> None:
    """Two devices of one name would be two rows of one key."""
    batch = FLEET.batch(0, NOW, 1)
    report = next(each for each in batch.domains or () if each.blocks)
    doubled = msgspec.structs.replace(report, blocks=report.blocks + report.blocks)
    rows = Rows()
    add(rows, msgspec.structs.replace(batch, domains=[doubled]))

    assert [block.device for block in report.blocks] == [
        row[1] for row in rows.finish()[DOMAIN_BLOCK_SAMPLES]
    ]


@given(st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001 - bounds
def test_times_keep_their_microseconds(at: datetime) -> None:
    """What is stored is the instant that was sent, not the nearest float."""
    assert at == datetime(2000, 1, 1, tzinfo=UTC) + timedelta(microseconds=microseconds(at))
