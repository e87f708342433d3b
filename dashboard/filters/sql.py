# SPDX-License-Identifier: Apache-2.0
"""From the tree of a filter, and from a sort, to SQL: values are parameters, names are those of our lists."""

from collections.abc import Mapping
from typing import LiteralString, NamedTuple

from psycopg import sql

from dashboard.filters.fields import Field, Fields
from dashboard.filters.tree import And, Node, Not, Number, Or, Text, Unknown, Word

_OPERATORS = {sign: sql.SQL(sign) for sign in (">", ">=", "<", "<=", "=")}
_LIKE = sql.SQL("{} ILIKE {}")
_ANY_LIKE = sql.SQL("EXISTS (SELECT FROM unnest({}) AS item WHERE item ILIKE {})")
# Few rows have such a list: the others are told first, without a question for each.
_ANY_LIKE_IF_ANY = sql.SQL(
    "({0} IS NOT NULL AND EXISTS (SELECT FROM unnest({0}) AS item WHERE item ILIKE {1}))"
)
_ESCAPES = str.maketrans({"\\": "\\\\", "%": "\\%", "_": "\\_"})


class Condition(NamedTuple):
    """A condition and its parameters."""

    text: sql.Composable
    parameters: Mapping[str, str | float]


EVERYTHING = Condition(sql.SQL("true"), {})


def fixed(text: LiteralString) -> Condition:
    """Return a condition in words of ours, whose parameters are those of its question."""
    return Condition(sql.SQL(text), {})


def both(first: Condition, second: Condition) -> Condition:
    """Return a condition that holds where two do."""
    text = sql.SQL("({}) AND ({})").format(first.text, second.text)
    return Condition(text, {**first.parameters, **second.parameters})


def condition(node: Node | None, fields: Fields) -> Condition:
    """Return the condition of a filter, which names columns of the fields only."""
    if node is None:
        return EVERYTHING
    writer = _Writer(fields)
    text = writer.write(node)
    return Condition(text, writer.parameters)


def order(column: str, *, is_descending: bool, is_text: bool) -> sql.Composable:
    """Return a sort by a column of a question, which is a name of ours; texts by their bytes."""
    form = '{} COLLATE "C"' if is_text else "{}"
    return sql.SQL(form + (" DESC" if is_descending else " ASC")).format(sql.Identifier(column))


class _Writer:
    def __init__(self, fields: Fields) -> None:
        self.parameters: dict[str, str | float] = {}
        self._fields = fields

    def write(self, node: Node) -> sql.Composable:
        match node:
            case And() | Or():
                parts = [sql.SQL("({})").format(self.write(each)) for each in node.nodes]
                return sql.SQL(" OR " if isinstance(node, Or) else " AND ").join(parts)
            case Not():
                return sql.SQL("NOT ({})").format(self.write(node.node))
            case Text():
                return self._text(node)
            case Number():
                return self._number(node)
            case Word():
                (field,) = self._fields.find(node.qualifier)
                return sql.SQL("{} = {}").format(_column(field), self._parameter(node.word))
            case Unknown():
                return sql.SQL("{} IS NULL").format(_column(self._fields.find(node.qualifier)[0]))

    def _text(self, node: Text) -> sql.Composable:
        (field,) = self._fields.find(node.qualifier)
        pattern = "%".join(piece.translate(_ESCAPES) for piece in node.pieces)
        if len(node.pieces) == 1 and not node.is_whole:
            pattern = f"%{pattern}%"
        value = self._parameter(pattern)
        form = _ANY_LIKE if field.is_list else _LIKE
        parts = [form.format(sql.Identifier(name), value) for name in field.columns]
        parts += [_ANY_LIKE_IF_ANY.format(sql.Identifier(name), value) for name in field.list_columns]
        return sql.SQL(" OR ").join(parts)

    def _number(self, node: Number) -> sql.Composable:
        field = next(
            each
            for each in self._fields.find(node.qualifier)
            if each.measure is not None and node.unit in each.measure.units
        )
        assert field.measure is not None  # noqa: S101 - found by it
        value = float(node.value * field.measure.units[node.unit])
        return sql.SQL("{} {} {}::{}").format(
            _column(field),
            _OPERATORS[node.operator],
            self._parameter(value),
            sql.SQL(field.measure.sql_type),
        )

    def _parameter(self, value: str | float) -> sql.Placeholder:
        name = f"filter_{len(self.parameters)}"
        self.parameters[name] = value
        return sql.Placeholder(name)


def _column(field: Field) -> sql.Identifier:
    return sql.Identifier(field.columns[0])
