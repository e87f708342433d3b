# SPDX-License-Identifier: Apache-2.0
"""A question to the database: an .sql file, with the type of its rows.

The questions of a page lie in its folder; here is what several pages share. Field order is column
order; a test compares each type with what the database answers.
"""

from datetime import datetime
from importlib import resources
from typing import Any, Generic, NamedTuple, TypeVar

Row = TypeVar("Row")
# What jsonb gives: the element types are checked where they are drawn.
JsonList = list[dict[str, Any]]


class SchemaState(NamedTuple):
    """Whether anything was ever received."""

    host_count: int
    database_time: datetime


class HostEvent(NamedTuple):
    """One thing that happened on a host, maybe to a VM."""

    time: datetime
    kind: str
    domain_name: str | None
    detail: str | None
    total_count: int
    host: str
    domain_uuid: str | None


class SampleSpan(NamedTuple):
    """The samples nearest to a range that has none."""

    before: datetime | None
    after: datetime | None


class Query(NamedTuple, Generic[Row]):
    """A question: the package and name of its file, and the type of its rows."""

    package: str
    name: str
    row_type: type[Row]

    def text(self) -> str:
        """Return the SQL of the file."""
        return resources.files(self.package).joinpath(f"{self.name}.sql").read_text(encoding="utf-8")


SCHEMA_STATE = Query(__name__, "schema_state", SchemaState)
