# SPDX-License-Identifier: Apache-2.0
"""A process that puts until it is killed, and tells each accepted sequence after put has returned.

Usage: python -m tests.unit.publisher.spool.putting_program DIRECTORY
"""

import sys
from pathlib import Path

from publisher.spool import Spool
from tests.unit.publisher.spool.spooled import message


def main() -> None:
    """Put bodies that name their sequence, for ever."""
    spool = Spool(Path(sys.argv[1]), "hv042")
    while True:
        ticket = spool.put(message(lambda stamp: b"%d " % stamp.ticket.sequence * 2_000))
        print(ticket.sequence, flush=True)  # noqa: T201 - the test reads it


if __name__ == "__main__":
    main()
