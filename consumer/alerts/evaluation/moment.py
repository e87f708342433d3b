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


def moment_rows(hosts: list[HostNow], now: float, *, is_known: bool) -> Rows:
    """Return a row of each host that has ever sent a sample."""
    found = [(each, each.taken_at, each.tick_seconds) for each in hosts]
    rows = [
        (each.host_id, taken, tick) for each, taken, tick in found if taken is not None and tick is not None
    ]
    ids = np.array([host_id for host_id, _, _ in rows], dtype=np.int64)
    ticks = np.array([tick for _, _, tick in rows], dtype=np.float64)
    ages = np.array([now - taken if is_known else np.nan for _, taken, _ in rows], dtype=np.float64)
    return Rows(ids, None, ids, np.full(len(ids), now), ticks, {MOMENT: ages, "tick_seconds": ticks})


def pipeline_lags(hosts: list[HostNow], now: float) -> bool:
    """Tell whether what arrives now is late, of most hosts: then a host may only seem silent.

    Where nothing arrives at all nobody can tell. All hosts are silent then, which folding makes one alert.
    """
    lags = [
        received - taken
        for _, _, taken, received, _, _ in hosts
        if taken is not None and received is not None and now - received <= _LATELY_SECONDS
    ]
    return len(lags) > 1 and median(lags) > _LAG_SECONDS
