# SPDX-License-Identifier: Apache-2.0
"""Equal errors of the database in a row, which one flush or message may cause. Pure."""

# After so many it is asked whether the database takes other rows.
SUSPICIOUS_COUNT = 3


class Repeats:
    """Counts how often the database answered the same thing with the same error."""

    def __init__(self) -> None:
        self._sqlstate = ""
        self._count = 0
        self._worked = False

    def note(self, sqlstate: str) -> bool:
        """Note an error; return whether it came often enough in a row to be suspicious."""
        if sqlstate != self._sqlstate:
            self._count, self._worked = 0, False
        self._count += 1
        self._sqlstate = sqlstate
        return self._count >= SUSPICIOUS_COUNT

    def confirm(self, *, works: bool) -> bool:
        """Note whether the database took other rows after the error; return whether it did before it too.

        Otherwise the cause may have ended in between, as a lock does that is given up.
        """
        confirmed = works and self._worked
        self._worked = works
        return confirmed
