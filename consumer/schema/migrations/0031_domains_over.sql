-- SPDX-License-Identifier: Apache-2.0
-- VMs with figures of now, or with a statistic (mean, p95, max) of a window of domain_windows, as one view with two parameters.
-- The planner puts it into the question that asks for it: what is not asked for is neither joined nor worked out.
CREATE FUNCTION domains_over(statistic text, over_window text) RETURNS TABLE (
    domain_id integer,
    uuid uuid,
    name text,
    title text,
    host text,
    hostname text,
    owner text,
    tags text[],
    state_name text,
    sampled_at timestamptz,
    stale_at timestamptz,
    freshness text,
    staleness_seconds double precision,
    vcpu_count integer,
    cpu_ratio real,
    steal_ratio real,
    memory_assigned_bytes bigint,
    memory_resident_bytes real,
    memory_used_bytes bigint,
    memory_used_ratio real,
    memory_age_seconds real,
    disk_latency_seconds real,
    disk_bytes_per_second real,
    network_bytes_per_second real,
    until timestamptz
)
LANGUAGE sql STABLE
BEGIN ATOMIC
    SELECT
        n.domain_id,
        n.uuid,
        n.name,
        n.title,
        n.host,
        n.hostname,
        n.owner,
        n.tags,
        n.state_name,
        n.taken_at,
        n.stale_at,
        n.freshness,
        n.staleness_seconds,
        n.vcpu_count,
        CASE domains_over.statistic
            WHEN 'mean' THEN w.cpu_ratio_mean
            WHEN 'p95' THEN w.cpu_ratio_p95
            WHEN 'max' THEN w.cpu_ratio_max
            ELSE n.cpu_ratio
        END,
        CASE domains_over.statistic
            WHEN 'mean' THEN w.steal_ratio_mean
            WHEN 'p95' THEN w.steal_ratio_p95
            WHEN 'max' THEN w.steal_ratio_max
            ELSE n.steal_ratio
        END,
        n.memory_assigned_bytes,
        CASE domains_over.statistic
            WHEN 'mean' THEN w.memory_resident_bytes_mean
            WHEN 'p95' THEN w.memory_resident_bytes_p95
            WHEN 'max' THEN w.memory_resident_bytes_max
            ELSE n.memory_resident_bytes
        END,
        n.memory_used_bytes,
        n.memory_used_ratio,
        n.memory_age_seconds,
        CASE domains_over.statistic
            WHEN 'mean' THEN w.block_latency_seconds_mean
            WHEN 'p95' THEN w.block_latency_seconds_p95
            WHEN 'max' THEN w.block_latency_seconds_max
            ELSE n.block_latency_seconds
        END,
        -- Of both directions: a percentile and a maximum of each, added, are no less than that of the sum.
        CASE domains_over.statistic
            WHEN 'mean' THEN w.block_read_bytes_per_second_mean + w.block_write_bytes_per_second_mean
            WHEN 'p95' THEN w.block_read_bytes_per_second_p95 + w.block_write_bytes_per_second_p95
            WHEN 'max' THEN w.block_read_bytes_per_second_max + w.block_write_bytes_per_second_max
            ELSE n.block_read_bytes_per_second + n.block_write_bytes_per_second
        END,
        CASE domains_over.statistic
            WHEN 'mean' THEN w.network_receive_bytes_per_second_mean + w.network_transmit_bytes_per_second_mean
            WHEN 'p95' THEN w.network_receive_bytes_per_second_p95 + w.network_transmit_bytes_per_second_p95
            WHEN 'max' THEN w.network_receive_bytes_per_second_max + w.network_transmit_bytes_per_second_max
            ELSE n.network_receive_bytes_per_second + n.network_transmit_bytes_per_second
        END,
        w.until
    FROM domains_now AS n
    LEFT JOIN domain_windows AS w ON w.domain_id = n.domain_id AND w.window_name = domains_over.over_window;
END;
REVOKE ALL ON FUNCTION domains_over(text, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION domains_over(text, text) TO kvmgrid_dashboard;

-- The names that domains had before: a table of all names is read for few of them.
CREATE INDEX domain_names_former ON domain_names (domain_id) INCLUDE (name, valid_to) WHERE valid_to IS NOT NULL;
