-- SPDX-License-Identifier: Apache-2.0
-- Purpose: how many VMs each host has in each state, and what they have been given, for counts and overcommit.
-- Reads no time series.
-- Parameters: none
-- Columns: one DomainTotals each. A sum is of what is known, and the count behind it of the VMs whose figure is not.
SELECT
    host,
    domain_count,
    -- What a silent host said last of a VM is not its state now.
    stale_count,
    -- By libvirt's numbers from 0 on.
    ARRAY[
        no_state_count, running_count, idle_count, paused_count, in_shutdown_count, shut_off_count, crashed_count, pmsuspended_count
    ] AS state_counts,
    not_sampled_count,
    vcpu_count,
    vcpu_unknown_count,
    assigned_bytes,
    assigned_unknown_count,
    resident_bytes,
    resident_unknown_count
FROM (
    -- One pass, grouped by what a hash table holds.
    SELECT
        host,
        count(*)::integer AS domain_count,
        (count(*) FILTER (WHERE is_stale))::integer AS stale_count,
        (count(*) FILTER (WHERE state = 0))::integer AS no_state_count,
        (count(*) FILTER (WHERE state = 1))::integer AS running_count,
        (count(*) FILTER (WHERE state = 2))::integer AS idle_count,
        (count(*) FILTER (WHERE state = 3))::integer AS paused_count,
        (count(*) FILTER (WHERE state = 4))::integer AS in_shutdown_count,
        (count(*) FILTER (WHERE state = 5))::integer AS shut_off_count,
        (count(*) FILTER (WHERE state = 6))::integer AS crashed_count,
        (count(*) FILTER (WHERE state = 7))::integer AS pmsuspended_count,
        (count(*) FILTER (WHERE state IS NULL AND NOT is_stale))::integer AS not_sampled_count,
        coalesce(sum(vcpu_count) FILTER (WHERE state IN (1, 2)), 0)::bigint AS vcpu_count,
        (count(*) FILTER (WHERE state IN (1, 2) AND vcpu_count IS NULL))::integer AS vcpu_unknown_count,
        coalesce(sum(memory_assigned_bytes) FILTER (WHERE state NOT IN (5, 6)), 0)::bigint AS assigned_bytes,
        (count(*) FILTER (WHERE state NOT IN (5, 6) AND memory_assigned_bytes IS NULL))::integer AS assigned_unknown_count,
        coalesce(sum(memory_resident_bytes) FILTER (WHERE state NOT IN (5, 6)), 0)::bigint AS resident_bytes,
        (count(*) FILTER (WHERE state NOT IN (5, 6) AND memory_resident_bytes IS NULL))::integer AS resident_unknown_count
    FROM (
        SELECT
            host,
            now() > stale_at AS is_stale,
            CASE WHEN now() <= stale_at THEN state END AS state,
            vcpu_count,
            memory_assigned_bytes,
            memory_resident_bytes
        FROM domains_now
        WHERE host IS NOT NULL
        -- Kept apart, so that the age of a VM is looked at once and not for each count.
        OFFSET 0
    ) AS d
    GROUP BY host
) AS totals
