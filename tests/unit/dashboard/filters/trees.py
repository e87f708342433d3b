# SPDX-License-Identifier: Apache-2.0
"""Random filters on the fields of a subject."""

from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from dashboard.filters.fields import HOST_FIELDS, Field, Fields
from dashboard.filters.tree import And, Node, Not, Number, Or, Text, Unknown, Word

# What a text may have: letters of both cases, wildcards of LIKE and of ours, and what the grammar uses.
LETTERS = "abAB01hv-_%\\*.'\" ():<>=ä;"
OPERATORS = (">", ">=", "<", "<=", "=")


def words_of(letters: str) -> st.SearchStrategy[tuple[str, ...]]:
    """Return patterns: a text, or several with anything between them, the inner ones not empty."""
    text = st.text(letters, min_size=1, max_size=6)
    edge = st.text(letters, max_size=3)
    pattern = st.builds(
        lambda first, inner, last: (first, *inner, last), edge, st.lists(text, max_size=2), edge
    )
    return st.one_of(st.tuples(text), pattern)


def of_field(field: Field, letters: str) -> st.SearchStrategy[Any]:
    """Return conditions on a field."""
    if field.measure is not None:
        # Small whole numbers as well, so that some are met exactly.
        small = st.integers(0, 4).map(Decimal)
        value = st.one_of(small, st.decimals(-200, 3000, places=2, allow_nan=False))
        number = st.builds(
            Number,
            st.just(field.qualifier),
            st.sampled_from(OPERATORS),
            value,
            st.sampled_from(sorted(field.measure.units)),
        )
        return st.one_of(number, st.just(Unknown(field.qualifier)))
    if field.words:
        return st.builds(Word, st.just(field.qualifier), st.sampled_from(field.words))
    return st.builds(
        lambda pieces, is_whole: Text(field.qualifier, pieces, is_whole and len(pieces) == 1),
        words_of(letters),
        st.booleans(),
    )


def nodes(letters: str = LETTERS, fields: Fields = HOST_FIELDS) -> st.SearchStrategy[Node]:
    """Return filters of some depth, on the fields of hosts if nothing else is said."""
    alone = st.builds(lambda pieces: Text("", pieces), words_of(letters))
    leaf = st.one_of(alone, *(of_field(field, letters) for field in fields.fields))

    def grown(children: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
        several = st.lists(children, min_size=2, max_size=3).map(tuple)
        return st.one_of(st.builds(Not, children), st.builds(And, several), st.builds(Or, several))

    return st.recursive(leaf, grown, max_leaves=8)


def number(text: str) -> Decimal:
    """Return a number of a condition."""
    return Decimal(text)
