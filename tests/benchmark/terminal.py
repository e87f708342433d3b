# SPDX-License-Identifier: Apache-2.0
"""What a benchmark says while it works: lines on standard error, so that standard output is the result's."""

import sys
import time


def say(text: str) -> None:
    """Write one line of progress with the time of day."""
    sys.stderr.write(f"{time.strftime('%H:%M:%S')} {text}\n")
    sys.stderr.flush()
