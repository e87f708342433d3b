# SPDX-License-Identifier: Apache-2.0
"""The hourly upkeep, against a connection that breaks."""

from typing import Any, Self

import psycopg
import pytest

from consumer.schema import upkeep
from consumer.schema.upkeep import Upkeep
from consumer.settings import DatabaseSettings, RetentionSettings


class Broken:
    """Stands for a connection that the server has closed."""

    asked_count = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None: ...

    def execute(self, *_statement: Any) -> None:
        """Fail as libpq does."""
        self.asked_count += 1
        raise psycopg.OperationalError("the connection is lost")


def test_a_connection_that_breaks_at_once_is_a_failed_round(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is logged and tried an hour later: the thread goes on."""
    broken = Broken()
    monkeypatch.setattr(upkeep, "connect", lambda *_arguments, **_options: broken)
    Upkeep(DatabaseSettings(), RetentionSettings()).once()

    assert 1 == broken.asked_count
