# SPDX-License-Identifier: Apache-2.0
"""One call of a collector: a reading, or why there is none. Every collector is called through here.

No fault of a collector gets past this call, so that one subject never costs the figures of the others.
"""

import time
from collections.abc import Callable
from typing import Generic, TypeVar

from msgspec import Struct

from publisher.collectors.collected import Collected
from publisher.procfs import SourceError, SourceUnavailableError
from publisher.wire.samples import NAME_CHARACTERS, CollectorOutcome

Reading = TypeVar("Reading", bound=Struct)


class Attempt(Struct, Generic[Reading], frozen=True, kw_only=True):
    """What a collector brought: a reading, or why there is none, and how long it took."""

    reading: Reading | None
    outcome: CollectorOutcome
    reason: str | None
    duration_seconds: float


def attempt(
    read: Callable[[], Collected[Reading]], monotonic: Callable[[], float] = time.perf_counter
) -> Attempt[Reading]:
    """Call a collector and turn whatever it raises into an outcome with a reason."""
    started_seconds = monotonic()
    reading: Reading | None = None
    outcome: CollectorOutcome = "ok"
    try:
        reading, reason = read()
    except SourceUnavailableError as error:
        outcome, reason = "unavailable", str(error)
    except SourceError as error:
        outcome, reason = "failed", str(error)
    except Exception as error:  # noqa: BLE001 - a fault in one collector must not take the others' figures
        outcome, reason = "failed", repr(error)
    return Attempt(
        reading=reading,
        outcome=outcome,
        reason=reason[:NAME_CHARACTERS] if reason else None,
        duration_seconds=round(monotonic() - started_seconds, 6),
    )
