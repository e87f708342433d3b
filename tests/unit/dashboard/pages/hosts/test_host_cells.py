# SPDX-License-Identifier: Apache-2.0
"""What a host's row says to the table's columns and their functions."""

from datetime import timedelta

import pytest

from dashboard.filters.fields import HOST_FIELDS
from dashboard.pages.hosts.page import COLUMNS, HostDomainCounts, cells, count_cells
from dashboard.queries.hosts import HostRow
from tests.unit.dashboard.rows import NOW

# What the browser makes of other fields: the state of the health by its age, the age of the sample.
MADE_IN_THE_BROWSER = {"state", "age"}


def row(**changes: object) -> HostRow:
    """Return a host that is well."""
    values: dict[str, object] = {
        "host": "hv1",
        "hostname": "hv1",
        "is_simulated": False,
        "tags": ["rack:a3", "ssd"],
        "sampled_at": NOW,
        "stale_at": NOW + timedelta(seconds=50),
        "freshness": "fresh",
        "health_score": 90,
        "health_state": "good",
        "health_reasons": [{"rule": "filesystem", "points": 10, "text": "file system 91% full: /srv"}],
        "cpu_busy_ratio": 0.25,
        "memory_used_ratio": 0.5,
        "disk_busy_ratio": 0.0,
        "cpu_temperature_celsius": 61.5,
    }
    return HostRow(**(values | changes))  # type: ignore[arg-type]  # the fields are named above


def test_every_column_finds_its_field() -> None:
    """Numbers travel as they are, 0 too; times as texts that a browser reads."""
    found = cells(row()) | count_cells(HostDomainCounts("hv1", 3, 0))

    assert {column.field for column in COLUMNS if not column.lines} - MADE_IN_THE_BROWSER <= found.keys()
    assert "rack:a3 ssd" == found["tags"]
    assert (0.25, 0.0, 90, 0) == tuple(
        found[field] for field in ("cpu_busy_ratio", "disk_busy_ratio", "health_score", "running_count")
    )
    assert (NOW.isoformat(), (NOW + timedelta(seconds=50)).isoformat()) == (
        found["sampled_at"],
        found["stale_at"],
    )


def test_what_is_not_known_is_left_out() -> None:
    """A host that never sent a sample has its names and its freshness, and no figure of 0."""
    unknown = dict.fromkeys(HostRow._fields) | {
        "host": "hv1",
        "hostname": "hv1",
        "is_simulated": False,
        "tags": [],
        "freshness": "stale",
    }

    assert {"host": "hv1", "name": "hv1", "freshness": "stale"} == cells(row(**unknown))
    assert {} == count_cells(HostDomainCounts("hv1", None, None))
    assert {"domain_count": 0, "running_count": 0} == count_cells(HostDomainCounts("hv1", 0, 0))


@pytest.mark.parametrize(
    ("hostname", "expected"),
    [
        ("hv1", "hv1"),
        ("hv1.example.org", "hv1 · hv1.example.org"),
        ("a\u202eb\x1b", "hv1 · a\ufffdb\ufffd"),
    ],
)
def test_a_host_is_called_by_its_id_first(hostname: str, expected: str) -> None:
    """The broker has checked the id; what the host calls itself stands behind it, cleaned, if it differs."""
    assert expected == cells(row(hostname=hostname))["name"]


def test_a_simulated_host_is_marked() -> None:
    """The mark is a field of those hosts alone: a thousand real ones need not say that they are real."""
    assert cells(row(is_simulated=True))["is_simulated"] is True
    assert "is_simulated" not in cells(row())


def test_what_is_shown_can_be_filtered_by() -> None:
    """Every column has a field, by the column of the question that its cells are made of."""
    asked = {name for field in HOST_FIELDS.fields for name in field.columns}
    made_of = {"name": "host", "health_score": "score", "age": "age_seconds", "reason": "reasons"}

    assert {made_of.get(column.field, column.field) for column in COLUMNS if not column.lines} <= asked


@pytest.mark.parametrize(
    ("reasons", "expected"),
    [
        (None, None),
        ([], None),
        ([{"rule": "cpu", "points": 15, "text": "CPU 85% busy"}], "CPU 85% busy"),
        (
            [
                {
                    "text": "file system 95% full: /\u202e",
                    "object": {"kind": "filesystem", "name": "/\u202e"},
                },
                {"text": "CPU 85% busy"},
            ],
            "file system 95% full: /\ufffd (+1)",
        ),
    ],
)
def test_the_worst_reason_is_told(reasons: list[dict[str, object]] | None, expected: str | None) -> None:
    """It comes first in the row; what it names is cleaned as names are."""
    assert expected == cells(row(health_reasons=reasons)).get("reason")
