# SPDX-License-Identifier: Apache-2.0
"""The declarations of figures: complete, and sensible."""

from typing import Annotated

import pytest
from msgspec import Struct

from deploy.figures.registry import STRUCTS, figures_by_table
from publisher.wire.field_types import Bytes, Count, Name, Real, SmallInteger, Uptime
from publisher.wire.figures import DeclaredFigure, Figure, figures_of

NUMBERS = {"smallint", "integer", "bigint", "real", "double precision"}
GAUGE = Figure("bytes", "gauge", "one of this test")
ALL = [
    pytest.param(table, declared, id=f"{table}.{declared.name}")
    for table, figures in figures_by_table().items()
    for declared in figures.values()
]


class Sample(Struct, kw_only=True):
    """Fields of every kind."""

    size_bytes: Annotated[Bytes | None, GAUGE] = None
    thing_count: Annotated[Count | None, GAUGE] = None
    state: Annotated[SmallInteger, GAUGE]
    busy_ratio: Annotated[Real | None, GAUGE] = None
    age_seconds: Annotated[Uptime | None, GAUGE] = None
    estimated: Annotated[bool | None, GAUGE] = None
    outcome: Annotated[Name, GAUGE] = "ok"
    reasons: Annotated[list[str], GAUGE]


def test_the_type_of_a_column_follows_from_the_field() -> None:
    """As wide as the field's bounds, and never null where the field always has a value."""
    assert {
        "size_bytes": ("bigint", False),
        "thing_count": ("integer", False),
        "state": ("smallint", True),
        "busy_ratio": ("real", False),
        "age_seconds": ("double precision", False),
        "estimated": ("boolean", False),
        "outcome": ("text", True),
        "reasons": ("jsonb", True),
    } == {each.name: (each.sql_type, each.is_required) for each in figures_of(Sample)}
    assert {GAUGE} == {each.figure for each in figures_of(Sample)}


def test_a_field_without_a_declaration_is_refused() -> None:
    """Nobody forgets one: the tests, the documents and the migration cannot be made."""

    class Forgotten(Struct):
        size_bytes: Bytes | None = None

    with pytest.raises(TypeError, match=r"Forgotten.size_bytes has 0 declarations"):
        figures_of(Forgotten)


@pytest.mark.parametrize(("table", "declared"), ALL)
def test_a_declaration_makes_sense(table: str, declared: DeclaredFigure) -> None:
    """Levels are of numbers, histograms of levels; a rate and a count have been measured over an interval."""
    figure = declared.figure
    assert figure.unit
    assert figure.meaning
    assert not figure.rolled_up or declared.sql_type in NUMBERS
    assert not figure.histogram or figure.rolled_up
    assert figure.kind not in {"rate", "count"} or not declared.is_required
    assert figure.kind != "count" or declared.name.endswith("_count")
    # Numbers of domains travel in single precision.
    assert not table.startswith("domain_") or declared.sql_type != "double precision"


def test_no_figure_of_a_table_is_declared_twice() -> None:
    """The structs of a table have no field in common."""
    for table, structs in STRUCTS.items():
        names = [declared.name for struct in structs for declared in figures_of(struct)]

        assert sorted(set(names)) == sorted(names), table
