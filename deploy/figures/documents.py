# SPDX-License-Identifier: Apache-2.0
"""The tables of figures in docs/metrics.md and docs/schema.md, made of the declarations. Pure.

A table stands between two lines of comment; what is outside of them is written by hand.
"""

import re
from collections.abc import Iterable, Mapping

from msgspec import Struct

from deploy.figures.registry import STRUCTS, figures_by_table
from publisher.wire.figures import DeclaredFigure, figures_of

LINE_CHARACTERS = 140
_TABLE = re.compile(r"(<!-- figures of (\w+)[^>]*-->\n).*?(<!-- end of figures -->\n)", re.DOTALL)


class UnknownTable(Exception):  # noqa: N818 - names what is wrong with the document
    """A document asks for the figures of something that has none."""


def metrics_document(text: str) -> str:
    """Return docs/metrics.md with its tables written anew: a table for each struct."""
    structs = {struct.__name__: struct for structs in STRUCTS.values() for struct in structs}
    return _replaced(text, {name: _metrics_table(struct) for name, struct in structs.items()})


def schema_document(text: str) -> str:
    """Return docs/schema.md with its tables written anew: one for the figures of each table of samples."""
    return _replaced(
        text, {name: _schema_table(figures.values()) for name, figures in figures_by_table().items()}
    )


def _replaced(text: str, tables: Mapping[str, str]) -> str:
    def table(found: re.Match[str]) -> str:
        if found[2] not in tables:
            raise UnknownTable(found[2])
        return f"{found[1]}{tables[found[2]]}{found[3]}"

    return _TABLE.sub(table, text)


def _metrics_table(struct: type[Struct]) -> str:
    lines = ["| field | unit | kind | source | formula |", "| --- | --- | --- | --- | --- |"]
    notes = []
    for name, _, _, figure in figures_of(struct):
        row = _row(f"`{name}`", figure.unit, figure.kind, figure.source, figure.formula)
        if len(row) > LINE_CHARACTERS or ". " in figure.formula:
            notes += _note(name, figure.formula)
            row = _row(f"`{name}`", figure.unit, figure.kind, figure.source, "see below")
        lines.append(row)
    return (
        "".join(f"\n{paragraph}\n" for paragraph in ("\n".join(lines), "\n".join(notes)) if paragraph) + "\n"
    )


def _schema_table(figures: Iterable[DeclaredFigure]) -> str:
    lines = ["| figure | unit | | meaning |", "| --- | --- | --- | --- |"]
    for name, _, _, figure in figures:
        flags = {"rollup": figure.rolled_up, "histogram": figure.histogram, "not now": not figure.in_now}
        where = ", ".join(word for word, is_set in flags.items() if is_set)
        lines.append(_row(f"`{name}`", figure.unit, where, figure.meaning))
    return "\n".join(["", *lines, "", ""])


def _row(*cells: str) -> str:
    return re.sub(" +", " ", f"| {' | '.join(cells)} |")


def _note(name: str, formula: str) -> list[str]:
    """Return a point of a list, a sentence a line, and more lines where one is long."""
    lines: list[str] = []
    line = f"- `{name}`:"
    for sentence in re.split(r"(?<=\.) ", f"{formula}."):
        for word in sentence.split(" "):
            if len(line) + len(word) >= LINE_CHARACTERS:
                lines.append(line)
                line = " "
            line += f" {word}"
        lines.append(line)
        line = " "
    return lines
