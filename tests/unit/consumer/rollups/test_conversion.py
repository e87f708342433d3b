# SPDX-License-Identifier: Apache-2.0
"""Which chunks a round tries to convert."""

import threading
from typing import Any

import pytest

from consumer.errors import DatabaseAway
from consumer.rollups.conversion import Conversion


class Database:
    """Stands for the steps: three chunks are due for ever, and one cannot be converted."""

    is_lost = False

    def __init__(self) -> None:
        self.tried: list[str] = []

    def due_chunks(self) -> list[str]:
        """Tell."""
        return ["bad", "good", "better"]

    def convert_chunk(self, chunk: str) -> bool:
        """Note it."""
        self.tried.append(chunk)
        if chunk == "bad":
            raise DatabaseAway("somebody reads it", sqlstate="55P03")
        return True


def convert(database: Any, stopping: threading.Event | None = None) -> None:
    """Do a round."""
    Conversion(stopping or threading.Event()).round(database)


def test_a_chunk_that_cannot_be_converted_holds_no_other_up() -> None:
    """Each is tried once a round, also where it stays due."""
    database = Database()
    convert(database)

    assert ["bad", "good", "better"] == database.tried


def test_a_consumer_that_ends_converts_no_further_chunk() -> None:
    """The one under way is the last."""
    database, stopping = Database(), threading.Event()
    stopping.set()
    convert(database, stopping)

    assert ["bad"] == database.tried


def test_a_lost_connection_ends_the_round() -> None:
    """It is opened anew for the next one."""
    database = Database()
    database.is_lost = True
    with pytest.raises(DatabaseAway):
        convert(database)
