# SPDX-License-Identifier: Apache-2.0
"""The tables hold the declared figures and nothing else, in any order: types that fit, virsh's words."""

from typing import NamedTuple

import psycopg
import pytest

from consumer.rows.tables import ALL_TABLES
from deploy.figures.registry import KEYS, STRUCTS, figures_by_table
from publisher.wire import states
from publisher.wire.figures import figures_of
from publisher.wire.states import STATE_NAMES, STATE_REASON_NAMES

NOW = {
    "host_latest": {
        "received_at",
        "tick_seconds",
        "hypervisor_state",
        "hypervisor_reason",
        "collectors",
        "clock_offset_seconds",
    },
    "domain_latest": {"libvirt_id", "outcome_reason", "received_at"},
}


class Stored(NamedTuple):
    """A table with the figures of a table of samples, which may be the same one."""

    table: str
    samples: str

    @property
    def keys(self) -> set[str]:
        """The columns that say whose sample it is, and of when."""
        subject = self.samples.split("_")[0]
        names = {declared.name for struct in STRUCTS[self.samples] for declared in figures_of(struct)}
        return {"host_id", f"{subject}_id", "sampled_at", *names & KEYS}


SERIES = [Stored(table, table) for table in STRUCTS]
CLAIMS = [Stored(f"{table}_elsewhere", table) for table in STRUCTS if table.startswith("domain_")]
LATEST = [Stored("host_latest", "host_samples"), Stored("domain_latest", "domain_samples")]


def columns_of(connection: psycopg.Connection, table: str) -> dict[str, tuple[str, bool]]:
    """Return the columns of a table: type, and whether null is refused."""
    rows = connection.execute(
        "SELECT attname, format_type(atttypid, atttypmod), attnotnull FROM pg_attribute"
        " WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped",
        [f"kvmgrid.{table}"],
    )
    return {name: (kind, required) for name, kind, required in rows}


@pytest.mark.parametrize("stored", [*SERIES, *CLAIMS, *LATEST], ids=lambda stored: stored.table)
def test_columns_are_the_declared_figures(shared_owner: psycopg.Connection, stored: Stored) -> None:
    """A row is its keys, the declared figures, and for the newest one what belongs to now alone."""
    figures = figures_by_table()[stored.samples]

    expected = stored.keys | set(figures) | NOW.get(stored.table, set())
    assert expected == set(columns_of(shared_owner, stored.table))


@pytest.mark.parametrize("stored", [*SERIES, *CLAIMS, *LATEST], ids=lambda stored: stored.table)
def test_types_hold_every_value_of_a_figure(shared_owner: psycopg.Connection, stored: Stored) -> None:
    """A column is as wide as its field's bounds, and refuses null where the field is always there."""
    declared = {figure.name: figure for figure in figures_by_table()[stored.samples].values()}
    columns = columns_of(shared_owner, stored.table)

    assert {name: figure.sql_type for name, figure in declared.items()} == {
        name: columns[name][0] for name in declared
    }
    if stored in SERIES:
        assert {name: figure.is_required for name, figure in declared.items()} == {
            name: columns[name][1] for name in declared
        }


def test_a_consumer_writes_every_column_by_name(shared_owner: psycopg.Connection) -> None:
    """What a consumer copies into a table of figures are all of its columns, in an order of its own."""
    tables = {table.name: table for table in ALL_TABLES}
    for stored in (*SERIES, *CLAIMS):
        columns = tables[stored.table].columns

        assert sorted(columns_of(shared_owner, stored.table)) == sorted(columns), stored.table


@pytest.mark.parametrize("stored", SERIES, ids=lambda stored: stored.table)
def test_samples_have_their_key_and_an_index_over_time(
    shared_owner: psycopg.Connection, stored: Stored
) -> None:
    """The key makes duplicates impossible; BRIN over time serves all entities at once; nothing else costs."""
    definitions = [
        definition
        for (definition,) in shared_owner.execute(
            "SELECT regexp_replace(indexdef, '^CREATE (.*)INDEX .* USING ', '\\1') FROM pg_indexes"
            " WHERE schemaname = 'kvmgrid' AND tablename = %s ORDER BY 1",
            [stored.table],
        )
    ]
    key = ", ".join(next(table.key for table in ALL_TABLES if table.name == stored.table))

    assert ["UNIQUE btree (" + key + ")", "brin (sampled_at) WITH (pages_per_range='32')"] == definitions


def test_states_have_the_words_of_virsh(shared_owner: psycopg.Connection) -> None:
    """The database and the publisher call a state the same."""
    assert STATE_NAMES == dict(shared_owner.execute("SELECT state, name FROM domain_states").fetchall())


def test_named_numbers_have_the_words_of_virsh() -> None:
    """The numbers that the code acts upon mean what their names say."""
    assert ["running", "paused"] == [STATE_NAMES[state] for state in (states.RUNNING, states.PAUSED)]
    assert ["migrating", "I/O error", "starting up"] == [
        STATE_REASON_NAMES[states.PAUSED][reason]
        for reason in (states.MIGRATING, states.IO_ERROR, states.STARTING_UP)
    ]


def test_reasons_have_the_words_of_virsh(shared_owner: psycopg.Connection) -> None:
    """The database and the publisher call a reason the same."""
    expected = [
        (state, reason, name)
        for state, names in STATE_REASON_NAMES.items()
        for reason, name in enumerate(names)
    ]

    assert (
        expected
        == shared_owner.execute(
            "SELECT state, reason, name FROM domain_state_reasons ORDER BY 1, 2"
        ).fetchall()
    )
