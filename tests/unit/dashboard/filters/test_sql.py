# SPDX-License-Identifier: Apache-2.0
"""A filter as a condition of SQL: no letter of it becomes part of the statement."""

import re

import pytest
from hypothesis import given

from dashboard.filters.fields import DOMAIN_FIELDS, HOST_FIELDS
from dashboard.filters.grammar import parse
from dashboard.filters.sql import EVERYTHING, condition, order
from dashboard.filters.tree import Node, written
from tests.unit.dashboard.filters.trees import nodes

COLUMNS = {
    column
    for fields in (HOST_FIELDS, DOMAIN_FIELDS)
    for field in fields.fields
    for column in (*field.columns, *field.list_columns)
}
# All that a condition may be made of.
ALLOWED = re.compile(
    r'"[a-z_0-9]+"|%\(filter_\d+\)s|::(?:real|double precision)|[<>]=?|=|[() ]'
    r"|\b(?:AND|OR|NOT|ILIKE|IS|NULL|EXISTS|SELECT|FROM|unnest|AS|item|WHERE)\b"
)


@pytest.mark.parametrize(
    ("text", "statement", "parameters"),
    [
        ("cpu>80", '"cpu_busy_ratio" > %(filter_0)s::real', [0.8]),
        ("mem>=1.5GiB", '"memory_used_bytes" >= %(filter_0)s::double precision', [1.5 * 2**30]),
        ("lat<20", '"disk_latency_seconds" < %(filter_0)s::real', [0.02]),
        ("cpu:unknown", '"cpu_busy_ratio" IS NULL', []),
        ("-state:bad", 'NOT ("state" = %(filter_0)s)', ["bad"]),
        ("kernel:6.1", '"kernel" ILIKE %(filter_0)s', ["%6.1%"]),
        ("tag=ssd", 'EXISTS (SELECT FROM unnest("tags") AS item WHERE item ILIKE %(filter_0)s)', ["ssd"]),
        ("host=a_b", '"host" ILIKE %(filter_0)s', ["a\\_b"]),
        ("host:a*%", '"host" ILIKE %(filter_0)s', ["a%\\%"]),
        ("\\", '"host" ILIKE %(filter_0)s OR "hostname" ILIKE %(filter_0)s', ["%\\\\%"]),
    ],
)
def test_a_filter_becomes(text: str, statement: str, parameters: list[object]) -> None:
    """Values are parameters in the unit of the column; what LIKE would take for a wildcard is none."""
    found = condition(parse(text, HOST_FIELDS), HOST_FIELDS)

    assert statement == found.text.as_string(None)
    assert parameters == list(found.parameters.values())


def test_no_filter_is_true() -> None:
    """All rows are shown."""
    assert EVERYTHING == condition(None, HOST_FIELDS)


@given(nodes())
def test_nothing_of_a_filter_is_in_the_statement(node: Node) -> None:
    """A statement consists of our own names and signs, whatever the filter says."""
    statement = condition(node, HOST_FIELDS).text.as_string(None)

    assert "" == ALLOWED.sub("", statement)
    assert {name.strip('"') for name in re.findall(r'"[^"]*"', statement)} <= COLUMNS


@given(nodes(fields=DOMAIN_FIELDS))
def test_nothing_of_a_filter_of_vms_is_in_the_statement(node: Node) -> None:
    """The same for the fields of VMs; what is written of the tree says the same again."""
    statement = condition(node, DOMAIN_FIELDS).text.as_string(None)

    assert "" == ALLOWED.sub("", statement)
    assert node == parse(written(node), DOMAIN_FIELDS)


@pytest.mark.parametrize(
    ("text", "statement", "parameters"),
    [
        ('state:"shut off"', '"state" = %(filter_0)s', ["shut off"]),
        ("uuid:3fa", '"uuid" ILIKE %(filter_0)s', ["%3fa%"]),
        ("steal>5", '"steal_ratio" > %(filter_0)s::real', [0.05]),
        ("mem>95%", '"memory_resident_ratio" > %(filter_0)s::real', [0.95]),
        ("disk>1.5", '"disk_bytes_per_second" > %(filter_0)s::double precision', [1.5 * 2**20]),
        ("net>=8 kbit/s", '"network_bytes_per_second" >= %(filter_0)s::double precision', [1000.0]),
        ("moved<1h", '"moved_seconds" < %(filter_0)s::real', [3600.0]),
    ],
)
def test_a_filter_of_vms_becomes(text: str, statement: str, parameters: list[object]) -> None:
    """Rates of disks have units of memory, those of networks decimal bits; words may have spaces."""
    found = condition(parse(text, DOMAIN_FIELDS), DOMAIN_FIELDS)

    assert statement == found.text.as_string(None)
    assert parameters == list(found.parameters.values())


@pytest.mark.parametrize(
    ("column", "is_descending", "is_text", "statement"),
    [
        ("cpu_ratio", True, False, '"cpu_ratio" DESC'),
        ("name", False, True, '"name" COLLATE "C" ASC'),
        ('a" DESC; --', False, False, '"a"" DESC; --" ASC'),
    ],
)
def test_a_sort_becomes(column: str, is_descending: bool, is_text: bool, statement: str) -> None:
    """The column is an identifier, whatever it is."""
    assert statement == order(column, is_descending=is_descending, is_text=is_text).as_string(None)
