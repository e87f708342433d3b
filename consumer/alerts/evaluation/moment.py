# SPDX-License-Identifier: Apache-2.0
"""What is known of each host at each cycle without a sample: for how long it has been silent. Pure."""

from statistics import median
from typing import Final

import numpy as np

from consumer.alerts.evaluation.needs import MOMENT
from consumer.alerts.evaluation.reading import HostNow
from consumer.alerts.evaluation.rows import Rows

# A host has sent something lately: what it sent was how late?
_LATELY_SECONDS: Final = 60.0
_LAG_SECONDS: Final = 60.0


def moment_rows(hosts: list[HostNow], now: float, lag_seconds: float) -> Rows:
    """Return a row of each host that has ever sent a sample.

    ``lag_seconds``: how late everything is. A host is silent for what its newest sample is older than that.
    """
    is_known = not lags(lag_seconds)
    found = [(each, each.taken_at, each.tick_seconds) for each in hosts]
    rows = [
        (each.host_id, taken, tick) for each, taken, tick in found if taken is not None and tick is not None
    ]
    ids = np.array([host_id for host_id, _, _ in rows], dtype=np.int64)
    ticks = np.array([tick for _, _, tick in rows], dtype=np.float64)
    ages = np.array(
        [now - taken - lag_seconds if is_known else np.nan for _, taken, _ in rows], dtype=np.float64
    )
    return Rows(ids, None, ids, np.full(len(ids), now), ticks, {MOMENT: ages, "tick_seconds": ticks})


def lags(lag_seconds: float) -> bool:
    """Tell whether everything is so late that a host may only seem silent."""
    return lag_seconds > _LAG_SECONDS


def pipeline_lag(hosts: list[HostNow], now: float) -> float:
    """Return how late is what arrives now, of most hosts, in seconds.

    Where nothing arrives at all nobody can tell. All hosts are silent then, which folding makes one alert.
    """
    found = [
        received - taken
        for _, _, taken, received, _, _ in hosts
        if taken is not None and received is not None and now - received <= _LATELY_SECONDS
    ]
    return max(0.0, median(found)) if len(found) > 1 else 0.0
