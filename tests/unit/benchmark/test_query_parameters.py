# SPDX-License-Identifier: Apache-2.0
"""The benchmark knows a value for each parameter of the pages' questions."""

import re
from typing import TYPE_CHECKING, Any, Self, cast
from uuid import uuid4

from dashboard.pages import PAGES
from tests.benchmark.figures.queries import parameters

if TYPE_CHECKING:
    import psycopg


class OneVm:
    """Stands for a database whose only answer is one VM."""

    def execute(self, *_question: object) -> Self:
        """Take any question."""
        return self

    def fetchall(self) -> list[tuple[object, ...]]:
        """Return the VM."""
        return [(1, "hv1", 1, uuid4(), "web")]


def test_each_parameter_has_a_value() -> None:
    """A question that comes later is measured too, or said here."""
    known = parameters(cast("psycopg.Connection[Any]", OneVm())).keys()
    needed = {
        name for page in PAGES for query in page.queries for name in re.findall(r"%\((\w+)\)s", query.text())
    }
    assert set() == needed - known
