# SPDX-License-Identifier: Apache-2.0
"""Exit statuses of the command line, after sysexits.h; the systemd unit relies on them."""

from enum import IntEnum


class ExitCode(IntEnum):
    """What a status means; 2 (usage) is click's own."""

    OK = 0
    FAILURE = 1
    UNAVAILABLE = 69
    TEMPORARY = 75
    PERMISSION = 77
    SETTINGS = 78
