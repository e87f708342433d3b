# SPDX-License-Identifier: Apache-2.0
"""Filters in a real database: which rows a condition is true for."""

import random
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from hypothesis import given
from psycopg import sql
from psycopg.rows import dict_row

from dashboard.database import Database
from dashboard.filters.fields import AGE, BYTES, COUNT, HOST_FIELDS, Field
from dashboard.filters.grammar import parse
from dashboard.filters.sql import condition
from dashboard.filters.tree import Node
from dashboard.pages.hosts.page import HOSTS_QUERY
from dashboard.settings import DatabaseSettings
from tests.dashboard.filter_evaluation import verdict
from tests.dashboard.seeding import Load, Seeder, domain, host_batch, utc_now
from tests.services import MigratedDatabase
from tests.unit.dashboard.filters.trees import nodes

ROW_COUNT = 60
# Few, so that texts are found, and with those that LIKE takes for something else.
LETTERS = "aB%_\\ä"
SLOW = Load(tick_seconds=600.0)


@pytest.fixture
def connected(database: MigratedDatabase) -> Iterator[Database]:
    """Give the dashboard's own connection to the test's database."""
    connected = Database(DatabaseSettings(url=database.dashboard_url))
    connected.open()
    yield connected
    connected.close()


def shown(connected: Database, text: str) -> list[str]:
    """Return the hosts that a filter is true for."""
    wanted = condition(parse(text, HOST_FIELDS), HOST_FIELDS)
    return [row.host for row in connected.fetch(HOSTS_QUERY, condition=wanted)]


def column_type(field: Field) -> str:
    """Return the type that the columns of a field have in the question."""
    if field.measure is None:
        return "text[]" if field.is_list else "text"
    return {id(COUNT): "integer", id(BYTES): "bigint", id(AGE): "double precision"}.get(
        id(field.measure), "real"
    )


def value(field: Field, source: random.Random) -> Any:
    """Return a value of a field, near to those that random filters name, or None."""
    if source.random() < 0.2 and not field.is_list and field.qualifier not in {"name", "host", "state"}:
        return None
    if field.measure is not None:
        unit = source.choice(sorted(field.measure.units.values()))
        number = source.choice((source.randint(0, 4), round(source.uniform(-200, 3000), 2))) * float(unit)
        return int(number) if column_type(field) in {"integer", "bigint"} else number
    if field.words:
        return source.choice(field.words)
    texts = ["".join(source.choices(LETTERS, k=source.randint(0, 5))) for _ in range(3)]
    return texts[: source.randint(0, 3)] if field.is_list else texts[0]


def test_the_database_finds_the_rows_that_a_filter_means(database: MigratedDatabase) -> None:
    """Over random rows, with what is not known, SQL decides as a slow evaluation of the tree does."""
    source = random.Random(11)  # noqa: S311 - repeatable rows
    types = {name: column_type(field) for field in HOST_FIELDS.fields for name in field.columns}
    values = {name: field for field in HOST_FIELDS.fields for name in field.columns}
    rows = [
        {"number": number} | {name: value(field, source) for name, field in values.items()}
        for number in range(ROW_COUNT)
    ]
    columns = sql.SQL(", ").join(
        sql.SQL("{} {}").format(sql.Identifier(name), sql.SQL(kind)) for name, kind in types.items()
    )
    with psycopg.connect(database.administrator_url, row_factory=dict_row) as connection:
        connection.execute(sql.SQL("CREATE TEMPORARY TABLE rows (number integer, {})").format(columns))
        names = sql.SQL(", ").join(map(sql.Identifier, rows[0]))
        places = sql.SQL(", ").join(map(sql.Placeholder, rows[0]))
        connection.cursor().executemany(
            sql.SQL("INSERT INTO rows ({}) VALUES ({})").format(names, places), rows
        )
        # As the table has them: some columns have single precision.
        stored = connection.execute("SELECT * FROM rows", binary=True).fetchall()

        @given(nodes(LETTERS))
        def decides_alike(node: Node) -> None:
            text, parameters = condition(node, HOST_FIELDS)
            found = connection.execute(
                sql.SQL("SELECT number FROM rows WHERE {} ORDER BY number").format(text), parameters
            ).fetchall()
            expected = [row["number"] for row in stored if verdict(node, HOST_FIELDS, row)]
            assert expected == [row["number"] for row in found]

        decides_alike()


@pytest.fixture
def hosts(seeder: Seeder) -> Seeder:
    """Store a busy host, a calm one with VMs, and one that has said nothing of its CPU."""
    now = utc_now()
    silent = host_batch("dark_1", now, 1, SLOW)
    fields = {name: getattr(silent.sample, name) for name in silent.sample.__struct_fields__}
    sample = type(silent.sample)(**fields | {"cpu_busy_ratio": None})
    vms = [domain(1, "web"), domain(2, "spare", state=5)]
    seeder.store(
        [
            host_batch("busy1", now, 1, SLOW._replace(cpu_ratio=0.9, domains=[])),
            host_batch("calm%1", now, 1, SLOW._replace(cpu_ratio=0.8, domains=vms)),
            type(silent)(
                **{name: getattr(silent, name) for name in silent.__struct_fields__} | {"sample": sample}
            ),
        ]
    )
    return seeder


# What each filter finds of the three hosts.
FOUND = {
    "": ["busy1", "calm%1", "dark_1"],
    "cpu>80": ["busy1"],
    "cpu<=80": ["calm%1"],
    "not cpu>80": ["calm%1"],
    "cpu:unknown": ["dark_1"],
    "-cpu:unknown": ["busy1", "calm%1"],
    "cpu>80 or cpu:unknown": ["busy1", "dark_1"],
    "mem>5.9GiB mem<6.1GiB": ["busy1", "calm%1", "dark_1"],
    "lat=2ms steal=0 load=1 temp=54 age<9min state:good": ["busy1", "calm%1", "dark_1"],
    "vms:2 running=1": ["calm%1"],
    "vms=0": ["busy1"],
    "vms:unknown": ["dark_1"],
    "*_1": ["dark_1"],
    "%": ["calm%1"],
    "'; DROP TABLE hosts; --": [],
    "LM": ["calm%1"],
    "host=calm": [],
    "kernel:6.12 version:0.1": ["busy1", "calm%1", "dark_1"],
}


def test_hosts_are_found_by_what_they_are(connected: Database, hosts: Seeder) -> None:
    """What is not known is neither above nor below anything, and neither is its opposite."""
    assert hosts is not None
    assert {text: shown(connected, text) for text in FOUND} == FOUND


def test_every_field_is_a_column_of_the_question(connected: Database, hosts: Seeder) -> None:
    """The database knows the name and takes the values of each field."""
    assert hosts is not None
    for field in HOST_FIELDS.fields:
        unit = next(iter(field.measure.units)) if field.measure else ""
        texts = [f"{field.qualifier}:x"] if field.kind == "text" else []
        texts += [f"{field.qualifier}:{word}" for word in field.words]
        texts += [f"{field.qualifier}>-1{unit}", f"{field.qualifier}:unknown"] if field.measure else []
        for text in texts:
            assert set(shown(connected, text)) <= {"busy1", "calm%1", "dark_1"}
