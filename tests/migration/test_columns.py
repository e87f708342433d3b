# SPDX-License-Identifier: Apache-2.0
"""The tables hold what the wire carries: same names, types that fit, virsh's words."""

import types
import typing

import msgspec
import psycopg
import pytest

from publisher.wire import samples, states
from publisher.wire.states import STATE_NAMES, STATE_REASON_NAMES

HEALTH = ["domain_count", "domain_active_count", "health_score", "health_state", "health_reasons"]
# Table, struct, columns before and after the struct's fields. ``device`` and ``path`` are part of the key.
TABLES = [
    ("host_samples", samples.HostSample, ["host_id", "sampled_at"], HEALTH),
    ("host_disk_samples", samples.HostDiskSample, ["host_id", "device", "sampled_at"], []),
    ("host_interface_samples", samples.HostInterfaceSample, ["host_id", "device", "sampled_at"], []),
    ("host_filesystem_samples", samples.HostFilesystemSample, ["host_id", "path", "sampled_at"], []),
    ("domain_samples", samples.DomainSample, ["domain_id", "sampled_at", "host_id"], []),
    ("domain_block_samples", samples.DomainBlockSample, ["domain_id", "device", "sampled_at", "host_id"], []),
    (
        "domain_interface_samples",
        samples.DomainInterfaceSample,
        ["domain_id", "device", "sampled_at", "host_id"],
        [],
    ),
    (
        "domain_samples_elsewhere",
        samples.DomainSample,
        ["domain_id", "sampled_at", "host_id"],
        [],
    ),
    (
        "domain_block_samples_elsewhere",
        samples.DomainBlockSample,
        ["domain_id", "device", "sampled_at", "host_id"],
        [],
    ),
    (
        "domain_interface_samples_elsewhere",
        samples.DomainInterfaceSample,
        ["domain_id", "device", "sampled_at", "host_id"],
        [],
    ),
    (
        "host_latest",
        samples.HostSample,
        ["host_id", "sampled_at"],
        [
            *HEALTH,
            "received_at",
            "tick_seconds",
            "hypervisor_state",
            "hypervisor_reason",
            "collectors",
            "clock_offset_seconds",
        ],
    ),
    (
        "domain_latest",
        samples.DomainSample,
        ["domain_id", "sampled_at", "host_id"],
        ["libvirt_id", "outcome_reason", "received_at"],
    ),
]
WIRE_TABLES = [table for table in TABLES if table[0].endswith("_samples")]
TYPE_OF_LIMIT: dict[object, str] = {2**15 - 1: "smallint", 2**31 - 1: "integer", 2**63 - 1: "bigint"}

Struct = type[msgspec.Struct]


def columns_of(connection: psycopg.Connection, table: str) -> dict[str, tuple[str, bool]]:
    """Return the columns of a table in order: type, and whether null is refused."""
    rows = connection.execute(
        "SELECT attname, format_type(atttypid, atttypmod), attnotnull FROM pg_attribute"
        " WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped ORDER BY attnum",
        [f"kvmgrid.{table}"],
    )
    return {name: (kind, required) for name, kind, required in rows}


def column_type(field: msgspec.structs.FieldInfo, hint: object) -> str:
    """Return the type that holds every value of a field."""
    # Annotated | None makes the older of the two kinds of union.
    if typing.get_origin(hint) in {typing.Union, types.UnionType}:
        (hint,) = (part for part in typing.get_args(hint) if part is not type(None))
    limits: tuple[msgspec.Meta, ...] = getattr(hint, "__metadata__", ())
    kind = typing.get_args(hint)[0] if limits else hint
    if kind is int:
        return TYPE_OF_LIMIT[limits[0].le]
    if kind is float:
        # A real has 7 digits: an uptime of months would lose its seconds.
        return "double precision" if field.name == "uptime_seconds" else "real"
    return "boolean" if kind is bool else "text"


@pytest.mark.parametrize(("table", "struct", "before", "after"), TABLES)
def test_columns_are_the_fields(
    shared_owner: psycopg.Connection, table: str, struct: Struct, before: list[str], after: list[str]
) -> None:
    """A row is the keys, the struct field by field, and what the consumer adds.

    A column of a later migration stands at the end of its table; rows are stored by the names of columns.
    """
    fields = [field for field in struct.__struct_fields__ if field not in before]

    found = list(columns_of(shared_owner, table))
    assert before == found[: len(before)]
    assert sorted([*before, *fields, *after]) == sorted(found)


@pytest.mark.parametrize(("table", "struct"), [(table, struct) for table, struct, _, _ in WIRE_TABLES])
def test_types_hold_every_value_of_the_wire(
    shared_owner: psycopg.Connection, table: str, struct: Struct
) -> None:
    """A column is as wide as its field's limits, and refuses null where the field is always there."""
    hints = typing.get_type_hints(struct, include_extras=True)
    expected = {
        field.name: (column_type(field, hints[field.name]), field.required or field.name == "outcome")
        for field in msgspec.structs.fields(struct)
    }

    columns = columns_of(shared_owner, table)
    assert expected == {name: columns[name] for name in expected}


@pytest.mark.parametrize("table", [table for table, _, _, _ in WIRE_TABLES])
def test_samples_have_their_key_and_an_index_over_time(shared_owner: psycopg.Connection, table: str) -> None:
    """The key makes duplicates impossible; BRIN over time serves all entities at once; nothing else costs."""
    definitions = [
        definition
        for (definition,) in shared_owner.execute(
            "SELECT regexp_replace(indexdef, '^CREATE (.*)INDEX .* USING ', '\\1') FROM pg_indexes"
            " WHERE schemaname = 'kvmgrid' AND tablename = %s ORDER BY 1",
            [table],
        )
    ]
    key = ", ".join(next(before for name, _, before, _ in TABLES if name == table)).removesuffix(", host_id")

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
