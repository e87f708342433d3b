# SPDX-License-Identifier: Apache-2.0
"""Writes the tables of fields of docs/filters.md: ``python -m dashboard.filters.document`` prints them."""

from dashboard.filters.fields import ALERT_FIELDS, DOMAIN_FIELDS, HOST_FIELDS, Field, Fields
from dashboard.filters.tree import bare


def table(fields: Fields) -> str:
    """Return the fields as a table, a line each."""
    lines = ["| field | what it is | written |", "| --- | --- | --- |"]
    return "\n".join([*lines, *(_line(field) for field in fields.fields), ""])


def _line(field: Field) -> str:
    return f"| `{field.qualifier}` | {field.about} | {_values(field)} |"


def _values(field: Field) -> str:
    if field.words:
        first, *rest = map(bare, field.words)
        return f"`{field.qualifier}:{first}`, or {', '.join(rest)}"
    if field.measure is None:
        return f"`{field.qualifier}:part`, `{field.qualifier}=whole`, `{field.qualifier}:be*end`"
    units = [unit for unit in field.measure.units if unit]
    plain = field.measure.plain
    if plain is None:
        return f"`{field.qualifier}>8GiB`, or {', '.join(units)}"
    others = ", ".join(unit for unit in units if unit != plain)
    return f"`{field.qualifier}>80`{f' in {plain}' if plain else ''}{f', or {others}' if others else ''}"


if __name__ == "__main__":
    tables = (table(fields) for fields in (HOST_FIELDS, DOMAIN_FIELDS, ALERT_FIELDS))
    print(*tables, sep="\n", end="")  # noqa: T201 - its output is the tables
