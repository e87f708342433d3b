# SPDX-License-Identifier: Apache-2.0
"""What windows of VMs and the fleet's buckets are, made of the samples themselves."""

from typing import Final

WINDOW_FIGURES: Final = (
    "cpu_ratio",
    "steal_ratio",
    "memory_resident_bytes",
    "block_latency_seconds",
    "block_read_bytes_per_second",
    "block_write_bytes_per_second",
    "network_receive_bytes_per_second",
    "network_transmit_bytes_per_second",
)
FLEET_SUMS: Final = (
    "disk_read_bytes_per_second",
    "disk_write_bytes_per_second",
    "network_receive_bytes_per_second",
    "network_transmit_bytes_per_second",
    "domain_count",
    "domain_running_count",
    "domain_vcpu_count",
    "domain_memory_assigned_bytes",
    "domain_memory_resident_bytes",
)
# Rows that differ from what the samples of the window make, and those that only one side has; each once.
_UNLIKE_WINDOWS: Final = """
WITH ends AS (
    SELECT window_name, until, until - length AS since FROM domain_window_marks WHERE until IS NOT NULL
), inside AS (
    SELECT e.window_name, e.until, s.* FROM ends AS e
    JOIN domain_samples AS s ON s.sampled_at >= e.since AND s.sampled_at < e.until
), made AS (
    SELECT window_name, until, domain_id, {of_samples} FROM inside GROUP BY 1, 2, 3
), means AS (
    SELECT window_name, domain_id, time_bucket(INTERVAL '5 minutes', sampled_at) AS bucket, {means}
    FROM inside GROUP BY 1, 2, 3
), ranked AS (
    SELECT window_name, domain_id, {percentiles} FROM means GROUP BY 1, 2
)
SELECT window_name, domain_id, w.until::text, array_remove(ARRAY[{unlike}], NULL) AS columns
FROM (SELECT * FROM made JOIN ranked USING (window_name, domain_id)) AS m
FULL JOIN domain_windows AS w USING (window_name, domain_id)
WHERE m.until IS DISTINCT FROM w.until OR cardinality(array_remove(ARRAY[{unlike}], NULL)) > 0
ORDER BY 1, 2
"""
# A mean is added up in another order, and stored in single precision; a percentile is within 2 %.
_UNLIKE: Final = """
CASE WHEN m.{0}_mean IS NULL <> (w.{0}_mean IS NULL) OR abs(m.{0}_mean - w.{0}_mean) > 1e-6 * abs(m.{0}_mean)
    THEN '{0}_mean' END,
CASE WHEN m.{0}_max::real IS DISTINCT FROM w.{0}_max THEN '{0}_max' END,
CASE WHEN m.{0}_p95 IS NULL <> (w.{0}_p95 IS NULL) OR abs(m.{0}_p95 - w.{0}_p95) > 0.0201 * abs(m.{0}_p95)
    THEN '{0}_p95' END
"""
_UNLIKE_FLEET: Final = """
WITH hosts AS (
    SELECT host_id, time_bucket(INTERVAL '5 minutes', sampled_at) AS bucket, avg(cpu_online_count) AS cpus,
        avg(cpu_busy_ratio::double precision) AS busy, avg(memory_total_bytes) AS memory,
        avg(memory_available_bytes) AS available, max(disk_busy_ratio) AS disk, {means}
    FROM host_samples WHERE sampled_at < (SELECT done FROM fleet_mark) GROUP BY 1, 2
), made AS (
    SELECT bucket, count(*) AS host_count, sum(cpus) FILTER (WHERE busy IS NOT NULL) AS cpu_cores,
        sum(cpus * busy) AS cpu_busy_cores,
        sum(memory) FILTER (WHERE available IS NOT NULL) AS memory_total_bytes,
        sum(memory - available) AS memory_used_bytes, max(disk) AS disk_busy_ratio_max, {sums}
    FROM hosts GROUP BY 1
)
SELECT bucket::text, array_remove(ARRAY[{unlike}], NULL) AS columns
FROM made AS m FULL JOIN fleet_5m AS f USING (bucket)
WHERE m.host_count IS DISTINCT FROM f.host_count OR cardinality(array_remove(ARRAY[{unlike}], NULL)) > 0
ORDER BY 1
"""
_UNLIKE_SUM: Final = """
CASE WHEN m.{0} IS NULL <> (f.{0} IS NULL) OR abs(m.{0} - f.{0}) > 1e-6 * abs(m.{0}) THEN '{0}' END
"""


def _each(text: str, names: tuple[str, ...]) -> str:
    return ", ".join(text.format(name) for name in names)


UNLIKE_WINDOWS: Final = _UNLIKE_WINDOWS.format(
    of_samples=_each("avg({0}::double precision) AS {0}_mean, max({0}) AS {0}_max", WINDOW_FIGURES),
    means=_each("avg({0}::double precision) AS {0}", WINDOW_FIGURES),
    percentiles=_each("percentile_disc(0.95) WITHIN GROUP (ORDER BY {0}) AS {0}_p95", WINDOW_FIGURES),
    unlike=_each(_UNLIKE, WINDOW_FIGURES),
)
UNLIKE_FLEET: Final = _UNLIKE_FLEET.format(
    means=_each("avg({0}) AS {0}", FLEET_SUMS),
    sums=_each("sum({0}) AS {0}", FLEET_SUMS),
    unlike=_each(
        _UNLIKE_SUM,
        (
            *(
                "cpu_cores",
                "cpu_busy_cores",
                "memory_total_bytes",
                "memory_used_bytes",
                "disk_busy_ratio_max",
            ),
            *FLEET_SUMS,
        ),
    ),
)
