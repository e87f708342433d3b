# SPDX-License-Identifier: Apache-2.0
"""What a figure is: declared once, beside the field that carries it (docs/decisions/0036).

Name, type and bounds are those of the field, and so is the type of its column. Documents, tables, migrations
and tests read the rest here.
"""

from typing import Final, Literal, NamedTuple

from msgspec import NODEFAULT, Struct, inspect
from msgspec.structs import FieldInfo, fields

from publisher.wire.field_types import LARGEST_REAL

# A count is the increase since the sample before: those of a bucket add up. A rate is an increase divided by
# something else that was measured: seconds, requests.
Kind = Literal["gauge", "rate", "count", "fact"]

# The type of a column, by the greatest number of its field.
_INTEGERS: Final = {2**15 - 1: "smallint", 2**31 - 1: "integer", 2**63 - 1: "bigint"}


class Figure(NamedTuple):
    """One figure. Texts are Markdown; ``source`` and ``formula`` are empty where ``meaning`` says it all.

    ``rolled_up``: the levels have its count, sum, least and greatest. ``histogram``: the levels from an hour
    on have one of its means. ``in_now``: the view of now has it, where its table has such a view.
    """

    unit: str
    kind: Kind
    meaning: str
    source: str = ""
    formula: str = ""
    rolled_up: bool = True
    histogram: bool = False
    in_now: bool = True


class DeclaredFigure(NamedTuple):
    """A figure with what its field says of it; ``is_required``: its column is never null."""

    name: str
    sql_type: str
    is_required: bool
    figure: Figure


def declarations(struct: type[Struct]) -> dict[str, Figure]:
    """Return the declaration of each field of a struct; raise TypeError for a field without one."""
    return {field.name: _declaration(struct, field) for field in fields(struct)}


def figures_of(struct: type[Struct]) -> tuple[DeclaredFigure, ...]:
    """Return the figures of a struct with what their fields say of them; raises as ``declarations``."""
    return tuple(
        DeclaredFigure(
            field.name,
            _sql_type(inspect.type_info(field.type)),
            field.default is NODEFAULT or field.default is not None,
            _declaration(struct, field),
        )
        for field in fields(struct)
    )


def _declaration(struct: type[Struct], field: FieldInfo) -> Figure:
    found = [each for each in getattr(field.type, "__metadata__", ()) if isinstance(each, Figure)]
    if len(found) != 1:
        raise TypeError(f"{struct.__name__}.{field.name} has {len(found)} declarations of a figure")
    return found[0]


def _sql_type(kind: inspect.Type) -> str:
    """Return the type of PostgreSQL that holds every value of a field."""
    if isinstance(kind, inspect.UnionType):
        (kind,) = (each for each in kind.types if not isinstance(each, inspect.NoneType))
    if isinstance(kind, inspect.IntType):
        return _INTEGERS[kind.le or 0]
    if isinstance(kind, inspect.FloatType):
        return "real" if kind.le == LARGEST_REAL else "double precision"
    if isinstance(kind, inspect.BoolType):
        return "boolean"
    return "jsonb" if isinstance(kind, inspect.ListType) else "text"
