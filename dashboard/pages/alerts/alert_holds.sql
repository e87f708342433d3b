-- SPDX-License-Identifier: Apache-2.0
-- Purpose: silences and maintenance that are not over, what ends first coming first.
-- Parameters: limit (rows)
-- Columns: one Hold each; the times of a maintenance that comes again are those of its window, null where none is near
SELECT
    kind,
    number,
    selector,
    reason,
    said_by,
    starts_at,
    ends_at,
    is_active,
    is_repeated
FROM (
    SELECT
        'silence' AS kind,
        silence_id AS number,
        selector,
        reason,
        said_by,
        starts_at,
        ends_at,
        is_active,
        false AS is_repeated
    FROM alert_silences_now
    UNION ALL
    SELECT
        'maintenance',
        maintenance_id,
        selector,
        reason,
        said_by,
        window_starts_at,
        window_ends_at,
        is_active,
        weekdays IS NOT NULL
    FROM alert_maintenances_now
) AS held
ORDER BY ends_at, kind, number
LIMIT %(limit)s
