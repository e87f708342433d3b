# SPDX-License-Identifier: Apache-2.0
"""What a filter says of a row, slowly and without SQL."""

import operator
import re
import struct
from collections.abc import Mapping, Sequence
from typing import Any

from dashboard.filters.fields import Fields
from dashboard.filters.tree import And, Node, Not, Number, Or, Text, Unknown, Word

COMPARED = {">": operator.gt, ">=": operator.ge, "<": operator.lt, "<=": operator.le, "=": operator.eq}


def single(value: float) -> float:
    """Return a number in single precision."""
    (rounded,) = struct.unpack("f", struct.pack("f", value))
    return float(rounded)


def verdict(node: Node, fields: Fields, row: Mapping[str, Any]) -> bool | None:
    """Return whether a filter is true for a row, None where that is not known."""
    match node:
        case And() | Or():
            found = [verdict(each, fields, row) for each in node.nodes]
            deciding = isinstance(node, Or)
            return deciding if deciding in found else None if None in found else not deciding
        case Not():
            opposite = verdict(node.node, fields, row)
            return None if opposite is None else not opposite
        case Text():
            return _text(node, [row[name] for name in fields.find(node.qualifier)[0].columns])
        case Word():
            return bool(row[fields.find(node.qualifier)[0].columns[0]] == node.word)
        case Unknown():
            return row[fields.find(node.qualifier)[0].columns[0]] is None
        case Number():
            return _number(node, fields, row)


def _text(node: Text, values: Sequence[str | None]) -> bool | None:
    pattern = re.compile(".*".join(map(re.escape, node.pieces)), re.IGNORECASE | re.DOTALL)
    is_part = len(node.pieces) == 1 and not node.is_whole
    found = [
        None if value is None else bool(pattern.search(value) if is_part else pattern.fullmatch(value))
        for value in values
    ]
    return True if True in found else None if None in found else False


def _number(node: Number, fields: Fields, row: Mapping[str, Any]) -> bool | None:
    (field,) = (
        each for each in fields.find(node.qualifier) if each.measure and node.unit in each.measure.units
    )
    assert field.measure is not None
    value = row[field.columns[0]]
    wanted = float(node.value * field.measure.units[node.unit])
    if field.measure.sql_type == "real":
        wanted = single(wanted)
    return None if value is None else bool(COMPARED[node.operator](value, wanted))
