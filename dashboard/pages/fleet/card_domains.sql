-- SPDX-License-Identifier: Apache-2.0
-- Purpose: the VMs that libvirt still knows, for the cards: the state of each, and name and CPU of the first ones of each
-- host, which its card shows. Reads no time series.
-- Parameters: shown_count (how many the first ones are)
-- Columns: one CardDomains each, a row per host; the lists are in the order of names
SELECT
    host,
    array_agg(state_name) AS state_names,
    array_agg(freshness) AS freshnesses,
    (count(*) FILTER (WHERE is_contested))::integer AS contested_count,
    (array_agg(uuid))[:%(shown_count)s] AS uuids,
    (array_agg(name))[:%(shown_count)s] AS names,
    (array_agg(sampled_at))[:%(shown_count)s] AS sampled_ats,
    (array_agg(cpu_ratio))[:%(shown_count)s] AS cpu_ratios,
    (array_agg(vcpu_count))[:%(shown_count)s] AS vcpu_counts
FROM (
    -- Sorted here, the rows reach the aggregates in this order, and processes share the work; an ORDER BY in each aggregate
    -- is left to one of them.
    SELECT
        host,
        uuid::text AS uuid,
        name,
        taken_at AS sampled_at,
        freshness,
        state_name,
        cpu_ratio,
        vcpu_count,
        domain_id IN (SELECT domain_id FROM contested_now) AS is_contested
    FROM domains_now
    WHERE host IS NOT NULL
    ORDER BY host, name, uuid
) AS d
GROUP BY host
