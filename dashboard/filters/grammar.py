# SPDX-License-Identifier: Apache-2.0
"""From the text of a filter to its tree, by recursive descent.

or := and {"or" and}; and := not {["and"] not}; not := ("not" | "-") not | "(" or ")" | condition
"""

from difflib import get_close_matches

from dashboard.errors import FilterError
from dashboard.filters.comparison import comparison
from dashboard.filters.fields import Fields
from dashboard.filters.tokens import Token, tokens
from dashboard.filters.tree import And, Node, Not, Or, Text

DEPTH_MAX = 12
CONDITION_COUNT_MAX = 30


def parse(text: str, fields: Fields) -> Node | None:
    """Return what a filter says, None for one that says nothing; raise FilterError with the place."""
    parser = _Parser(tokens(text), fields)
    return parser.whole() if parser.left else None


class _Parser:
    """Reads tokens from the first to the last. Each error stands at a token."""

    def __init__(self, found: list[Token], fields: Fields) -> None:
        self.left = found[::-1]
        self._fields = fields
        self._last = found[0] if found else None
        self._depth = 0
        self._condition_count = 0

    def whole(self) -> Node:
        node = self._or()
        if self.left:
            raise _fault(self.left[-1], "No parenthesis is open here.")
        return node

    def _or(self) -> Node:
        nodes = [self._and()]
        while self._keyword() == "or":
            self._next()
            nodes.append(self._and())
        return nodes[0] if len(nodes) == 1 else Or(tuple(nodes))

    def _and(self) -> Node:
        nodes = [self._not()]
        while self._kind() not in {None, "close"} and self._keyword() != "or":
            if self._keyword() == "and":
                self._next()
            nodes.append(self._not())
        return nodes[0] if len(nodes) == 1 else And(tuple(nodes))

    def _not(self) -> Node:
        if not self.left:
            assert self._last is not None  # noqa: S101 - without a token nothing is parsed
            raise _fault(self._last, f"A condition is missing after {self._last.shown}.")
        if self._kind() != "not" and self._keyword() != "not":
            return self._primary()
        self._descend(self._next())
        node = Not(self._not())
        self._depth -= 1
        return node

    def _primary(self) -> Node:
        token = self._next()
        if token.kind == "open":
            return self._enclosed(token)
        if token.kind != "word" or token.keyword:
            missing = "A field" if token.kind == "operator" else "A condition"
            raise _fault(token, f"{missing} is missing before {token.shown}.")
        self._condition_count += 1
        if self._condition_count > CONDITION_COUNT_MAX:
            raise _fault(token, f"A filter has at most {CONDITION_COUNT_MAX} conditions.")
        return self._condition(token)

    def _enclosed(self, token: Token) -> Node:
        self._descend(token)
        node = self._or()
        if not self.left:
            raise _fault(token, "This parenthesis is not closed.")
        self._next()
        self._depth -= 1
        return node

    def _condition(self, token: Token) -> Node:
        if self._kind() != "operator":
            if not any(token.pieces) and len(token.pieces) == 1:
                raise _fault(token, "Nothing stands between these quotes.")
            return Text("", token.pieces)
        operator = self._next()
        known = self._fields.find(token.text.casefold()) if token.is_bare else ()
        if not known:
            raise _fault(token, self._unknown_field(token))
        if self._kind() != "word":
            raise FilterError(
                f"A value is missing after {token.shown}{operator.text}", token.start, operator.end
            )
        value = self._next()
        unit = self.left[-1] if self.left and self.left[-1].is_bare else None
        node, has_taken_unit = comparison(known, operator, value, unit)
        if has_taken_unit:
            self._next()
        return node

    def _unknown_field(self, token: Token) -> str:
        near = get_close_matches(token.text.casefold(), self._fields.qualifiers, n=1)
        advice = f"did you mean {near[0]}?" if near else f"there are {', '.join(self._fields.qualifiers)}."
        return f"{token.shown} is no field of a {self._fields.subject}: {advice}"

    def _descend(self, token: Token) -> None:
        self._depth += 1
        if self._depth > DEPTH_MAX:
            raise _fault(token, f"A filter is at most {DEPTH_MAX} levels deep.")

    def _kind(self) -> str | None:
        return self.left[-1].kind if self.left else None

    def _keyword(self) -> str | None:
        return self.left[-1].keyword if self.left else None

    def _next(self) -> Token:
        self._last = self.left.pop()
        return self._last


def _fault(token: Token, words: str) -> FilterError:
    return FilterError(words, token.start, token.end)
