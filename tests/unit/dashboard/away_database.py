# SPDX-License-Identifier: Apache-2.0
"""A stand-in for a database in an outage, for tests of what comes before any question to it."""

from typing import Any

from dashboard.database import Database
from dashboard.errors import DatabaseUnavailableError


class AwayDatabase(Database):
    """A database that is always away."""

    def fetch(self, *_arguments: Any, **_more: Any) -> Any:
        """Fail as an outage does."""
        raise DatabaseUnavailableError

    def state(self) -> Any:
        """Fail as an outage does."""
        raise DatabaseUnavailableError
