# SPDX-License-Identifier: Apache-2.0
"""The simulated fleet beside the demo's real host: 24 hosts with 20 VMs each and their past week.

Only the past that the database does not have yet is sent. It fills in while the page is looked at already.
"""

import time

import psycopg

from deploy.demo.child import Child
from deploy.demo.pipeline import Pipeline

HOST_COUNT, DOMAIN_COUNT = 24, 20
HISTORY_DAYS = 7
# With the five minutes that the load generator would take, the week took twice as long.
HISTORY_INTERVAL = "15m"
_DAY_SECONDS = 86_400

# The middle one: one host of the fleet may have been silent, the clock of another is ahead.
_KNOWN_UNTIL = """
    SELECT extract(epoch FROM percentile_disc(0.5) WITHIN GROUP (ORDER BY sampled_at))::float8
    FROM kvmgrid.hosts_now
    WHERE is_simulated
"""


def history_seconds(known_until: float | None, now: float) -> int:
    """Return how much of the past is to be sent."""
    longest = HISTORY_DAYS * _DAY_SECONDS
    return longest if known_until is None else min(longest, max(0, int(now - known_until)))


def start_fleet(pipeline: Pipeline) -> Child:
    """Start the load generator with the past that is missing; it belongs to the pipeline from then on."""
    with psycopg.connect(pipeline.database_url) as connection:
        row = connection.execute(_KNOWN_UNTIL).fetchone()
    missing = history_seconds(row[0] if row else None, time.time())
    return pipeline.start_loadgen(
        *("--hosts", str(HOST_COUNT), "--domains", str(DOMAIN_COUNT)),
        *("--history", f"{missing}s", "--history-interval", HISTORY_INTERVAL),
    )
