# SPDX-License-Identifier: Apache-2.0
"""What can go wrong in the dashboard; the docstring of a leaf is its message when none is given."""


class DashboardError(Exception):
    """The dashboard cannot do what it was asked."""

    def __str__(self) -> str:
        return super().__str__() or (type(self).__doc__ or "").strip()


class SettingsError(DashboardError):
    """The settings cannot be used."""


class DatabaseError(DashboardError):
    """The database did not answer a question."""


class DatabaseUnavailableError(DatabaseError):
    """The database cannot be reached."""


class SchemaMissingError(DatabaseError):
    """The database has no kvmgrid schema, or an older one than this dashboard needs."""


class QueryTimeoutError(DatabaseError):
    """The question took longer than the statement timeout."""


class RangeError(DashboardError):
    """The time range cannot be read."""


class RequestError(DashboardError):
    """A request from the browser has a form that our pages never send."""


class FilterError(DashboardError):
    """The filter cannot be read: from ``start`` up to ``end`` of its text stands what is wrong."""

    def __init__(self, words: str, start: int, end: int) -> None:
        super().__init__(words)
        self.start = start
        self.end = end


class AddressError(DashboardError):
    """The address of a page asks for something that the page does not have."""
