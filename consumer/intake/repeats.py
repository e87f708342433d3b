# SPDX-License-Identifier: Apache-2.0
"""Equal errors of the database in a row, which one flush or message may cause. Pure."""

# After so many it is asked whether the database takes other rows.
SUSPICIOUS_COUNT = 3


class Repeats:
    """Counts how often the database answered the same thing with the same error."""

    def __init__(self) -> None:
        self._sqlstate = ""
        self._count = 0

    def note(self, sqlstate: str) -> bool:
        """Note an error; return whether it came often enough in a row to be suspicious."""
        self._count = self._count + 1 if sqlstate == self._sqlstate else 1
        self._sqlstate = sqlstate
        return self._count >= SUSPICIOUS_COUNT
