# SPDX-License-Identifier: Apache-2.0
"""How many of the figures of a property test were null."""

import sys


class NullShare:
    """Counts figures."""

    def __init__(self) -> None:
        self.null_count = 0
        self.all_count = 0

    def count(self, value: float | None) -> None:
        """Add a figure."""
        self.all_count += 1
        self.null_count += value is None

    def say(self, subject: str) -> None:
        """Print the share, for those who run pytest with -s."""
        if self.all_count:
            share = self.null_count / self.all_count
            sys.stdout.write(f"\n{subject}: {share:.2%} of {self.all_count:,} figures are null\n")
